"""Sums of the ledger per hour and day, kept equal to it by adding and taking away whole records."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import neg

from bot.store import instant, terms
from bot.store.connection import Connection
from bot.store.rows import Facts
from bot.store.terms import Kind
from rules.metric import NOTHING
from rules.record import FAILED, JUDGED

SUMS = NOTHING._fields[:13]
"""What is summed; the other fields of Totals come of their own queries."""


def _among(statuses: frozenset[str]) -> str:
    texts = ", ".join(f"'{status}'" for status in sorted(statuses))
    return f"status IN (SELECT id FROM term WHERE kind = 'status' AND text IN ({texts}))"


WORTH = {name: name for name in SUMS} | {
    "streams": "1",
    "errors": _among(FAILED),
    "judged": _among(JUDGED),
    "unpriced": "NOT priced",
}
"""What one row of the ledger adds to each sum, in SQL."""

_Key = tuple[int, ...]
_Worth = tuple[int, ...]
_Worths = defaultdict[_Key, list[_Worth]]
_Sums = dict[_Key, _Worth]
"""What to add, by the key of a rollup."""


@dataclass(frozen=True, slots=True)
class _Rollup:
    """A table of sums and the columns of its key."""

    table: str
    key: tuple[str, ...]
    sums: tuple[str, ...] = SUMS

    @property
    def adding(self) -> str:
        """SQL that adds to the sums of one key."""
        columns = (*self.key, *self.sums)
        more = ", ".join(f"{name} = {name} + excluded.{name}" for name in self.sums)
        return (
            f"INSERT INTO {self.table} ({', '.join(columns)})"
            f" VALUES ({', '.join('?' * len(columns))})"
            f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {more}"
        )

    @property
    def emptied(self) -> str:
        """SQL that drops the sums of one key when no streams are left in them."""
        match = " AND ".join(f"{name} = ?" for name in self.key)
        return f"DELETE FROM {self.table} WHERE {match} AND streams = 0"


_LABELS = ("source", "model", "byok", "status")
_ROLLUPS = (
    _Rollup("rollup_hour", ("hour", *_LABELS)),
    _Rollup("rollup_day", ("day", *_LABELS)),
    _Rollup("rollup_source", ("day", "source")),
    _Rollup("rollup_user", ("user", "day", "source")),
    _Rollup("task_day", ("day", "task", "source", "user"), ("streams",)),
)
_ADDING = tuple(rollup.adding for rollup in _ROLLUPS)
_EMPTIED = tuple(rollup.emptied for rollup in _ROLLUPS)
_HOURS = 24
_NO_VERDICT = (1, 0, 0)
"""A stream that is in neither part of an error rate."""


def add(db: Connection, rows: Iterable[tuple[int, Facts]]) -> None:
    """Adds the facts of records, each with the id of its source, to every sum that they belong to."""
    for statement, sums in zip(_ADDING, _folded(db, rows), strict=True):
        # In the order of the key: each page of the table is then looked for once.
        db.conn.executemany(statement, [(*key, *sums[key]) for key in sorted(sums)])


def take(db: Connection, rows: Iterable[tuple[int, Facts]]) -> None:
    """Takes them out of every sum."""
    for adding, emptied, sums in zip(_ADDING, _EMPTIED, _folded(db, rows), strict=True):
        db.conn.executemany(adding, [(*key, *map(neg, sums[key])) for key in sums])
        db.conn.executemany(emptied, sums)


def _folded(db: Connection, rows: Iterable[tuple[int, Facts]]) -> tuple[_Sums, ...]:
    """What the rows add to each rollup, in the order of `_ROLLUPS`."""
    statuses = terms.find(db, Kind.STATUS, JUDGED)
    verdicts = {id_: (1, int(text in FAILED), 1) for text, id_ in statuses.items()}
    hours: _Worths = defaultdict(list)
    users: _Worths = defaultdict(list)
    tasks: Counter[_Key] = Counter()
    for source, facts in rows:
        task, user, model, status, _, _, _, byok, at, priced = facts[:10]
        worth = (*verdicts.get(status, _NO_VERDICT), 1 - priced, *facts[10:])
        hour, day = at // instant.HOUR, at // instant.DAY
        hours[hour, source, model, byok, status].append(worth)
        users[user, day, source].append(worth)
        tasks[day, task, source, user] += 1
    summed = _summed(hours)
    days: _Worths = defaultdict(list)
    for (hour, *labels), worth in summed.items():
        days[hour // _HOURS, *labels].append(worth)
    summed_days = _summed(days)
    sources: _Worths = defaultdict(list)
    for (day, source, *_), worth in summed_days.items():
        sources[day, source].append(worth)
    counts: _Sums = {key: (count,) for key, count in tasks.items()}
    return summed, summed_days, _summed(sources), _summed(users), counts


def _summed(worths: _Worths) -> _Sums:
    return {
        key: tuple(map(sum, zip(*some, strict=True))) if len(some) > 1 else some[0]
        for key, some in worths.items()
    }
