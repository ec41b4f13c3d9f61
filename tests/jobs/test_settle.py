"""A period's figure is called final once the data reaches far enough past its end."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.neo import faults
from bot.jobs import settle
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 18, 22, 50, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
RULES = "rules: [{name: daily, metric: spend, group_by: [user], window: day, thresholds: {warning: 5 USD}}]"
RISES, FINAL = "its figure may still rise", "this is its final figure"


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage.staged(tmp_path, START, RULES) as opened:
        await opened.tick()
        yield opened


def said(played: Stage) -> str:
    """What the first message says now."""
    message, *_ = played.bench.workspace.messages(stage.CHANNEL)
    return str(message.blocks)


async def later(played: Stage, span: timedelta) -> list[str]:
    """What Slack is told by one tick after so long."""
    played.clock.advance(span)
    return await played.tick()


async def closed(played: Stage, *users: str) -> None:
    """Alerts about yesterday, an hour after midnight."""
    for number, user in enumerate(users, start=1):
        played.stream(number, usd=9, email=f"{user}@acme.test")
    await later(played, MINUTE)
    await later(played, 2 * HOUR + 10 * MINUTE)


async def test_an_alert_says_whether_its_figure_is_final(played: Stage) -> None:
    await closed(played, "ana")
    assert (RISES in said(played), FINAL in said(played)) == (True, False)
    told = await later(played, HOUR + MINUTE)
    assert ["edit"] == [line.split(" ")[0] for line in told]
    assert (RISES in said(played), FINAL in said(played)) == (False, True)
    assert [] == await later(played, 5 * MINUTE)


async def test_a_table_does_too(played: Stage) -> None:
    await closed(played, *"abcdefg")
    assert "may still rise" in said(played)
    assert 1 == len(await later(played, HOUR + MINUTE))
    assert "may still rise" not in said(played)


async def test_it_is_final_by_the_data_not_by_the_clock(played: Stage) -> None:
    await closed(played, "ana")
    played.neo.faults.add(faults.answer(503), times=None)
    played.clock.advance(3 * HOUR)
    await played.tick()
    assert RISES in said(played)
    played.neo.faults.clear()
    played.clock.advance(10 * MINUTE)
    await played.tick()
    assert FINAL in said(played)


async def test_money_that_comes_after_that_changes_the_figure_and_it_stays_final(
    played: Stage,
) -> None:
    await closed(played, "ana")
    await later(played, HOUR + MINUTE)
    played.stream(9, usd=2, created=START + MINUTE)
    told = await later(played, 20 * MINUTE)
    assert 1 == len(told)
    assert "$11.00" in told[0]
    assert FINAL in said(played)


async def test_once_it_is_final_nothing_is_written_any_more(played: Stage) -> None:
    await closed(played, "ana")
    edited = []
    for _ in range(3):
        played.clock.advance(HOUR + MINUTE)
        await played.bot.pollers[stage.SOURCE].run(played.clock.now())
        before = await written(played)
        edited.append(await settle.run(played.bot.database, 2 * HOUR, played.clock.now()))
        assert (before < await written(played)) == bool(edited[-1])
    assert [1, 0, 0] == edited


async def written(played: Stage) -> int:
    """How many rows were ever written."""
    return await played.bot.database.write(lambda db: db.conn.total_changes)


async def test_a_clock_that_was_ahead_keeps_nothing_from_becoming_final(played: Stage) -> None:
    played.clock.advance(timedelta(days=30))
    await played.tick()
    played.clock.set_to(START)
    await played.bot.clock_jumped(timedelta(days=-30))
    await played.tick()
    await closed(played, "ana")
    await later(played, HOUR + MINUTE)
    assert FINAL in said(played)


async def test_a_message_that_cannot_be_read_keeps_no_other_from_it(played: Stage) -> None:
    await closed(played, "ana", "ben")
    first, _ = played.bench.workspace.messages(stage.CHANNEL)
    await played.bot.database.write(
        lambda db: db.execute("UPDATE message SET body = '{}' WHERE ts = ?", [first.ts])
    )
    await later(played, HOUR + MINUTE)
    said = [str(each.blocks) for each in played.bench.workspace.messages(stage.CHANNEL)]
    assert [True, False] == [RISES in each for each in said]
    assert [False, True] == [FINAL in each for each in said]
