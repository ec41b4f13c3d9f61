"""What records add up to by label values, while records come and go."""

from bisect import bisect_left, insort
from collections import Counter
from datetime import datetime
from operator import add, sub
from typing import Protocol

from rules import series
from rules.labels import Values
from rules.metric import NOTHING, Reads, Totals
from rules.record import Record
from rules.series import NEW, Answer, Only, Query


class Fold(Protocol):
    """The totals of some records; what is taken and left is given back as the label values that it concerns."""

    def take(self, record: Record) -> list[Values]: ...

    def leave(self, record: Record) -> list[Values]: ...

    def totals(self, values: Values) -> Totals: ...

    def answer(self, only: Only) -> Answer: ...


class _Summed:
    """Sums, with how many parts they are made of."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._found: dict[Values, tuple[int, Totals]] = {}

    def take(self, record: Record) -> list[Values]:
        concerned = []
        for values, totals in series.parts(self._query, record):
            count, known = self._found.get(values, (0, NOTHING))
            self._found[values] = count + 1, Totals._make(map(add, known, totals))
            concerned.append(values)
        return concerned

    def leave(self, record: Record) -> list[Values]:
        concerned = []
        for values, totals in series.parts(self._query, record):
            count, known = self._found[values]
            if count == 1:
                del self._found[values]
            else:
                self._found[values] = count - 1, Totals._make(map(sub, known, totals))
            concerned.append(values)
        return concerned

    def totals(self, values: Values) -> Totals:
        return self._found[values][1] if values in self._found else NOTHING

    def answer(self, only: Only) -> Answer:
        chosen = self._found if only is None else only & self._found.keys()
        return {values: self._found[values][1] for values in chosen}


class _Distinct:
    """Tasks, with how many records each has."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._found: dict[Values, Counter[tuple[str, str]]] = {}

    def take(self, record: Record) -> list[Values]:
        values = series.values_of(self._query, record)
        self._found.setdefault(values, Counter())[record.source, record.task] += 1
        return [values]

    def leave(self, record: Record) -> list[Values]:
        values = series.values_of(self._query, record)
        tasks, task = self._found[values], (record.source, record.task)
        tasks[task] -= 1
        if not tasks[task]:
            del tasks[task]
        if not tasks:
            del self._found[values]
        return [values]

    def totals(self, values: Values) -> Totals:
        return Totals(tasks=len(self._found.get(values, ())))

    def answer(self, only: Only) -> Answer:
        chosen = self._found if only is None else only & self._found.keys()
        return {values: Totals(tasks=len(self._found[values])) for values in chosen}


class Times:
    """When the records of each label values were created."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self.of: dict[Values, list[datetime]] = {}

    def take(self, record: Record) -> list[Values]:
        values = series.values_of(self._query, record)
        insort(self.of.setdefault(values, []), record.at)
        return [values]

    def leave(self, record: Record) -> list[Values]:
        values = series.values_of(self._query, record)
        times = self.of[values]
        del times[bisect_left(times, record.at)]
        if not times:
            del self.of[values]
        return [values]


class _New(Times):
    """What is new: the first of its records is the first that `ever` was."""

    def __init__(self, query: Query, ever: Times) -> None:
        super().__init__(query)
        self._ever = ever

    def totals(self, values: Values) -> Totals:
        here = values in self.of and series.is_somebody(values)
        return NEW if here and self.of[values][0] == self._ever.of[values][0] else NOTHING

    def answer(self, only: Only) -> Answer:
        chosen = self.of if only is None else only & self.of.keys()
        return {values: NEW for values in chosen if self.totals(values) is NEW}


def new(query: Query, ever: Times) -> Fold:
    """An empty fold of what is new among all that there `ever` was."""
    return _New(query, ever)


def of(query: Query) -> Fold:
    """An empty fold that answers what `query` asks, whatever its span."""
    match query.reads:
        case Reads.RECORDS:
            return _Summed(query)
        case Reads.TASKS:
            return _Distinct(query)
        case _:
            raise ValueError(f"the ledger keeps no history of what is {query.reads}")
