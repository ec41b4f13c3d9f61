"""All records kept, one row each: corrected in place, with what a correction replaced beside it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple, TypeVar

from bot.store import changes, garbage, instant, packing, rollup, rows, terms
from bot.store.connection import Connection
from bot.store.rows import FACTS, Facts, Words
from bot.store.terms import Kind
from rules.record import Record, task_key
from rules.window import Span

T = TypeVar("T")

Key = bytes | str
"""A record's key as the ledger keeps it."""

_CHUNK = 10_000
"""How many records are compared at once."""

_COLUMNS = ", ".join(FACTS)
_NO_SOONER = "max(?, coalesce(seen, at), coalesce(gone, 0))"
"""When a record is seen to be another: not before what it was, whoever read it late and whatever the clock says."""

_INSERT = (
    f"INSERT INTO ledger (id, source, key, digest, {_COLUMNS}, seen)"
    f" VALUES ({', '.join('?' * (len(FACTS) + 4))}, "
)
_UPDATE = (
    f"UPDATE ledger SET digest = ?, {', '.join(f'{name} = ?' for name in FACTS)},"
    f" seen = {_NO_SOONER}, gone = NULL WHERE id = ?"
)
_KEEP = (
    f"INSERT INTO replaced (record, until, {_COLUMNS}, seen, gone)"
    f" SELECT id, {_NO_SOONER}, {_COLUMNS}, seen, gone FROM ledger"
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


class _Read(NamedTuple):
    """A record as it was read from Neo."""

    key: Key
    digest: bytes
    words: Words


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
    sight, added = _Sight(instant.to_micros(seen), live), Added()
    with garbage.uncollected():
        latest: dict[str, dict[Key, Record]] = defaultdict(dict)
        for record in records:
            latest[record.source][packing.pack(record.key)] = record
        ids = terms.intern(db, Kind.SOURCE, latest.keys())
        for source, mine in latest.items():
            for chunk in _chunks(mine.items()):
                added = added.plus(_add(db, ids[source], dict(chunk), sight))
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
        digests = _digests(db, owner, list(map(packing.pack, chunk)))
        here = [key for key, digest in digests.items() if digest is not None]
        ids = list(_ids(db, owner, here).values())
        rollup.take(db, _counting(db, owner, ids))
        db.conn.executemany(
            f"UPDATE ledger SET gone = {_NO_SOONER} WHERE id = ?",
            [(instant.to_micros(seen), id_) for id_ in ids],
        )
        changes.mark(db, ids)
        marked += len(ids)
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
    return _present(
        db, source, "at >= ? AND at < ?", instant.to_micros(span.start), instant.to_micros(span.end)
    )


def in_task(db: Connection, source: str, task: str) -> list[Present]:
    """The records of one task of a source that are not gone."""
    of_task = "task = (SELECT id FROM term WHERE kind = 'task' AND text = ?)"
    return _present(db, source, of_task, packing.pack(task))


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


def _present(db: Connection, source: str, which: str, *values: Key | int) -> list[Present]:
    found = db.execute(
        f"SELECT key, at FROM ledger WHERE {which} AND gone IS NULL"
        " AND +source = (SELECT id FROM term WHERE kind = 'source' AND text = ?) ORDER BY at, key",
        [*values, source],
    )
    return [Present(packing.unpack(key), instant.from_micros(at)) for key, at in found]


def _add(db: Connection, source: int, records: Mapping[Key, Record], sight: _Sight) -> Added:
    digests, new, changed = _digests(db, source, records), [], []
    for key, record in records.items():
        words = rows.words(record)
        digest = rows.digest(words)
        if key not in digests:
            new.append(_Read(key, digest, words))
        elif digests[key] != digest:
            changed.append(_Read(key, digest, words))
    if new:
        _insert(db, source, new, sight)
    if changed:
        _correct(db, source, changed, sight)
    return Added(len(new), len(changed), len(records) - len(new) - len(changed))


def _digests(db: Connection, source: int, keys: Collection[Key]) -> dict[Key, bytes | None]:
    """The digests of those records that the ledger holds; None for one that is gone."""
    return dict(
        db.execute(
            "SELECT key, CASE WHEN gone IS NULL THEN digest END FROM ledger"
            f" WHERE source = ? AND key IN ({','.join('?' * len(keys))})",
            [source, *keys],
        )
    )


def _ids(db: Connection, source: int, keys: Collection[Key]) -> dict[Key, int]:
    """The ids of records that the ledger holds."""
    return dict(
        db.execute(
            f"SELECT key, id FROM ledger WHERE source = ? AND key IN ({','.join('?' * len(keys))})",
            [source, *keys],
        )
    )


def _counting(db: Connection, source: int, ids: Collection[int]) -> list[tuple[int, Facts]]:
    """The facts of rows that are not gone, as the rollups have them: with the id of their source."""
    return [
        (source, facts)
        for facts in db.execute(
            f"SELECT {_COLUMNS} FROM ledger"
            " WHERE id IN (SELECT value FROM json_each(?)) AND gone IS NULL",
            [json.dumps(list(ids))],
        )
    ]


def _insert(db: Connection, source: int, new: Sequence[_Read], sight: _Sight) -> None:
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM ledger").fetchone()
    ids = range(last + 1, last + 1 + len(new))
    news = sight.seen if sight.live else "NULL"
    facts = rows.encode(db, [read.words for read in new])
    db.conn.executemany(
        f"{_INSERT}{news})",
        [
            (id_, source, read.key, read.digest, *said)
            for id_, read, said in zip(ids, new, facts, strict=True)
        ],
    )
    rollup.add(db, [(source, said) for said in facts])
    changes.mark(db, ids)


def _correct(db: Connection, source: int, changed: Sequence[_Read], sight: _Sight) -> None:
    known = _ids(db, source, [read.key for read in changed])
    ids = [known[read.key] for read in changed]
    db.execute(_KEEP, [sight.seen, json.dumps(ids)])
    rollup.take(db, _counting(db, source, ids))
    changes.mark_former(db, ids)
    facts = rows.encode(db, [read.words for read in changed])
    db.conn.executemany(
        _UPDATE,
        [
            (read.digest, *said, sight.seen, id_)
            for id_, read, said in zip(ids, changed, facts, strict=True)
        ],
    )
    rollup.add(db, [(source, said) for said in facts])
    changes.mark(db, ids)


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
