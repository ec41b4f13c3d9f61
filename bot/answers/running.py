"""The ledger as it was known at a moment, in memory: what replay asks where the live bot asks the store.

Theory of operation. Replay asks the same questions again and again, so totals are kept, and a record that comes or goes
is added to them or taken off. Totals of a span that ends now move on with the time: they take in the records between the
old end and the new one, and leave those between the starts. Totals of a period stay as they are, and daily sums are kept
by day. So an answer costs what has changed, not what the span holds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answers import fold
from bot.answers.fold import Fold, Times
from rules import series, window
from rules.labels import Label, Selector, Values
from rules.metric import Reads
from rules.record import Record
from rules.series import Answer, Only, Query
from rules.window import Span

_KEPT = 9
"""Periods of one length whose totals are kept: a week of days that may be judged again, and more."""

_Question = tuple[Reads, tuple[Label, ...], Selector]
"""What is asked, whatever the span."""


class Lane:
    """The totals of one question over one span. `stirred` are the label values whose records came or went lately."""

    def __init__(
        self, query: Query, fold_: Fold, stirred: set[Values], records: Iterable[Record]
    ) -> None:
        self.fold = fold_
        self.stirred = stirred
        self._where = query.where
        for record in records:
            self.take(record)

    def take(self, record: Record) -> None:
        if series.selects(self._where, record):
            self.stirred.update(self.fold.take(record))

    def leave(self, record: Record) -> None:
        if series.selects(self._where, record):
            self.stirred.update(self.fold.leave(record))


class _Ever:
    """All records that one question is about, whenever they were created: each may be the first in any span."""

    def __init__(self, query: Query, records: Iterable[Record]) -> None:
        self.times = Times(query)
        self.stirred: set[Values] = set()
        self._where = query.where
        for record in records:
            self.take(record)

    def take(self, record: Record) -> None:
        if series.selects(self._where, record):
            self.stirred.update(self.times.take(record))

    def leave(self, record: Record) -> None:
        if series.selects(self._where, record):
            self.stirred.update(self.times.leave(record))


class _Days:
    """The totals of one question by local date."""

    def __init__(self, query: Query, zone: ZoneInfo, records: Iterable[Record]) -> None:
        self._query = query
        self._zone = zone
        self._folds: dict[date, Fold] = {}
        for record in records:
            self.take(record)

    def take(self, record: Record) -> None:
        if series.selects(self._query.where, record):
            self._fold(record).take(record)

    def leave(self, record: Record) -> None:
        if series.selects(self._query.where, record):
            self._fold(record).leave(record)

    def _fold(self, record: Record) -> Fold:
        day = window.local_date(self._zone, record.at)
        if day not in self._folds:
            self._folds[day] = fold.of(self._query)
        return self._folds[day]

    def answer(self, span: Span, only: Only) -> Answer:
        """`span` is whole local days, as conditions ask for them."""
        first = window.local_date(self._zone, span.start)
        until = window.local_date(self._zone, span.end)
        return {
            (*values, day.isoformat()): totals
            for day, found in self._folds.items()
            if first <= day < until
            for values, totals in found.answer(only).items()
        }


class Running:
    """Every record as it is known, and totals that move with the time.

    `lengths` are those of the spans that end at whatever moment it is.
    """

    def __init__(self, lengths: Iterable[timedelta], at: datetime) -> None:
        self._at = at
        self._known: dict[tuple[str, str], Record] = {}
        self._times: list[datetime] = []
        self._ordered: list[Record] = []
        self._moving: dict[timedelta, dict[_Question, Lane]] = {length: {} for length in lengths}
        self._periods: dict[tuple[_Question, timedelta], dict[Span, Lane]] = {}
        self._days: dict[tuple[_Question, ZoneInfo], _Days] = {}
        self._ever: dict[_Question, _Ever] = {}

    def put(self, source: str, key: str, record: Record | None) -> list[Record]:
        """A record as it is known from now on, or None once it is gone; gives what was known and what is."""
        old = self._known.pop((source, key), None)
        if old is not None:
            place = self._ordered.index(old, bisect_left(self._times, old.at))
            del self._times[place], self._ordered[place]
            for totals in self._totals(old.at):
                totals.leave(old)
        if record is not None:
            self._known[source, key] = record
            place = bisect_right(self._times, record.at)
            self._times.insert(place, record.at)
            self._ordered.insert(place, record)
            for totals in self._totals(record.at):
                totals.take(record)
        return [each for each in (old, record) if each is not None]

    def move(self, at: datetime) -> Mapping[timedelta, Sequence[Record]]:
        """Goes on to `at`; gives what entered or left the spans of each length that end there."""
        before, self._at = self._at, at
        entered = self.between(before, at)
        crossed = {}
        for length, lanes in self._moving.items():
            left = self.between(before - length, at - length)
            for lane in lanes.values() if entered or left else ():
                # What comes in is taken first, so that nothing is left that was not taken.
                for record in entered:
                    lane.take(record)
                for record in left:
                    lane.leave(record)
            crossed[length] = [*left, *entered]
        return crossed

    def settle(self) -> None:
        """What was stirred up to here is no news any more."""
        for lane in self._lanes():
            lane.stirred.clear()

    def between(self, start: datetime, end: datetime) -> Sequence[Record]:
        """Records created in [start, end), in order; none where that is no span."""
        if start >= end:
            return ()
        return self._ordered[bisect_left(self._times, start) : bisect_left(self._times, end)]

    def first_from(self, start: datetime) -> datetime | None:
        """When the first record at `start` or later was created."""
        place = bisect_left(self._times, start)
        return self._times[place] if place < len(self._times) else None

    def answer(self, query: Query, only: Only) -> Answer:
        """As `rules.series.Sums` of the known records answers, but for no more than `only`."""
        if query.days is None:
            return self.lane(query).fold.answer(only)
        key = (_question(query), query.days)
        if key not in self._days:
            self._days[key] = _Days(query, query.days, self._ordered)
        return self._days[key].answer(query.span, only)

    def lane(self, query: Query) -> Lane:
        """What answers `query`, now and for as long as its window looks at the same period."""
        question, length, span = _question(query), query.span.length, query.span
        moving = self._moving.get(length) if span.end == self._at else None
        if moving is not None:
            if question not in moving:
                moving[question] = self._opened(query, span)
            return moving[question]
        periods = self._periods.setdefault((question, length), {})
        if span not in periods:
            for oldest in sorted(periods, key=lambda each: each.start)[: 1 - _KEPT]:
                del periods[oldest]
            periods[span] = self._opened(query, span)
        return periods[span]

    def _opened(self, query: Query, span: Span) -> Lane:
        records = self.between(span.start, span.end)
        if query.reads is not Reads.FIRST:
            return Lane(query, fold.of(query), set(), records)
        question = _question(query)
        if question not in self._ever:
            self._ever[question] = _Ever(query, self._ordered)
        ever = self._ever[question]
        return Lane(query, fold.new(query, ever.times), ever.stirred, records)

    def _totals(self, at: datetime) -> Iterator[Lane | _Days | _Ever]:
        """Whatever counts a record that was created at `at`."""
        yield from self._ever.values()
        for length, lanes in self._moving.items():
            if self._at - length <= at < self._at:
                yield from lanes.values()
        yield from self._days.values()
        for periods in self._periods.values():
            for span, lane in periods.items():
                if at in span:
                    yield lane

    def _lanes(self) -> Iterator[Lane]:
        for lanes in self._moving.values():
            yield from lanes.values()
        for periods in self._periods.values():
            yield from periods.values()


def _question(query: Query) -> _Question:
    return query.reads, query.group_by, query.where
