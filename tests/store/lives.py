"""What a store has been through that is kept for later versions of the bot."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests import stage

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
RULES = """
rules:
  - {name: daily, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD, critical: 100 USD}}
"""
DIGEST = {"digests": [{"name": "noon", "every": "day", "at": "12:00", "to": ["finops"]}]}


async def led(folder: Path) -> Path:
    """The store of a bot that has told, been acted on, and been silenced."""
    async with stage.staged(folder, START, RULES, DIGEST) as played:
        played.stream(0, usd=5, created=START - timedelta(days=1))
        await played.tick()
        await played.bot.digests()
        for number, email in enumerate(["ana@acme.test", "bob@acme.test"]):
            played.stream(number + 1, usd=60, email=email)
        await played.pass_time(timedelta(hours=4, minutes=1), timedelta(hours=1))
        await played.say("ada", "silence bob@acme.test 2h too loud")
        corrected = played.stream(3, usd=60)
        await played.tick()
        await played.bot.digests()
        played.neo.book.correct(corrected.stream_id, Decimal("6.1"))
        await played.pass_time(stage.TICK)
    return folder / "bot.db"
