"""One connection to the store: its settings, its transactions, and the terms it has interned."""

import contextlib
import sqlite3
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import sqlite_utils

APPLICATION_ID = 0x4E656F42
"""Marks the file as this bot's ("NeoB"), for `file` and for the next opener."""

_BUSY_SECONDS = 5.0
_CACHE_KIB = 16 * 1024
_READ_CACHE_KIB = 4 * 1024
"""A reader goes through much once; what comes again and again fits, and the system caches the file anyway."""

_CHECKPOINT_PAGES = 10_000


class Connection(sqlite_utils.Database):
    """A database with the ids of the terms it has met, by kind; they are dropped on rollback.

    `kept` is what was read at this version of the store, inside a snapshot; elsewhere None. For `memo`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection, execute_plugins=False)
        self.interned: dict[str, dict[str, int]] = {}
        self.kept: dict[Hashable, Any] | None = None
        self._version: tuple[int, dict[Hashable, Any]] = (-1, {})

    def recall(self) -> None:
        """Brings back what was kept, if nobody has written since."""
        (version,) = self.execute("PRAGMA data_version").fetchone()
        if version != self._version[0]:
            self._version = (version, {})
        self.kept = self._version[1]


def writing(path: Path) -> Connection:
    """Opens the file for writing, and makes it and its folder where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return _settled(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None), _CACHE_KIB)


def reading(path: Path) -> Connection:
    """Opens the file for reading only; it must be there."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    found = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    return _settled(found, _READ_CACHE_KIB)


def use_log(db: Connection) -> None:
    """Lets readers go on while one writes; a checkpoint waits until it is worth its cost."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")


def limit(db: Connection, pages: int) -> None:
    """Keeps the file from growing past so many pages, as a full disk would."""
    db.execute(f"PRAGMA max_page_count = {pages}")


@contextlib.contextmanager
def transaction(db: Connection, *, durable: bool) -> Iterator[None]:
    """One writing transaction; a durable one is on the disk before it is over."""
    if durable:
        db.execute("PRAGMA synchronous = FULL")
    try:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            db.interned.clear()
            db.rollback()
            raise
    finally:
        if durable:
            db.execute("PRAGMA synchronous = NORMAL")


@contextlib.contextmanager
def snapshot(db: Connection) -> Iterator[None]:
    """One reading transaction: all that is read in it is of one moment. For a connection that does not write."""
    db.execute("BEGIN")
    try:
        db.recall()
        yield
    finally:
        db.kept = None
        db.rollback()


def _settled(connection: sqlite3.Connection, cache_kib: int) -> Connection:
    db = Connection(connection)
    db.execute(f"PRAGMA cache_size = -{cache_kib}")
    db.execute("PRAGMA temp_store = MEMORY")
    return db
