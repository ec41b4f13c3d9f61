"""What replay says of a history is what the live bot said while it happened."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.answers import replay
from bot.answers.replay import Terms
from bot.demo.neo import usage
from bot.notify.quiet import Quiet
from bot.notify.settings import NotifySettings
from bot.notify.silence import Silence
from bot.store import acks, alerts, silences
from bot.store.acks import Ack
from bot.store.connection import Connection
from bot.store.database import Database
from bot.webhook import payload
from rules import lifecycle, selection
from rules.alert import Timing
from rules.window import Span
from tests import stage
from tests.answers import world
from tests.stage import Stage

EVERY = timedelta(minutes=10)
START = datetime(2026, 11, 18, 20, tzinfo=UTC)
"""Three hours before midnight in Berlin."""

RULES = """
rules:
  - name: day
    metric: spend
    group_by: [user]
    window: day
    timezone: Europe/Berlin
    thresholds: {warning: 50 USD, critical: 100 USD}
    overrides:
      - {match: {user: "ci@*"}, thresholds: {warning: 5 USD}}
  - {name: team, metric: spend, window: day, timezone: Europe/Berlin, budget: 200 USD, thresholds: {info: 50%, critical: 100%}, repeat: 40m}
  - {name: hour, metric: spend, group_by: [user], window: 1h, thresholds: {warning: 40 USD}, recover: 20 USD, keep: 20m}
  - {name: failing, metric: error_rate, window: 2h, min_count: 2, thresholds: {warning: 30%}, for: 20m}
  - {name: runaway, metric: task_cost, window: 3h, thresholds: {critical: 70 USD}}
  - {name: asleep, metric: streams, window: 30m, below: true, thresholds: {info: 0}}
  - {name: busy, metric: tasks, group_by: [user], window: day, timezone: Europe/Berlin, thresholds: {info: 4}}
  - {name: newcomer, metric: first_seen, group_by: [user], window: day, timezone: Europe/Berlin, thresholds: {info: 1}}
  - {name: novelty, metric: first_seen, group_by: [status], window: 3h, thresholds: {info: 1}}
"""
LOWER = RULES.replace("{warning: 50 USD, critical: 100 USD}", "{warning: 15 USD, critical: 90 USD}")

RESTRAINED = """
rules:
  - {name: day, metric: spend, group_by: [user], window: day, timezone: Europe/Berlin, thresholds: {warning: 50 USD, critical: 100 USD}}
  - {name: team, metric: spend, window: week, timezone: Europe/Berlin, thresholds: {info: 100 USD}, repeat: 40m}
  - {name: hour, metric: spend, group_by: [user], window: 1h, thresholds: {warning: 40 USD}}
