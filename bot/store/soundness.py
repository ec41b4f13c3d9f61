"""Whether a file is whole: SQLite's own look at its pages, then every sum held against the records.

What neither sees, such as a figure that was changed in a record and in all its sums, is not found.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot.store import backups, connection, error, instant, rollup
from bot.store.connection import Connection
from bot.store.error import DamagedError

STEPS = 10_000
"""So many steps of SQLite's machine are less than a millisecond: how long an examination goes on once it is broken off."""

_Days = dict[int, tuple[int, ...]]
"""The sums of each day since the epoch, in the order of `rollup.SUMS`."""


def _day(of: str, length: int) -> str:
    """SQL for the day of a time in units of which it has `length`; SQLite's division cuts what lies before the epoch."""
    return f"({of} - ({of} % {length} + {length}) % {length}) / {length}"


_BY_DAY = {
    "rollup_hour": _day("hour", 24),
    "rollup_day": "day",
    "rollup_source": "day",
    "rollup_user": "day",
    "task_day": "day",
}
_STREAMS_ALONE = ("task_day",)


def refuse_emptied(path: Path) -> None:
    """Raises DamagedError where nothing is left of a store; a first start that was killed leaves an empty file too.

    To be asked before SQLite opens it: that takes an empty file for a new database, and its log away.
    """
    if path.exists() and not path.stat().st_size:
        log = path.with_name(f"{path.name}-wal")
        if backups.newest(path) or (log.exists() and log.stat().st_size):
            raise DamagedError(path, "it is empty")


def examine(path: Path, broken_off: Callable[[], bool] = lambda: False) -> None:
    """Looks through all of the store at `path`, beside any readers; DamagedError where it is not whole."""
    with error.translated(path), closing(connection.reading(path)) as db:
        db.conn.set_progress_handler(broken_off, STEPS)
        with connection.snapshot(db):
            require(db, path)


def require(db: Connection, path: Path) -> None:
    """The same by a connection to a store of today's schema."""
    require_pages(db, path)
    if found := _off(db):
        raise DamagedError(path, found)


def require_pages(db: Connection, path: Path) -> None:
    """Raises DamagedError where SQLite finds pages, rows or keys that cannot be as they are."""
    (told,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if told != "ok":
        raise DamagedError(path, " ".join(told.split()))


def _off(db: Connection) -> str:
    """The first table of sums that is not what the records come to, with the day; empty where there is none."""
    worth = ", ".join(f"sum({rollup.WORTH[name]})" for name in rollup.SUMS)
    true = _days(db, f"{_day('at', instant.DAY)}, {worth} FROM ledger WHERE gone IS NULL")
    for table, day in _BY_DAY.items():
        alone = table in _STREAMS_ALONE
        sums = ("streams",) if alone else rollup.SUMS
        kept = _days(db, f"{day}, {', '.join(f'sum({name})' for name in sums)} FROM {table}")
        expected = {of: each[:1] for of, each in true.items()} if alone else true
        if kept != expected:
            off = min(
                of for of in kept.keys() | expected.keys() if kept.get(of) != expected.get(of)
            )
            return f"the sums of {_date(off)} in {table} are not those of its records"
    return ""


def _days(db: Connection, selected: str) -> _Days:
    rows = db.execute(f"SELECT {selected} GROUP BY 1").fetchall()
    return {day: tuple(sums) for day, *sums in rows}


def _date(day: int) -> str:
    return f"{instant.from_micros(day * instant.DAY):%Y-%m-%d}"
