"""What the whole bot says of the ledger and Neo's own totals: in the digest, in status, by an alert."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.demo.neo import faults, usage
from bot.store import alerts
from tests import stage
from tests.jobs import reading
from tests.stage import Stage

DAY = timedelta(days=1)
START = datetime(2026, 11, 18, 9, tzinfo=UTC)
NIGHT = timedelta(hours=18, minutes=15)
"""From nine o'clock to a quarter past three in the night."""

RULES = (
    "rules: [{name: team, metric: spend, window: month, budget: 500 USD, thresholds: {info: 90%}}]"
)


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Stage]:
    changes = {
        "poll": {"every": "60s", "backfill": "120d"},
        "digests": [{"name": "daily", "at": "09:00", "to": ["finops"]}],
    }
    async with stage.staged(tmp_path, START, RULES, changes) as played:
        for number in range(3):
            created = START - (number + 90) * DAY
            played.stream(number, usd=20, created=created, task_id=f"old-{number}")
        await played.tick()
        await played.bot.digests()
        await played.bot.reconcile()
        yield played


async def night(played: Stage) -> list[str]:
    """The next time that it is three o'clock; gives what Slack was told then."""
    played.clock.advance(NIGHT)
    told = await played.tick()
    await played.bot.reconcile()
    return [*told, *await played.tick()]


async def morning(played: Stage) -> list[str]:
    """From then on until the digest came."""
    played.clock.advance(DAY - NIGHT)
    told = await played.tick()
    await played.bot.digests()
    return [*told, *await played.tick()]


def digest(played: Stage) -> str:
    """All words of the last digest in the channel."""
    (*_, last) = [
        message
        for message in played.bench.workspace.messages(stage.CHANNEL)
        if "digest" in message.text
    ]
    return " ".join(stage.words(last.blocks))


async def test_what_neo_changed_silently_is_healed_by_night_and_told_in_the_morning(
    played: Stage,
) -> None:
    book = played.neo.book
    book.correct(usage.stream_id(0), Decimal("3.2"))
    book.remove(usage.stream_id(1))
    played.stream(50, usd=7, created=START - 91 * DAY, task_id="old-2")
    assert [] == await night(played)
    kept = await played.bot.database.read(reading.of_source, stage.SOURCE)
    assert reading.priced(book.streams()) == kept
    assert "equals Neo's own totals, compared" in await played.say("ada", "status")
    await morning(played)
    assert "The ledger equals Neo's own totals, after $39.00 was healed." in digest(played)
    await night(played)
    await morning(played)
    assert digest(played).endswith("$0.00.")


async def test_what_cannot_be_healed_is_one_alert_that_resolves_once(played: Stage) -> None:
    lie = faults.change_rows(
        lambda row: {**row, "neo_credits": 4.2} if row["task_id"] == "old-1" else row
    )
    played.neo.faults.add(lie, when=faults.on("/usage/tasks"), times=None)
    (told,) = await night(played)
    assert told.startswith(
        "post 🟠 Warning: difference from Neo's own totals of source acme at $22.00"
    )
    assert [] == [line for line in await morning(played) if "digest" not in line]
    assert "The ledger differs from Neo's own totals by $22.00." in digest(played)
    said = await played.say("ada", "status")
    assert "task old-1 (Neo $42.00, the ledger $20.00)" in said
    (alert,) = await played.bot.database.read(alerts.open_alerts)
    assert "$22.00" in await played.say("ada", f"why {alert.id}")
    (posted,) = [
        message
        for message in played.bench.workspace.messages(stage.CHANNEL)
        if "Neo's own totals" in message.text and "digest" not in message.text
    ]
    words = " ".join(stage.words(posted.blocks))
    assert "task old-1 (Neo $42.00, the ledger $20.00)" in words
    assert "Ask Neo's support" in words
    assert [] == await night(played)
    await morning(played)
    played.neo.faults.clear()
    resolved = await night(played)
    assert ["reply", "edit"] == [line.split(" ")[0] for line in resolved]
    assert all("Resolved" in line for line in resolved)
    assert [] == await night(played)


async def test_while_neo_is_down_it_is_tried_again_and_nothing_is_said(played: Stage) -> None:
    played.neo.book.correct(usage.stream_id(0), Decimal("3.2"))
    played.clock.advance(NIGHT)
    await played.tick()
    played.neo.faults.add(faults.answer(500), times=None)
    await played.bot.reconcile()
    assert "Neo's own totals" not in await played.say("ada", "status")
    played.neo.faults.clear()
    await played.bot.reconcile()
    assert reading.priced(played.neo.book.streams()) == await played.bot.database.read(
        reading.of_source, stage.SOURCE
    )
