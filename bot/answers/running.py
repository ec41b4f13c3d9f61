"""The ledger as it was known at a moment, in memory: what replay asks where the live bot asks the store.

Theory of operation. Replay asks the same questions again and again, so totals are kept, and a record that comes or goes
is added to them or taken off. Totals of a span that ends now move on with the time: they take in the records between the
old end and the new one, and leave those between the starts. Totals of a period stay as they are, and daily sums are kept
by day. So an answer costs what has changed, not what the span holds.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from operator import add, sub
from typing import Protocol
from zoneinfo import ZoneInfo

from rules import series, window
from rules.labels import Label, Selector, Values
from rules.metric import NOTHING, Reads, Totals
from rules.record import Record
from rules.series import Answer, Only, Query
from rules.window import Span

_KEPT = 9
"""Periods of one length whose totals are kept: a week of days that may be judged again, and more."""

_Question = tuple[Reads, tuple[Label, ...], Selector]
"""What is asked, whatever the span."""


class _Fold(Protocol):
    """What records add up to, by label values."""

    def take(self, record: Record) -> None: ...

    def leave(self, record: Record) -> None: ...

    def answer(self, only: Only) -> Answer: ...


class _Summed:
    """Sums, with how many parts they are made of."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._found: dict[Values, tuple[int, Totals]] = {}

    def take(self, record: Record) -> None:
        for values, totals in series.parts(self._query, record):
            count, known = self._found.get(values, (0, NOTHING))
            self._found[values] = count + 1, Totals._make(map(add, known, totals))

    def leave(self, record: Record) -> None:
        for values, totals in series.parts(self._query, record):
            count, known = self._found[values]
            if count == 1:
                del self._found[values]
            else:
                self._found[values] = count - 1, Totals._make(map(sub, known, totals))

    def answer(self, only: Only) -> Answer:
        chosen = self._found if only is None else only & self._found.keys()
        return {values: self._found[values][1] for values in chosen}


