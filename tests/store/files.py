"""Stores on the disk, and what may become of them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store import connection, ledger, schema
from bot.store.connection import Connection
from tests.store import usage

COUNT = 300


def change(path: Path, fn: Callable[[Connection], object]) -> None:
    """Does something to a store, and closes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(connection.writing(path)) as db:
        schema.upgrade(db, path)
        with connection.transaction(db, durable=False):
            fn(db)


def fill(db: Connection, first: int = 0) -> None:
    """Enough records for a few pages of each table."""
    records = [
        usage.record(key=f"r-{number}", task=f"t-{number}", user=f"u-{number % 40}@acme.test")
        for number in range(first, first + COUNT)
    ]
    ledger.add(db, records, seen=usage.NOON, live=True)


def make(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_filled())
    return path


@cache
def _filled() -> bytes:
    with TemporaryDirectory() as folder:
        change(Path(folder) / "bot.db", fill)
        return (Path(folder) / "bot.db").read_bytes()


def count(path: Path) -> int:
    with closing(connection.reading(path)) as db:
        return ledger.count(db)


def run(path: Path, statement: str) -> None:
    """Writes past the bot."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(statement)
        db.commit()


def root_of(path: Path, table: str) -> int:
    """The number of the table's first page."""
    with closing(sqlite3.connect(path)) as db:
        (page,) = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", [table]
        ).fetchone()
    return int(page)


def scribble(path: Path, table: str) -> None:
    """Writes over a page in the middle of a table, as a failing disk would."""
    page = root_of(path, table)
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xaa" * 4096
    path.write_bytes(data)


def cut(path: Path) -> None:
    """What is left when a copy was broken off."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 8192 * 4096])
