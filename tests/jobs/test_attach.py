"""The chart of a digest comes in its thread, once at most; the digest comes whatever becomes of the chart."""

import asyncio
import functools
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import app
from bot.chart import png
from bot.demo.workbench import mischief
from bot.demo.workbench.message import Message
from bot.jobs.deliver import SLACK
from bot.notify.notification import Via
from bot.store import charts
from bot.store.connection import Connection
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 17, 10, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = """
rules:
  - {name: team, metric: spend, window: month, budget: 900 USD, thresholds: {critical: 100%}}
"""
drawn_once = functools.cache(png.render)
LINK, DONE = "files.getUploadURLExternal", "files.completeUploadExternal"


@pytest.fixture(autouse=True)
def draws_the_same_chart_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture takes a fifth of a second, and nearly all of these tests show the same."""
    monkeypatch.setattr(png, "render", drawn_once)


@asynccontextmanager
async def played(
    folder: Path, *, quiet: bool = False, names: tuple[str, ...] = ("daily",)
) -> AsyncIterator[Stage]:
    """A bot whose digests are due, and nothing else; every day cost ten dollars, but for the last one if it was quiet."""
    changes = {"digests": [{"name": name, "at": "09:00", "to": ["finops"]} for name in names]}
    async with stage.staged(folder, START, RULES, changes) as opened:
        await opened.bot.digests()
        for number in range(int(quiet), 10):
            created = START - number * DAY + timedelta(hours=1)
            opened.stream(number, created=created, usd=10)
        opened.clock.set_to(START + DAY - timedelta(hours=1))
        await opened.tick()
        yield opened


async def deliver(opened: Stage) -> tuple[Message, list[Message]]:
    """The digest and what stands in its thread, once it is sent and some minutes have passed."""
    await opened.bot.digests()
    for _ in range(8):
        await opened.bot.deliverer.drain()
        opened.clock.advance(timedelta(minutes=1))
    [message] = opened.bench.workspace.messages(stage.CHANNEL)
    assert "Daily digest · Tue 17 Nov 2026" in message.text
    return message, opened.bench.workspace.thread(message.channel, message.ts)


async def test_the_chart_is_a_picture_in_the_thread_with_words(tmp_path: Path) -> None:
    async with played(tmp_path) as opened:
        _, [reply] = await deliver(opened)
        [file] = reply.files
        assert file.content.startswith(b"\x89PNG\r\n")
        assert ("image/png", "Cost a day, 19 Oct – 17 Nov 2026") == (file.mimetype, file.title)
        assert "neo-cost-2026-10-19-2026-11-17.png" == file.name
        assert "Total $100.00, $3.33 a day" in file.alt_text
        assert "the budget of $900.00 a month" in file.alt_text
        assert 1 == len(opened.bench.calls_of(DONE))


async def test_a_quiet_digest_has_no_chart(tmp_path: Path) -> None:
    async with played(tmp_path, quiet=True) as opened:
        message, replies = await deliver(opened)
        assert "a quiet day" in message.text
        assert ([], []) == (replies, opened.bench.calls_of(LINK))


@pytest.mark.parametrize(
    ("method", "effect"),
    [
        pytest.param(LINK, mischief.Refuse("missing_scope"), id="the scope is missing"),
        pytest.param(LINK, mischief.Broken(500), id="Slack is broken"),
        pytest.param(DONE, mischief.Refuse("channel_not_found"), id="refused at the end"),
        pytest.param(DONE, mischief.DropCall(), id="it may have arrived"),
    ],
)
async def test_the_digest_comes_without_a_chart_that_fails(
    tmp_path: Path, method: str, effect: mischief.Effect, caplog: pytest.LogCaptureFixture
) -> None:
    async with played(tmp_path) as opened:
        opened.bench.mischief.add(method, effect)
        assert [] == (await deliver(opened))[1]
        assert 1 == len(opened.bench.calls_of("chat.postMessage"))
        assert 1 == sum("stays without its chart" in line.message for line in caplog.records)
        assert 0 == (await opened.bot.database.read(_waiting))


async def test_a_chart_whose_reply_was_lost_is_not_sent_again(tmp_path: Path) -> None:
    async with played(tmp_path) as opened:
        opened.bench.mischief.add(DONE, mischief.DropReply())
        assert 1 == len((await deliver(opened))[1])
        assert 1 == len(opened.bench.calls_of(LINK))


@pytest.mark.parametrize(("times", "shown"), [(2, 1), (3, 0)], ids=["twice", "too often"])
async def test_a_chart_that_slack_asked_to_wait_comes_later(
    tmp_path: Path, times: int, shown: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with played(tmp_path) as opened:
        opened.bench.mischief.add(LINK, mischief.RateLimited(90), times=times)
        assert shown == len((await deliver(opened))[1])
        assert shown == sum("chart delivered" == line.message for line in caplog.records)


async def test_a_chart_that_cannot_be_drawn_is_done_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with played(tmp_path) as opened:
        await opened.bot.digests()
        await opened.close_bot()
        _without_days(tmp_path / "bot.db")
        await opened.open_bot()
        assert [] == (await deliver(opened))[1]
        assert "a chart could not be drawn or sent" in caplog.text
        assert [] == opened.bench.calls_of(LINK)


async def test_an_alert_does_not_wait_for_a_chart_and_two_charts_of_a_channel_do(
    tmp_path: Path,
) -> None:
    async with played(tmp_path, names=("daily", "again")) as opened:
        hold = mischief.Hold()
        opened.bench.mischief.add(LINK, hold)
        await opened.bot.digests()
        await until(opened, lambda: bool(opened.bench.calls_of(LINK)))
        opened.stream(99, usd=1000)
        await opened.bot.poll(stage.SOURCE)
        await until(opened, lambda: 3 == len(opened.bench.workspace.messages(stage.CHANNEL)))
        alert = opened.bench.workspace.messages(stage.CHANNEL)[-1]
        assert alert.text.startswith("🔴 Critical")
        assert 1 == len(opened.bench.calls_of(LINK))
        stopping = asyncio.create_task(opened.bot.deliverer.stop())
        hold.release.set()
        await stopping
        assert (1, 1) == (len(opened.bench.calls_of(LINK)), len(opened.bench.calls_of(DONE)))


async def until(opened: Stage, happened: Callable[[], bool]) -> None:
    """Looks for what is due again and again, as the timetable does."""
    async with asyncio.timeout(10):
        while not happened():
            await opened.bot.deliverer.wake()
            await asyncio.sleep(0.01)


async def test_a_chart_that_nothing_can_send_yet_waits_for_the_restart(tmp_path: Path) -> None:
    async with played(tmp_path) as opened:
        opened.bench.mischief.add(LINK, mischief.RateLimited(1))
        await opened.bot.digests()
        await opened.bot.deliverer.drain()
        sinks = opened.bot.edges.sinks
        assert isinstance(sinks, dict)
        opened.clock.advance(timedelta(minutes=1))
        slack = sinks.pop(SLACK)
        await opened.bot.deliverer.drain()
        assert 1 == (await opened.bot.database.read(_waiting))
        sinks[SLACK] = slack
        assert 1 == len((await deliver(opened))[1])


async def test_after_a_crash_a_chart_that_was_tried_is_not_sent_again(tmp_path: Path) -> None:
    async with played(tmp_path) as opened:
        opened.bench.mischief.add(LINK, mischief.RateLimited(1))
        await opened.bot.digests()
        await opened.bot.deliverer.drain()
        opened.clock.advance(timedelta(minutes=1))
        [place] = await opened.bot.database.read(charts.destinations, opened.clock.now())
        assert await opened.bot.database.write(charts.take, place, opened.clock.now())
        await opened.restart()
        assert [] == (await deliver(opened))[1]


async def test_after_a_crash_before_it_the_chart_still_comes(tmp_path: Path) -> None:
    async with played(tmp_path) as opened:
        await opened.bot.digests()
        await opened.restart()
        assert 1 == len((await deliver(opened))[1])


async def test_a_digest_sent_by_hand_has_its_chart_or_does_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with played(tmp_path) as opened:
        await app.send_digest(opened.bot.standing, "daily", opened.clock)
        [message] = opened.bench.workspace.messages(stage.CHANNEL)
        assert 1 == len(opened.bench.workspace.thread(message.channel, message.ts))
        opened.bench.mischief.add(DONE, mischief.Refuse("missing_scope"))
        await app.send_digest(opened.bot.standing, "daily", opened.clock)
        assert 2 == len(opened.bench.workspace.messages(stage.CHANNEL))
        assert "the digest stays without its chart" in caplog.text


async def test_a_webhook_is_sent_no_chart(tmp_path: Path) -> None:
    changes = {
        "digests": [{"name": "daily", "at": "09:00", "to": ["pager", "finops"]}],
        "receivers": {
            "finops": {"slack": stage.CHANNEL},
            "pager": {
                "webhook": {
                    "url": "http://127.0.0.1:9/in",
                    "allow_http": True,
                    "allow_private": True,
                }
            },
        },
    }
    async with stage.staged(tmp_path, START, RULES, changes) as opened:
        opened.stream(1, created=START - timedelta(hours=20), usd=5)
        await opened.tick()
        await opened.bot.digests()
        opened.clock.set_to(START + DAY - timedelta(hours=1))
        opened.stream(2, created=START, usd=5)
        await opened.tick()
        await opened.bot.digests()
        wanted = "SELECT destination FROM chart JOIN message ON message.id = chart.message"
        found = await opened.bot.database.read(lambda db: db.execute(wanted).fetchall())
        assert [Via.SLACK] == [stage_via(place) for (place,) in found]


def stage_via(place: str) -> str:
    return place.partition(">")[2].partition(":")[0]


def _waiting(db: Connection) -> int:
    (count,) = db.execute("SELECT count(*) FROM chart WHERE NOT tried").fetchone()
    return int(count)


def _without_days(path: Path) -> None:
    """Breaks the chart of the digest that waits."""
    with sqlite3.connect(path) as db:
        (text,) = db.execute("SELECT body FROM message").fetchone()
        body = json.loads(text)
        body["digest"]["chart"]["days"] = []
        db.execute("UPDATE message SET body = ?", (json.dumps(body),))
    db.close()
