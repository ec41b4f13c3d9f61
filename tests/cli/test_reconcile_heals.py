"""`reconcile`, by hand: the bot is stopped, Neo is there."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import door
from bot.clock import SystemClock
from bot.demo.neo import faults, usage
from tests import stage
from tests.stage import Stage

DAY = timedelta(days=1)


@pytest.fixture
async def played(tmp_path: Path, restored: None) -> AsyncIterator[Stage]:
    """A bot that has read three tasks of a month ago, and was stopped."""
    now = SystemClock().now()
    async with stage.staged(tmp_path, now, "rules: []") as played:
        for number in range(3):
            played.stream(number, usd=20, created=now - 38 * DAY, task_id=f"old-{number}")
        await played.tick()
        await played.close_bot()
        yield played


async def call(played: Stage, *words: str) -> Result:
    config = str(played.folder / "config.yaml")
    return await asyncio.to_thread(
        CliRunner().invoke, door.group, ["reconcile", *words, "--config", config]
    )


async def test_it_heals_and_says_what_stays(played: Stage) -> None:
    played.neo.book.correct(usage.stream_id(0), Decimal("3.2"))
    found = await call(played)
    assert 0 == found.exit_code, found.output
    head, compared, healed = found.stdout.splitlines()
    assert "acme: equals Neo's own totals, after $12.00 was healed" == head
    assert compared.startswith("  3 tasks and the totals of ")
    assert "  healed: task old-0, Neo $32.00, the ledger $20.00" == healed
    lie = faults.change_rows(
        lambda row: {**row, "neo_credits": 9} if row["task_id"] == "old-1" else row
    )
    played.neo.faults.add(lie, when=faults.on("/usage/tasks"), times=None)
    told = await call(played, "--format", "json")
    assert 1 == told.exit_code
    (row,) = json.loads(told.stdout)
    assert ("acme", 3, True, 70, 0) == tuple(
        row[key] for key in ("source", "tasks", "totals", "drift", "healed")
    )
    expected = {"about": "task", "name": "old-1", "neo": 90, "ledger": 20, "by": 70, "left": 70}
    assert [expected] == row["differences"]
