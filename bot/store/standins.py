"""Whole tasks that stand in for their streams while Neo refuses those, and when records were booked."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from bot.store import instant, ledger, packing, terms
from bot.store.connection import Connection
from bot.store.terms import Kind
from rules.record import Record, task_key

T = TypeVar("T")

_MOST = 1000
_PREFIX = task_key("")


def of(db: Connection, source: str) -> dict[str, datetime]:
    """The tasks that stand in the ledger whole, and when each was created."""
    rows = db.execute(
        "SELECT key, at FROM ledger WHERE source = ? AND gone IS NULL AND typeof(key) = 'text' AND key >= ? AND key < ?",
        [_id(db, source), _PREFIX, _PREFIX + "\x7f\x7f"],
    ).fetchall()
    return {key.removeprefix(_PREFIX): instant.from_micros(at) for key, at in rows}


def fold(db: Connection, source: str, records: Sequence[Record], *, seen: datetime) -> None:
    """Takes the streams of tasks that are about to stand for them out of every sum, so that nothing counts twice."""
    tasks = [record.task for record in records]
    known = terms.find(db, Kind.TASK, tasks)
    keys = [
        packing.unpack(key)
        for part in _parts(list(known.values()))
        for (key,) in db.execute(
            f"SELECT key FROM ledger WHERE source = ? AND gone IS NULL AND task IN ({', '.join('?' * len(part))})",
            [_id(db, source), *part],
        )
    ]
    ledger.mark_gone(db, source, [key for key in keys if not key.startswith(_PREFIX)], seen=seen)


def booked(db: Connection, source: str, keys: Collection[str]) -> dict[str, datetime]:
    """The time under which each of these records is in the ledger; those that are not are left out."""
    found = {}
    for part in _parts(list(keys)):
        rows = db.execute(
            f"SELECT key, at FROM ledger WHERE source = ? AND key IN ({', '.join('?' * len(part))})",
            [_id(db, source), *map(packing.pack, part)],
        ).fetchall()
        found.update({packing.unpack(key): instant.from_micros(at) for key, at in rows})
    return found


def _id(db: Connection, source: str) -> int | None:
    return terms.find(db, Kind.SOURCE, [source]).get(source)


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _MOST] for start in range(0, len(items), _MOST))
