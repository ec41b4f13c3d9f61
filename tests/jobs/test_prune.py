"""The ledger is pruned: by what is kept and what rules need, and never read again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store import ledger, sources
from bot.store.connection import Connection
from rules.window import Span
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CONFIG = {"poll": {"every": "60s", "backfill": "40d"}, "store": {}}
RULES = "rules: [{name: team, metric: spend, window: %s, thresholds: {warning: 50 USD}}]"


def changes(folder: Path, keep: str) -> dict[str, object]:
    return {**CONFIG, "store": {"path": str(folder / "bot.db"), "keep": keep}}


async def ages(played: Stage) -> list[int]:
    """How many days old the records of the ledger are."""
    ever = Span(START - 99 * DAY, START + 99 * DAY)
    kept = await played.bot.database.read(ledger.in_span, stage.SOURCE, ever)
    return [(START - each.at).days for each in kept]


async def begins(played: Stage) -> datetime | None:
    return await played.bot.database.read(sources.begins)


async def read(played: Stage, *days: int) -> None:
    for number, back in enumerate(days, start=1):
        played.stream(number, usd=1, created=START - back * DAY)
    await played.tick()
    await played.bot.pollers[stage.SOURCE].backfill(
        START - 40 * DAY, played.clock.now(), lambda _: None
    )


@pytest.mark.parametrize(
    ("window", "kept"),
    [
        pytest.param("day", [9, 1], id="what is older than is kept goes"),
        pytest.param("30d", [29, 9, 1], id="but for what a rule looks at"),
    ],
)
async def test_old_records_go(tmp_path: Path, window: str, kept: list[int]) -> None:
    async with stage.staged(tmp_path, START, RULES % window, changes(tmp_path, "10d")) as played:
        await read(played, 35, 29, 9, 1)
        assert [35, 29, 9, 1] == await ages(played)
        await played.bot.prune()
        assert kept == await ages(played)
        await played.bot.prune()
        assert kept == await ages(played)


async def test_what_was_pruned_is_unknown_and_is_not_read_again(tmp_path: Path) -> None:
    async with stage.staged(tmp_path, START, RULES % "day", changes(tmp_path, "10d")) as played:
        await read(played, 35, 9)
        await played.bot.prune()
        begun = datetime(2026, 11, 7, tzinfo=UTC)
        assert begun == await begins(played)
        await played.pass_time(timedelta(minutes=2))
        played.clock.advance(DAY)
        await played.tick()
        assert ([9], begun) == (await ages(played), await begins(played))
        played.write_rules(RULES % "40d")
        await played.bot.watch()
        for _ in range(3):
            await played.tick()
        assert [35, 9] == await ages(played)


async def test_nothing_goes_while_history_is_being_read(tmp_path: Path) -> None:
    async with stage.staged(tmp_path, START, RULES % "day", changes(tmp_path, "10d")) as played:
        await read(played, 35)
        await played.bot.database.write(_unfinished)
        await played.bot.prune()
        assert [35] == await ages(played)


def _unfinished(db: Connection) -> None:
    db.execute("UPDATE source_state SET backfill_done = 0")
