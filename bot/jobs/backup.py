"""The daily backup: one for each day of the calendar, as many as are to be kept, and nothing that is not ours is removed."""

import asyncio
import logging
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.store import backups, copying, sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.error import StoreError

log = logging.getLogger(__name__)

_FOLDER = 0o700


async def run(database: Database, keep: int, zone: ZoneInfo, now: datetime) -> None:
    """Makes today's, where there is none yet, and removes the oldest beyond `keep`; raises StoreError.

    What is due is asked of the folder: a restart makes no second one, and does what one left undone that was killed. Before
    the first complete poll there is nothing that Neo would not give again.
    """
    if not keep or not await database.read(_is_in_use):
        return
    target = backups.of_day(database.path, now.astimezone(zone).date())
    if not target.exists():
        await _make(database, target, now)
    await asyncio.to_thread(_prune, database, keep)


async def _make(database: Database, target: Path, now: datetime) -> None:
    try:
        target.parent.mkdir(mode=_FOLDER, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{target.parent} cannot be made: {error.strerror}") from error
    await asyncio.to_thread(_clear, database)
    await database.back_up(target, now)
    log.info("store backed up", extra={"backup": str(target)})


def _is_in_use(db: Connection) -> bool:
    return any(state.last_complete is not None for state in sources.load(db).values())


def _clear(database: Database) -> None:
    """Takes away what a backup left behind that was killed: only the process that holds the store makes them here."""
    for left in backups.unfinished(database.path):
        left.unlink(missing_ok=True)


def _prune(database: Database, keep: int) -> None:
    surplus = [each for each in backups.known(database.path)[:-keep] if copying.is_backup(each)]
    for each in surplus:
        each.unlink(missing_ok=True)
        log.info("old backup removed", extra={"backup": str(each)})
