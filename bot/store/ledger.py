"""All records kept, one row each: corrected in place, with what a correction replaced beside it."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from bot.store import changes, garbage, instant, packing, rollup, rows, terms
from bot.store.connection import Connection
from bot.store.rows import FACTS, Facts, Key
from bot.store.terms import Kind
from rules.record import Record, task_key
from rules.window import Span

T = TypeVar("T")

_CHUNK = 10_000
"""How many records are compared at once."""

_COLUMNS = ", ".join(FACTS)
_INSERT = (
    f"INSERT INTO ledger (id, source, key, {_COLUMNS}, seen)"
    f" VALUES ({', '.join('?' * (len(FACTS) + 3))}, "
)
_UPDATE = (
    f"UPDATE ledger SET {', '.join(f'{name} = ?' for name in FACTS)},"
    " seen = ?, gone = NULL WHERE id = ?"
)
_KEEP = (
    f"INSERT INTO replaced (record, until, {_COLUMNS}, seen, gone)"
    f" SELECT id, ?, {_COLUMNS}, seen, gone FROM ledger"
    " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of some records: how many were new, how many corrected, how many known."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def plus(self, other: "Added") -> "Added":
        return Added(
            self.new + other.new, self.changed + other.changed, self.unchanged + other.unchanged
        )


@dataclass(frozen=True, slots=True)
class Present:
    """A record that the ledger holds: what a complete reading of Neo is compared with."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Kept:
    """A row as it stands in the ledger."""

    id: int
    gone: bool
    facts: Facts


@dataclass(frozen=True, slots=True)
class _Sight:
    """When records were seen, and whether they were news."""

    seen: int
    live: bool


def add(db: Connection, records: Sequence[Record], *, seen: datetime, live: bool) -> Added:
    """Puts records into the ledger and what they change into every sum.

    Of one that is listed twice the later counts. `live` says that what is new was news at `seen`;
    what backfill reads counts as known since it was created. Known records are not written again.
    """
    latest = {(record.source, record.key): record for record in records}
    sight, added = _Sight(instant.to_micros(seen), live), Added()
    for chunk in _chunks(latest.values()):
        with garbage.uncollected():
            added = added.plus(_add(db, chunk, sight))
    return added


def mark_gone(db: Connection, source: str, keys: Collection[str], *, seen: datetime) -> int:
    """Takes records that Neo no longer has out of every sum; gives how many there were.

    They stay in the ledger, and are live again when they show up again.
    """
    owner = terms.find(db, Kind.SOURCE, [source]).get(source)
    if owner is None:
        return 0
    marked = 0
    for chunk in _chunks(keys):
        kept = _kept(db, [(owner, packing.pack(key)) for key in chunk])
        leaving = [row for row in kept.values() if not row.gone]
        rollup.take(db, [(owner, row.facts) for row in leaving])
        db.conn.executemany(
            "UPDATE ledger SET gone = ? WHERE id = ?",
            [(instant.to_micros(seen), row.id) for row in leaving],
        )
        changes.mark(db, [row.id for row in leaving])
        marked += len(leaving)
    return marked


def replace_tasks(
    db: Connection,
    source: str,
    tasks: Collection[str],
    records: Sequence[Record],
    *,
    seen: datetime,
) -> Added:
    """Puts in the streams of tasks that stood in the ledger whole while Neo refused its streams."""
    mark_gone(db, source, [task_key(task) for task in tasks], seen=seen)
    return add(db, records, seen=seen, live=True)


def in_span(db: Connection, source: str, span: Span) -> list[Present]:
    """The records of a source that were created in a span and are not gone."""
    found = db.execute(
        "SELECT key, at FROM ledger WHERE at >= ? AND at < ? AND gone IS NULL"
        " AND +source = (SELECT id FROM term WHERE kind = 'source' AND text = ?) ORDER BY at, key",
        [instant.to_micros(span.start), instant.to_micros(span.end), source],
    )
    return [Present(packing.unpack(key), instant.from_micros(at)) for key, at in found]


def count(db: Connection) -> int:
    """How many records there are that Neo still has."""
    (number,) = db.execute("SELECT coalesce(sum(streams), 0) FROM rollup_hour").fetchone()
    return int(number)


def extent(db: Connection) -> Span | None:
    """From the first record to just after the last, gone ones included; None while there is none."""
    first, last = db.execute(
        "SELECT (SELECT min(at) FROM ledger), (SELECT max(at) FROM ledger)"
    ).fetchone()
    if first is None:
        return None
    return Span(instant.from_micros(first), instant.from_micros(last + 1))


def _add(db: Connection, records: Sequence[Record], sight: _Sight) -> Added:
    encoded = rows.encode(db, records)
    kept = _kept(db, [key for key, _ in encoded])
    new = [(key, facts) for key, facts in encoded if key not in kept]
    changed = [
        (key[0], kept[key], facts)
        for key, facts in encoded
        if key in kept and (kept[key].facts != facts or kept[key].gone)
    ]
    if new:
        _insert(db, new, sight)
    if changed:
        _correct(db, changed, sight)
    return Added(len(new), len(changed), len(encoded) - len(new) - len(changed))


def _kept(db: Connection, keys: Sequence[Key]) -> dict[Key, _Kept]:
    kept: dict[Key, _Kept] = {}
    for source in {source for source, _ in keys}:
        mine = [key for owner, key in keys if owner == source]
        for id_, key, gone, *facts in db.execute(
            f"SELECT id, key, gone IS NOT NULL, {_COLUMNS} FROM ledger"
            f" WHERE source = ? AND key IN ({','.join('?' * len(mine))})",
            [source, *mine],
        ):
            kept[source, key] = _Kept(id_, bool(gone), tuple(facts))
    return kept


def _insert(db: Connection, new: Sequence[tuple[Key, Facts]], sight: _Sight) -> None:
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM ledger").fetchone()
    ids = range(last + 1, last + 1 + len(new))
    news = sight.seen if sight.live else "NULL"
    db.conn.executemany(
        f"{_INSERT}{news})",
        [(id_, *key, *facts) for id_, (key, facts) in zip(ids, new, strict=True)],
    )
    rollup.add(db, [(source, facts) for (source, _), facts in new])
    changes.mark(db, ids)


def _correct(db: Connection, changed: Sequence[tuple[int, _Kept, Facts]], sight: _Sight) -> None:
    ids = [kept.id for _, kept, _ in changed]
    db.execute(_KEEP, [sight.seen, json.dumps(ids)])
    rollup.take(db, [(source, kept.facts) for source, kept, _ in changed if not kept.gone])
    changes.mark_former(db, ids)
    db.conn.executemany(_UPDATE, ((*facts, sight.seen, kept.id) for _, kept, facts in changed))
    rollup.add(db, [(source, facts) for source, _, facts in changed])
    changes.mark(db, ids)


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
