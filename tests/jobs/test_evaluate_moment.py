"""Of which moment an evaluation is, and what it leaves alone when nothing is different."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.neo import faults
from bot.jobs import evaluate
from bot.store import alerts, sources
from bot.store.connection import Connection
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
RULES = """
rules:
  - {name: user-spend, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD, critical: 100 USD}}
  - {name: errors, metric: errors, window: 30m, thresholds: {warning: 3}}
"""


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage.staged(tmp_path, START, RULES) as played:
        assert [] == await played.tick()
        yield played


async def written(played: Stage) -> int:
    """How many rows were ever written."""
    return await played.bot.database.write(lambda db: db.conn.total_changes)


async def judge(played: Stage) -> None:
    """The evaluation alone, as of now."""
    bot = played.bot
    await evaluate.run(bot.database, bot.standing.terms, played.clock.now())


def judged_at(db: Connection) -> set[datetime]:
    return {each.at for name, each in alerts.judged(db).items() if name != "data-age"}


async def test_a_pass_is_judged_as_of_its_beginning_however_long_it_takes(played: Stage) -> None:
    played.stream(1, usd=60)
    began = played.clock.now()
    played.neo.faults.add(faults.answer(503), times=2)
    assert 1 == len(await played.tick())
    assert began < played.clock.now()
    (alert,) = await played.bot.database.read(alerts.open_alerts)
    assert began == alert.since == played.bot.in_force().judged
    assert {began} == await played.bot.database.read(judged_at)


async def test_without_a_pass_it_is_of_now(played: Stage) -> None:
    played.neo.faults.add(faults.answer(503), times=None)
    await played.bot.poll(stage.SOURCE)
    assert played.clock.now() == played.bot.in_force().judged
    played.clock.advance(MINUTE)
    await played.bot.judge()
    assert played.clock.now() == played.bot.in_force().judged


async def test_a_pass_that_began_before_the_last_evaluation_does_not_turn_time_back(
    played: Stage,
) -> None:
    played.clock.advance(HOUR)
    now = played.clock.now()
    await played.bot.judge()
    await played.bot.judge(now - 5 * MINUTE)
    assert now == played.bot.in_force().judged
    await played.bot.deliverer.drain()  # the pace of a channel is slept on this clock too
    played.clock.set_to(now - HOUR)
    await played.bot.judge(now - HOUR - MINUTE)
    assert now - HOUR == played.bot.in_force().judged


async def test_two_evaluations_of_one_moment_each_say_what_is_new(played: Stage) -> None:
    for number in range(6):
        played.stream(number, usd=60, email=f"u{number}@acme.test")
    (told,) = await played.tick()
    assert "6 alerts" in told
    now = played.clock.now()
    for first in (0, 2):
        for number in range(first, first + 2):
            played.stream(100 + number, usd=50, email=f"u{number}@acme.test")
        await played.bot.pollers[stage.SOURCE].run(now)
        await played.bot.judge(now)
        await played.bot.deliverer.drain()
        assert now == played.bot.in_force().judged
    assert ["reply", "edit"] * 2 == [line.split()[0] for line in played.news()]


async def test_an_outage_goes_on_when_the_clock_is_set_back(played: Stage) -> None:
    played.neo.faults.add(faults.answer(503), times=None)
    (told,) = await played.pass_time(20 * MINUTE)
    assert "Warning" in told
    played.clock.set_to(played.clock.now() - HOUR)
    await played.bot.judge()
    await played.bot.deliverer.drain()
    assert [] == played.news()
    await played.bot.clock_jumped(-HOUR)
    state = (await played.bot.database.read(sources.load))[stage.SOURCE]
    assert state.last_complete is not None
    assert 20 <= (played.clock.now() - state.last_complete) / MINUTE < 21
    assert [] == await played.pass_time(30 * MINUTE)
    assert ["reply", "edit"] == [line.split()[0] for line in await played.pass_time(12 * MINUTE)]
    played.neo.faults.clear()
    assert ["reply", "edit"] == [line.split()[0] for line in await played.tick()]


async def test_what_pends_is_one_alert_when_the_clock_is_set_back(tmp_path: Path) -> None:
    rules = (
        "rules: [{name: errors, metric: errors, window: 2h, thresholds: {warning: 3}, for: 10m}]"
    )
    async with stage.staged(tmp_path, START, rules) as played:
        for number in range(3):
            played.stream(number, status="error", created=START - 30 * MINUTE)
        assert [] == await played.tick()
        played.clock.set_to(START - 15 * MINUTE)
        assert [] == await played.pass_time(9 * MINUTE)
        (alert,) = await played.bot.database.read(alerts.open_alerts)
        assert alert.since < START
        assert ["post"] == [line.split()[0] for line in await played.pass_time(20 * MINUTE)]


async def test_an_unchanged_tick_writes_nothing(played: Stage) -> None:
    played.stream(1, usd=60)
    for number in range(3):
        failed = played.clock.now() - timedelta(seconds=1)
        played.stream(10 + number, status="error", created=failed)
    assert 2 == len([*await played.tick(), *await played.pass_time(MINUTE)])
    for _ in range(20):
        played.clock.advance(MINUTE)
        await played.bot.pollers[stage.SOURCE].run(played.clock.now())
        before = await written(played)
        await judge(played)
        assert before == await written(played)
    told = await played.pass_time(15 * MINUTE)
    assert ["reply", "edit"] == [line.split()[0] for line in told]
    assert "Resolved: failed streams" in told[0]


CALM = """
rules:
  - {name: user-spend, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD}}
  - {name: streams, metric: streams, window: 30m, thresholds: {warning: 5}}
  - {name: data-age, metric: data_age, thresholds: {warning: 9h}}
"""


@pytest.mark.parametrize(
    ("what", "later"),
    [
        pytest.param("usage", 0 * MINUTE, id="usage came"),
        pytest.param("50 USD", 0 * MINUTE, id="a limit is another"),
        pytest.param("9h", 0 * MINUTE, id="the limit of a gauge is another"),
        pytest.param("", 4 * MINUTE, id="a record left a window"),
        pytest.param("", 6 * MINUTE, id="a day turned"),
        pytest.param("", 11 * MINUTE, id="a source went stale"),
    ],
)
async def test_what_is_different_is_kept(tmp_path: Path, what: str, later: timedelta) -> None:
    start = START.replace(hour=23, minute=55 if later < 10 * MINUTE else 10)
    async with stage.staged(tmp_path, start, CALM) as played:
        played.stream(2, usd=6, created=start - 28 * MINUTE)
        assert [] == await played.tick()
        played.clock.advance(later)
        if what == "usage":
            played.stream(1, usd=6)
            await played.bot.pollers[stage.SOURCE].run(played.clock.now())
        elif what:
            played.write_rules(CALM.replace(what, f"8{what}"))
            played.bot.standing = played.bot.standing.reloaded()
        before = await written(played)
        await judge(played)
        kept = await written(played)
        await judge(played)
        assert before < kept == await written(played)
