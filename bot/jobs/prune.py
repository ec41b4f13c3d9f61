"""Prunes the store: what is older than is kept, and older than any rule looks, goes in small transactions."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from bot.store import ledger, past, prune
from bot.store.database import Database

log = logging.getLogger(__name__)

_CHUNK = 500
"""How many records go in one transaction: polls, messages and answers wait no longer than for these."""

_MARGIN = timedelta(days=1)
"""Conditions look at whole days of any zone, and a clock may be set back."""


KeptFrom = Callable[[datetime], datetime]
"""What is older may go, seen from a moment."""


async def run(database: Database, kept_from: KeptFrom, now: datetime) -> None:
    """Takes out what is older than the UTC day before that of `kept_from`."""
    await usage(database, kept_from, now)
    await own(database, kept_from, now)


async def usage(database: Database, kept_from: KeptFrom, now: datetime) -> None:
    """Takes too old records out of the ledger."""
    before, count = _whole(kept_from(now)), 0
    if not await database.read(prune.is_due, before):
        return
    await database.write(prune.begin, before)
    while taken := await database.write(prune.records, before, _CHUNK):
        count += taken
    await database.write(prune.blocked, before)
    log.info("ledger pruned", extra={"records": count, "before": before.isoformat()})


async def own(database: Database, kept_from: KeptFrom, now: datetime) -> None:
    """Takes out what the bot wrote about itself, once it is over and so old.

    No rule in force looks at a period that old, so nothing is told of it again. Age counts from the newest record at the
    latest: where a clock that ran far ahead has usage taken out, Neo is asked for it again; what was told is known nowhere else.
    """
    known = await database.read(ledger.extent)
    if known is None:
        return
    last, counts = min(now, known.end), dict[str, int]()
    before = _whole(kept_from(last))
    for name, kind in past.KINDS.items():
        old = await database.read(past.old, kind, before)
        for start in range(0, len(old), _CHUNK):
            part = old[start : start + _CHUNK]
            taken = await database.write(past.take, kind, part, before)
            counts[name] = counts.get(name, 0) + taken
    if any(counts.values()):
        log.info("what is past was pruned", extra={**counts, "before": before.isoformat()})


def _whole(kept_from: datetime) -> datetime:
    day = datetime.combine(kept_from.astimezone(UTC).date(), time(), tzinfo=UTC)
    return day - _MARGIN
