"""Backups: a copy of one moment of the store, made beside whoever writes, looked through, and only then in its place."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bot.store import backups, connection, copied, error, replacement, schema, soundness
from bot.store.connection import Connection
from bot.store.error import DamagedError, StoreError

_PAGES = 1_000
"""So many are copied before it is asked whether to go on."""

_SPARE = 64 * 2**20
"""Bytes that a backup leaves free: a full disk keeps the store itself from being written."""

_OURS_ALONE = 0o600
"""Backups hold who spent what: only the user who makes them may read them."""


def back_up(
    store: Path, target: Path, now: datetime, broken_off: Callable[[], bool] = lambda: False
) -> None:
    """Makes `target` a backup of the store, as it is now or a little later, or leaves it as it was.

    An earlier backup is replaced, and nothing else. Raises StoreError; DamagedError where the store is not whole.
    """
    replacement.refuse_half_done(store)
    if not store.exists():
        raise StoreError(f"{store.absolute()} is not there: there is nothing to back up")
    _refuse_to_replace(store, target)
    _require_room(store, target)
    with staged(backups.partial(target)) as copy:
        try:
            duplicate(store, copy, broken_off)
            with settled(copy) as db:
                db.conn.set_progress_handler(broken_off, soundness.STEPS)
                require_whole(db, copy)
                copied.mark(db, now)
        except DamagedError as damage:
            raise DamagedError(store, damage.found) from damage
        put(copy, target)


def duplicate(store: Path, copy: Path, broken_off: Callable[[], bool] = lambda: False) -> None:
    """Copies all pages of one moment; what writes to the store meanwhile neither waits nor shows."""

    def go_on(_status: int, _left: int, _all: int) -> None:
        if broken_off():
            raise StoreError(f"the backup of {store} was broken off", retryable=True)

    soundness.refuse_emptied(store)
    with error.translated(store), closing(connection.reading(store)) as source:
        schema.refuse_strange(source, store)
        with error.translated(copy), closing(sqlite3.connect(copy)) as made:
            made.execute("PRAGMA synchronous = OFF")  # it is flushed as a whole once it is done
            with connection.snapshot(source):
                source.execute("SELECT 1 FROM sqlite_master").fetchone()
                source.conn.backup(made, pages=_PAGES, progress=go_on)


@contextmanager
def settled(copy: Path) -> Iterator[Connection]:
    """A copy, open for what is still to be done to it; after that it is one file, with no log beside it."""
    with error.translated(copy), closing(connection.writing(copy)) as db:
        yield db
        db.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def staged(partial: Path) -> Iterator[Path]:
    """A file of our own that is to take the place of another; nothing of it is left if that fails."""
    try:
        # Emptied: beside an empty file SQLite takes no log for its own that one left behind which was killed.
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _OURS_ALONE))
    except OSError as failed:
        raise StoreError(f"{partial} cannot be written: {failed.strerror}") from failed
    try:
        yield partial
    finally:
        discard(partial)


def discard(partial: Path) -> None:
    """Takes away a file of our own that is to take no other's place."""
    for part in parts(partial):
        with suppress(OSError):
            part.unlink()


def parts(path: Path) -> list[Path]:
    """A database, and what SQLite may have put beside it: its logs are of that file and of no other."""
    return [path.with_name(f"{path.name}{ending}") for ending in ("", "-journal", "-wal", "-shm")]


def put(copy: Path, target: Path) -> None:
    """Gives the copy its name, once all of it is on the disk."""
    try:
        flush(copy)
        copy.replace(target)
        flush(target.parent)
    except OSError as failed:
        raise StoreError(f"{target} cannot be written: {failed.strerror}") from failed


def require_whole(db: Connection, copy: Path) -> None:
    """Raises DamagedError; the sums of an older version are looked at once it is brought to this one."""
    look = soundness.require_pages if schema.is_older(db) else soundness.require
    look(db, copy)


def size(store: Path) -> int:
    """Bytes of a store with its log, in which what was written last still stands."""
    log = store.with_name(f"{store.name}-wal")
    return sum(each.stat().st_size for each in (store, log) if each.exists())


def _refuse_to_replace(store: Path, target: Path) -> None:
    if not target.parent.is_dir():
        raise StoreError(f"{target} cannot be written: the folder {target.parent} is not there")
    if target.exists() and not is_backup(target):
        what = "is the store itself" if target.samefile(store) else "is no backup of this bot"
        raise StoreError(f"{target} {what}, and is left as it is; name another file")


def _require_room(store: Path, target: Path) -> None:
    needed = size(store) + _SPARE
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise StoreError(
            f"{target} needs a disk with {_megabytes(needed)} free, and there are {_megabytes(free)}:"
            " remove what is not needed there, such as old backups",
            retryable=True,
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def is_backup(path: Path) -> bool:
    """Whether the file is a backup that was made here, and not used since: a store that is in use has a log."""
    if not _has_no_log(path):
        return False
    try:
        with error.translated(path), closing(connection.reading(path)) as db:
            schema.refuse_strange(db, path)
            return copied.made(db) is not None
    except StoreError:
        return False


def _has_no_log(path: Path) -> bool:
    """By the versions in SQLite's header; asking SQLite would make a log beside a file that has none just now."""
    try:
        with path.open("rb") as file:
            return file.read(20)[18:] == b"\x01\x01"
    except OSError:
        return False


def flush(path: Path) -> None:
    """Has a file, or the names in a folder, on the disk before this is over."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