class _Distinct:
    """Tasks, with how many records each has."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._found: dict[Values, Counter[tuple[str, str]]] = {}

    def take(self, record: Record) -> None:
        self._found.setdefault(self._values(record), Counter())[record.source, record.task] += 1

    def leave(self, record: Record) -> None:
        values = self._values(record)
        tasks, task = self._found[values], (record.source, record.task)
        tasks[task] -= 1
        if not tasks[task]:
            del tasks[task]
        if not tasks:
            del self._found[values]

    def answer(self, only: Only) -> Answer:
        chosen = self._found if only is None else only & self._found.keys()
        return {values: Totals(tasks=len(self._found[values])) for values in chosen}

    def _values(self, record: Record) -> Values:
        return tuple(record.label(label) for label in self._query.group_by)


def _fold(query: Query) -> _Fold:
    match query.reads:
        case Reads.RECORDS:
            return _Summed(query)
        case Reads.TASKS:
            return _Distinct(query)
        case _:
            raise ValueError(f"the ledger keeps no history of what is {query.reads}")


class _Lane:
    """The totals of one question over a span that moves."""

    def __init__(self, query: Query) -> None:
        self.span = Span(query.span.start, query.span.start)
        self._where = query.where
        self.fold = _fold(query)

    def take(self, record: Record) -> None:
        if record.at in self.span and series.selects(self._where, record):
            self.fold.take(record)

    def leave(self, record: Record) -> None:
        if record.at in self.span and series.selects(self._where, record):
            self.fold.leave(record)

    def move(self, span: Span, known: "Running") -> None:
        """Counts for `span` from now on; what comes in is taken first, so that nothing is left that was not taken."""
        old, self.span = self.span, span
        for record in self._among(known, (span.start, old.start), (old.end, span.end)):
            self.fold.take(record)
        for record in self._among(known, (old.start, span.start), (span.end, old.end)):
            self.fold.leave(record)

    def _among(self, known: "Running", *pieces: tuple[datetime, datetime]) -> Iterator[Record]:
        records = chain.from_iterable(known.between(*piece) for piece in pieces)
        return (record for record in records if series.selects(self._where, record))


class _Days:
    """The totals of one question by local date."""

    def __init__(self, query: Query, zone: ZoneInfo, records: Iterable[Record]) -> None:
        self._query = query
        self._zone = zone
        self._folds: dict[date, _Fold] = {}
        for record in records:
            self.take(record)

    def take(self, record: Record) -> None:
        if series.selects(self._query.where, record):
            self._fold(record).take(record)

    def leave(self, record: Record) -> None:
        if series.selects(self._query.where, record):
            self._fold(record).leave(record)

    def _fold(self, record: Record) -> _Fold:
        day = window.local_date(self._zone, record.at)
        if day not in self._folds:
            self._folds[day] = _fold(self._query)
        return self._folds[day]

    def answer(self, span: Span, only: Only) -> Answer:
        """`span` is whole local days, as conditions ask for them."""
        first = window.local_date(self._zone, span.start)
        until = window.local_date(self._zone, span.end)
        return {
            (*values, day.isoformat()): totals
            for day, fold in self._folds.items()
            if first <= day < until
            for values, totals in fold.answer(only).items()
        }


class Running:
    """Every record as it is known, and totals that move with the time."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Record] = {}
        self._times: list[datetime] = []
        self._ordered: list[Record] = []
        self._moving: dict[tuple[_Question, timedelta], _Lane] = {}
        self._periods: dict[tuple[_Question, timedelta], dict[Span, _Lane]] = {}
        self._days: dict[tuple[_Question, ZoneInfo], _Days] = {}

    def put(self, source: str, key: str, record: Record | None) -> list[Record]:
        """A record as it is known from now on, or None once it is gone; gives what was known and what is."""
        old = self._known.pop((source, key), None)
        if old is not None:
            place = self._ordered.index(old, bisect_left(self._times, old.at))
            del self._times[place], self._ordered[place]
            for totals in self._totals():
                totals.leave(old)
        if record is not None:
            self._known[source, key] = record
            place = bisect_right(self._times, record.at)
            self._times.insert(place, record.at)
            self._ordered.insert(place, record)
            for totals in self._totals():
                totals.take(record)
        return [each for each in (old, record) if each is not None]

    def between(self, start: datetime, end: datetime) -> Sequence[Record]:
        """Records created in [start, end), in order; none where that is no span."""
        if start >= end:
            return ()
        return self._ordered[bisect_left(self._times, start) : bisect_left(self._times, end)]

    def first_from(self, start: datetime) -> datetime | None:
        """When the first record at `start` or later was created."""
        place = bisect_left(self._times, start)
        return self._times[place] if place < len(self._times) else None

    def answer(self, query: Query, only: Only, at: datetime) -> Answer:
        """As `rules.series.Sums` of the known records answers at `at`, but for no more than `only`."""
        question = (query.reads, query.group_by, query.where)
        if query.days is not None:
            key = (question, query.days)
            if key not in self._days:
                self._days[key] = _Days(query, query.days, self._ordered)
            return self._days[key].answer(query.span, only)
        length = query.span.length
        if query.span.end != at:
            return self._period((question, length), query).fold.answer(only)
        if (question, length) not in self._moving:
            self._moving[question, length] = _Lane(query)
        lane = self._moving[question, length]
        lane.move(query.span, self)
        return lane.fold.answer(only)

    def _period(self, key: tuple[_Question, timedelta], query: Query) -> _Lane:
        lanes = self._periods.setdefault(key, {})
        if query.span not in lanes:
            lanes[query.span] = _Lane(query)
            lanes[query.span].move(query.span, self)
            for oldest in sorted(lanes, key=lambda span: span.start)[:-_KEPT]:
                del lanes[oldest]
        return lanes[query.span]

    def _totals(self) -> Iterator[_Lane | _Days]:
        yield from self._moving.values()
        yield from self._days.values()
        for lanes in self._periods.values():
            yield from lanes.values()
