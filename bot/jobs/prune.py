"""Prunes the store: what is older than is kept, and older than any rule looks, goes in small transactions."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from bot.store import ledger, past, prune
from bot.store.database import Database
from rules import scope

log = logging.getLogger(__name__)

_CHUNK = 500
"""How many records go in one transaction: polls, messages and answers wait no longer than for these."""

_MARGIN = timedelta(days=1)
"""Conditions look at whole days of any zone, and a clock may be set back."""


async def run(database: Database, kept_from: Callable[[datetime], datetime], now: datetime) -> None:
    """Takes out what is older than the UTC day before that of `kept_from` at this moment."""
    await _usage(database, _whole(kept_from(now)))
    known = await database.read(ledger.extent)
    if known is not None:
        # A clock that runs far ahead costs no more than usage, which Neo has: what was told nobody can read again.
        last = min(now, known.end)
        await _past(database, _whole(min(kept_from(last), last - scope.LATE)))


def _whole(kept_from: datetime) -> datetime:
    day = datetime.combine(kept_from.astimezone(UTC).date(), time(), tzinfo=UTC)
    return day - _MARGIN


async def _usage(database: Database, before: datetime) -> None:
    count = 0
    if not await database.read(prune.is_due, before):
        return
    await database.write(prune.begin, before)
    while taken := await database.write(prune.records, before, _CHUNK):
        count += taken
    await database.write(prune.blocked, before)
    log.info("ledger pruned", extra={"records": count, "before": before.isoformat()})


async def _past(database: Database, before: datetime) -> None:
    """Takes out what the bot wrote about itself; what something younger hangs on goes with that."""
    counts = dict[str, int]()
    for name, kind in past.KINDS.items():
        old = await database.read(past.old, kind, before)
        for start in range(0, len(old), _CHUNK):
            part = old[start : start + _CHUNK]
            counts[name] = counts.get(name, 0) + await database.write(
                past.take, kind, part, before
            )
    if any(counts.values()):
        log.info("past pruned", extra={**counts, "before": before.isoformat()})
