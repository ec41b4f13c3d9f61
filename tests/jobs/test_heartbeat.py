"""The heartbeat is sent while the bot is well, and silent while it is not."""

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.counts import Counts, What
from bot.demo.neo import faults
from bot.demo.workbench import mischief
from bot.jobs.heartbeat import Heart
from bot.notify.settings import HeartbeatSettings
from tests import stage
from tests.fakes import FakeClock
from tests.stage import Stage

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
RULES = "rules: [{name: team, metric: spend, window: day, thresholds: {warning: 50 USD}}]"


@dataclass
class Listener:
    """Who would notice silence; `got` are the methods and paths of what came."""

    url: str = ""
    status: int = 200
    got: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(f"{request.method} {request.path}")
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener, app = Listener(), web.Application()
    app.router.add_route("*", "/{path:.*}", listener.take)
    async with TestServer(app) as server:
        listener.url = str(server.make_url("/ping/1"))
        yield listener


class Chest:
    """A heart with a clock in the hand; `ill` is what keeps it from its work."""

    def __init__(self, url: str, **more: object) -> None:
        self.clock = FakeClock(START)
        self.counts = Counts(self.clock.now)
        self.heart = Heart(self.clock, self.counts)
        keys = {"url": url, "every": "5m", "allow_http": True, "allow_private": True, **more}
        self.settings: HeartbeatSettings | None = HeartbeatSettings.model_validate(keys)
        self.ill: list[str] = []

    async def beats(self, minutes: int = 0) -> list[tuple[str, int]]:
        """What was counted, once so many minutes went by in seconds' steps of the timetable."""
        for _ in range(minutes * 2):
            self.clock.advance(30 * SECOND)
            await self.heart.beat(self.settings, self._obstacles)
        return [(each.labels[0], each.number) for each in self.counts.of(What.HEARTBEATS)]

    async def _obstacles(self) -> list[str]:
        return self.ill


async def test_it_beats_at_its_pace(listener: Listener) -> None:
    counted = await Chest(listener.url).beats(minutes=11)
    assert [("failed", 0), ("sent", 3), ("withheld", 0)] == counted
    assert ["GET /ping/1"] * 3 == listener.got


async def test_without_settings_nothing_is_asked(listener: Listener) -> None:
    chest = Chest(listener.url)
    chest.settings = None
    assert [("failed", 0), ("sent", 0), ("withheld", 0)] == await chest.beats(minutes=10)
    assert [] == listener.got


async def test_it_is_silent_while_the_bot_is_not_well_and_says_so_once(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    chest = Chest(listener.url)
    chest.ill = ["outbox: 1 waiting, the oldest for 11 min"]
    assert [("failed", 0), ("sent", 0), ("withheld", 10)] == await chest.beats(minutes=10)
    assert [] == listener.got
    chest.ill = []
    await chest.beats(minutes=1)
    assert ["GET /ping/1"] == listener.got
    assert ["no heartbeat", "the heartbeat is sent again"] == [
        each.message for each in caplog.records if each.name == "bot.jobs.heartbeat"
    ]
    assert "outbox: 1 waiting, the oldest for 11 min" == vars(caplog.records[0])["why"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        pytest.param(503, "answered with status 503", id="503"),
        pytest.param(404, "answered with status 404", id="404"),
        pytest.param(302, "redirects are not followed", id="a redirect"),
    ],
)
async def test_what_fails_is_counted_and_said_once_and_tried_again(
    listener: Listener, caplog: pytest.LogCaptureFixture, status: int, words: str
) -> None:
    chest = Chest(listener.url)
    listener.status = status
    assert [("failed", 4), ("sent", 0), ("withheld", 0)] == await chest.beats(minutes=4)
    assert ["GET /ping/1"] * 4 == listener.got
    (said,) = caplog.records
    assert words in vars(said)["why"]


@pytest.mark.parametrize(
    ("url", "private", "words"),
    [
        pytest.param("", False, "is not a public address", id="a private address"),
        pytest.param("http://127.0.0.1:1/", True, "cannot be reached", id="nobody there"),
    ],
)
async def test_who_cannot_or_may_not_be_reached_stops_nothing(
    listener: Listener, caplog: pytest.LogCaptureFixture, url: str, private: bool, words: str
) -> None:
    chest = Chest(url or listener.url, allow_private=private)
    assert [("failed", 1), ("sent", 0), ("withheld", 0)] == await chest.beats(minutes=1)
    assert words in vars(caplog.records[0])["why"]
    assert [] == listener.got


def neo_is_down(played: Stage) -> None:
    played.neo.faults.add(faults.answer(503), times=None)


def slack_is_down(played: Stage) -> None:
    played.bench.mischief.add("*", mischief.Broken(503), times=1_000_000)
    played.stream(1, usd=60)


def nothing_judges(played: Stage) -> None:
    """A fault of ours, while polls go on."""
    judge = played.bot.judge

    async def fails(pinned: datetime | None = None) -> None: ...

    played.seen["mend"] = lambda: setattr(played.bot, "judge", judge)
    played.bot.judge = fails  # type: ignore[method-assign]  # what it does when each evaluation fails


@pytest.mark.parametrize("goes_wrong", [neo_is_down, slack_is_down, nothing_judges])
async def test_the_bot_beats_while_it_polls_judges_and_is_heard(
    listener: Listener, tmp_path: Path, goes_wrong: Callable[[Stage], None]
) -> None:
    heartbeat = {"url": listener.url, "every": "1m", "allow_http": True, "allow_private": True}
    notify = {"default": ["finops"], "heartbeat": heartbeat}

    async def beats() -> bool:
        """Whether it does after the next five minutes."""
        listener.got.clear()
        await played.pass_time(5 * MINUTE, every=5 * MINUTE)
        await played.bot.beat()
        return bool(listener.got)

    async with stage.staged(tmp_path, START, RULES, {"notify": notify}) as played:
        await played.bot.beat()
        assert [] == listener.got, "nothing was polled yet"
        assert await beats()
        goes_wrong(played)
        beating = [await beats() for _ in range(4)]
        assert ([True, False, False]) == [beating[0], *beating[2:]]
        played.neo.faults.clear()
        played.bench.mischief.clear()
        played.seen.get("mend", lambda: None)()
        await beats()
        assert await beats()