"""
TOLD = {
    (2, "day", "ben", "first"),
    (2, "team", "", "first"),
    (3, "hour", "ben", "first"),
    (5, "day", "ana", "first"),
    (5, "hour", "ana", "first"),
    (8, "hour", "ana", "resolved"),
    (8, "team", "", "repeat"),
    (9, "hour", "ben", "resolved"),
    (10, "day", "cid", "first"),
    (10, "hour", "cid", "first"),
    (11, "day", "cid", "escalated"),
    (11, "hour", "cid", "resolved"),
    (14, "day", "ana", "escalated"),
    (48, "day", "dan", "delayed"),
    (48, "day", "fay", "first"),
    (48, "team", "", "repeat"),
}
"""What is told of RESTRAINED: at which tick, by which rule, of whom, and why."""

Line = tuple[Any, ...]


@pytest.fixture
async def heard() -> AsyncIterator[tuple[dict[str, Any], list[payload.Json]]]:
    """The receivers of a configuration, and everything that is sent to them."""
    found: list[payload.Json] = []

    async def take(request: web.Request) -> web.Response:
        found.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/in", take)
    async with TestServer(app) as server:
        place = {"url": str(server.make_url("/in")), "allow_http": True, "allow_private": True}
        yield {"all": {"webhook": place}}, found


def _live(at: datetime, messages: list[payload.Json]) -> list[Line]:
    """What was said at `at`, to whom messages can be edited: the others are also told of quiet ends and returns."""
    said = [each for message in messages for each in message.get("alerts", [message])]
    return [
        (
            payload.time(at),
            each["rule"],
            each["labels"],
            each["severity"] or each["peak"],
            each["reason"],
            each["value"],
            each["limit_text"],
            each["period"]["start"],
            each["period"]["end"],
        )
        for each in said
        if each["reason"] != "closed" and not _is_quiet_return(each)
    ]


def _is_quiet_return(each: payload.Json) -> bool:
    return bool(each["reason"] == "repeat" and each["value"] < each["worst"])


async def _replayed(
    played: Stage, rules: str, since: datetime, quiet: Quiet | None = None
) -> list[Line]:
    stretch, terms = Span(since, played.clock.now()), Terms(EVERY, quiet)
    database = await Database.open(played.folder / "bot.db", write=False)
    found = await database.read(replay.replay, world.rules(rules), stretch, terms)
    await database.close()
    return [
        (
            payload.time(said.at),
            said.rule.name,
            said.labels,
            str(said.severity),
            str(said.reason),
            payload.number(said.value),
            said.limit.text,
            payload.time(said.period.start),
            payload.time(said.period.end),
        )
        for said in found.said
    ]


def _sorted(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=str)


async def _tick(played: Stage, messages: list[payload.Json]) -> list[Line]:
    """What the bot says now."""
    messages.clear()
    await played.tick()
    return _live(played.clock.now(), messages)


async def _play(
    played: Stage, messages: list[payload.Json], steps: dict[int, Callable[[], object]], ticks: int
) -> list[Line]:
    """What the bot says while the time passes, and the steps are taken before their ticks."""
    said = []
    for number in range(1, ticks + 1):
        played.clock.advance(EVERY)
        done = steps.get(number, lambda: None)()
        if isinstance(done, Awaitable):
            await done
        said += await _tick(played, messages)
    return said


def _first_half(played: Stage) -> dict[int, Callable[[], object]]:
    """What happens before which tick. In the end seven people cross at once, and a record of the day before shows up."""
    stream, book = played.stream, played.neo.book
    return {
        1: lambda: stream(1, usd=30),
        2: lambda: stream(2, usd=30, task_id="task-1"),
        4: lambda: book.correct(usage.stream_id(2), Decimal(8)),
        5: lambda: [stream(3, usd=6, email="ci@acme.test"), stream(4, usd=0, status="failed")],
        6: lambda: stream(5, usd=0, status="failed"),
        7: lambda: book.correct(usage.stream_id(2), Decimal(1)),
        8: lambda: book.correct(usage.stream_id(2), Decimal(2)),
        9: lambda: [stream(number, usd=1) for number in (6, 7)],
        10: lambda: book.correct(usage.stream_id(1), Decimal(15)),
        11: lambda: book.remove(usage.stream_id(5)),
        21: lambda: [
            stream(number, usd=55, email=f"user-{number}@acme.test") for number in range(10, 17)
        ],
        22: lambda: stream(20, usd=300, created=played.clock.now() - timedelta(hours=1.5)),
    }


def _second_half(played: Stage) -> dict[int, Callable[[], object]]:
    stream, book = played.stream, played.neo.book
    return {
        2: lambda: stream(30, usd=20, email="ben@acme.test"),
        3: lambda: stream(31, usd=80, email="ben@acme.test"),
        4: lambda: book.correct(usage.stream_id(10), Decimal(1)),
    }


async def test_replay_says_what_was_said_when_it_said_it(
    heard: tuple[dict[str, Any], list[payload.Json]], tmp_path: Path
) -> None:
    receivers, messages = heard
    notify = {"default": ["all"], "fallback": "all"}
    settings = {"receivers": receivers, "notify": notify, "poll": {"every": "10m"}}
    async with stage.staged(tmp_path, START, RULES, settings) as played:
        await played.tick()
        said = await _play(played, messages, _first_half(played), 30)
        assert _sorted(said) == _sorted(await _replayed(played, RULES, START))
        assert {"first", "escalated", "repeat", "corrected", "resolved", "late"} == {
            line[4] for line in said
        }
        assert ("team", "repeat") in {(line[1], line[4]) for line in said}
        await _moved_limits(played, messages)


def _restrained(played: Stage) -> dict[int, Callable[[], object]]:
    """Silences, one of which is ended early, an acknowledgement that is taken back, and a night that is quiet."""
    stream, book, write = played.stream, played.neo.book, played.bot.database.write
    kept = list[Silence]()

    def mute(length: timedelta, user: str) -> Callable[[Connection], None]:
        now = played.clock.now()
        match = selection.patterns({"user": user})
        silence = Silence(0, now, now + length, "ada@acme.test", "known", match=match)
        return lambda db: kept.append(silences.add(db, silence))

    def end(db: Connection) -> None:
        silences.change(db, replace(kept[0], ends=played.clock.now()))

    def take_on(db: Connection, *, undo: bool) -> None:
        """As the commands do that take an alert on, and give it back."""
        [team] = [each for each in alerts.open_alerts(db) if each.series.rule == "team"]
        if undo:
            acks.undo(db, team.id, played.clock.now())
        else:
            acks.add(db, Ack(team.id, played.clock.now(), "ada@acme.test", team.peak))
        after = replace(team, acked=None if undo else team.peak)
        times = Timing(by_period=True, repeat=timedelta(minutes=40))
        alerts.put(db, [(after, lifecycle.due(after, times))])

    def spend(number: int, usd: int, name: str) -> Callable[[], object]:
        return lambda: stream(number, usd=usd, email=f"{name}@acme.test")

    return {
        1: lambda: (stream(1, usd=60), write(mute(timedelta(hours=3), "ana*")))[1],
        2: spend(2, 60, "ben"),
        3: lambda: write(partial(take_on, undo=False)),
        4: lambda: (spend(3, 55, "cid")(), write(mute(timedelta(hours=1), "cid@acme.test")))[1],
        5: lambda: write(end),
        8: lambda: write(partial(take_on, undo=True)),
        11: spend(4, 55, "cid"),
        13: spend(5, 60, "dan"),
        14: spend(6, 50, "ana"),
        15: spend(7, 60, "eve"),
        16: lambda: book.correct(usage.stream_id(7), Decimal(1)),
        25: spend(8, 60, "fay"),
        50: spend(9, 5, "fay"),
    }


async def test_replay_holds_back_what_was_held_back(
    heard: tuple[dict[str, Any], list[payload.Json]], tmp_path: Path
) -> None:
    receivers, messages = heard
    begun = START + timedelta(seconds=7)  # not on the grid that replay begins with
    quiet = {"hours": "23:00-05:00", "except": ["critical"]}
    notify = {"default": ["all"], "fallback": "all", "quiet": quiet}
    every, zone = {"every": "10m"}, "Europe/Berlin"
    settings = {"receivers": receivers, "notify": notify, "poll": every, "timezone": zone}
    async with stage.staged(tmp_path, begun, RESTRAINED, settings) as played:
        await played.tick()
        said = await _play(played, messages, _restrained(played), 60)
        times = NotifySettings.model_validate(notify).quiet_in(world.BERLIN)
        replayed = await _replayed(played, RESTRAINED, begun, times)
        assert _sorted(_spanless(said)) == _sorted(_spanless(replayed))
    told = {(_tick_of(line[0]), line[1], line[2].get("user", "")[:3], line[4]) for line in said}
    assert TOLD == told


def _spanless(lines: list[Line]) -> list[Line]:
    """Without the span of a rolling window: a message that was held back shows the one in which it last changed."""
    return [line[:-2] if line[1] == "hour" else line for line in lines]


def _tick_of(at: str) -> int:
    return (datetime.fromisoformat(at) - START) // EVERY


async def _moved_limits(played: Stage, messages: list[payload.Json]) -> None:
    """What is passed already when limits are moved is said as they are moved, and what replay takes as told."""
    played.write_rules(LOWER)
    await played.bot.watch()
    await _play(played, messages, {}, 1)
    moved = played.clock.now()
    said = await _play(played, messages, _second_half(played), 9)
    assert _sorted(said) == _sorted(await _replayed(played, LOWER, moved))
    assert said
