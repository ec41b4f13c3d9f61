"""Prunes the ledger: what is older than is kept, and older than any rule looks, goes in small transactions."""

import logging
from datetime import UTC, datetime, time, timedelta

from bot.store import prune
from bot.store.database import Database

log = logging.getLogger(__name__)

_CHUNK = 500
"""How many records go in one transaction: polls, messages and answers wait no longer than for these."""

_MARGIN = timedelta(days=1)
"""Conditions look at whole days of any zone."""


async def run(database: Database, kept_from: datetime) -> int:
    """Takes out what is older than the UTC day before that of `kept_from`; gives how many records that were."""
    day = datetime.combine(kept_from.astimezone(UTC).date(), time(), tzinfo=UTC)
    before, count = day - _MARGIN, 0
    if not await database.read(prune.is_due, before):
        return 0
    await database.write(prune.begin, before)
    while taken := await database.write(prune.records, before, _CHUNK):
        count += taken
    await database.write(prune.blocked, before)
    log.info("ledger pruned", extra={"records": count, "before": before.isoformat()})
    return count
