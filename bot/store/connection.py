"""One connection to the store: its settings, its transactions, and the terms it has interned."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlite_utils

APPLICATION_ID = 0x4E656F42
"""Marks the file as this bot's ("NeoB"), for `file` and for the next opener."""

_BUSY_SECONDS = 5.0
_CACHE_KIB = 16 * 1024
_CHECKPOINT_PAGES = 10_000


class Connection(sqlite_utils.Database):
    """A database with the ids of the terms it has met, by kind; they are dropped on rollback."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection, execute_plugins=False)
        self.interned: dict[str, dict[str, int]] = {}


def writing(path: Path) -> Connection:
    """Opens the file for writing, and makes it and its folder where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return _settled(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None))


def reading(path: Path) -> Connection:
    """Opens the file for reading only; it must be there."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return _settled(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None))


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
    """One reading transaction: all that is read in it is of one moment."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.rollback()


def _settled(connection: sqlite3.Connection) -> Connection:
    db = Connection(connection)
    db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    db.execute("PRAGMA temp_store = MEMORY")
    return db
