"""Puts a backup in the place of the store, which is kept beside it."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.store import copied, copying, lock, schema, soundness
from bot.store.error import DamagedError, StoreError


@dataclass(frozen=True, slots=True)
class Restored:
    """When the backup was made, if it says so, and where the store is that it replaced, if there was one."""

    made: datetime | None
    replaced: Path | None


def restore(store: Path, backup: Path, now: datetime) -> Restored:
    """Puts a copy of the backup in the place of the store, brought to this version of the bot.

    Nothing is touched before all of it was looked through. Raises StoreError: when a process writes to the store, when
    the backup is damaged, of another program, or of a newer version.
    """
    if not backup.is_file():
        raise StoreError(f"{backup} is not there; nothing was changed")
    if store.exists() and backup.samefile(store):
        raise StoreError(f"{backup} is the store itself; nothing was changed")
    held = lock.take(store)
    try:
        partial = store.with_name(f"{store.name}.restoring")
        with copying.staged(partial) as copy:
            made = _prepare(backup, copy)
            _belongs_to_whom_it_did(copy, store)
            replaced = _keep(store, now)
            copying.put(copy, store)
    finally:
        lock.release(held)
    return Restored(made, replaced)


def _prepare(backup: Path, copy: Path) -> datetime | None:
    """Gives when the backup was made, as far as it is known."""
    try:
        copying.duplicate(backup, copy)
        with copying.settled(copy) as db:
            if schema.upgrade(db, copy):
                raise StoreError(f"there is nothing in {backup}; nothing was changed")
            soundness.require(db, copy)
            copied.mark_unmarked(db)
            return copied.made(db)
    except DamagedError as damage:
        found = f" ({damage.found})" if damage.found else ""
        raise StoreError(
            f"{backup} is damaged or is not a database{found}; nothing was changed, take another backup"
        ) from damage


def _keep(store: Path, now: datetime) -> Path | None:
    """Gives the store another name beside its own, which stays until the copy takes it."""
    if not store.exists():
        return None
    kept = store.with_name(f"{store.name}.replaced-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    try:
        os.link(store, kept)
        # What was written last may still stand in the log, which belongs to that file and to no other.
        for ending in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                store.with_name(f"{store.name}{ending}").rename(f"{kept}{ending}")
    except OSError as failed:
        raise StoreError(
            f"{store} cannot be kept as {kept}: {failed.strerror}; it was not replaced"
        ) from failed
    return kept


def _belongs_to_whom_it_did(copy: Path, store: Path) -> None:
    """Whoever calls this, the bot must be able to write to it."""
    like = store if store.exists() else store.absolute().parent
    with suppress(PermissionError):
        shutil.chown(copy, like.stat().st_uid, like.stat().st_gid)
    if like == store:
        shutil.copymode(store, copy)
