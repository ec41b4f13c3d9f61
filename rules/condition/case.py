"""What a condition is judged on, and what it answers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from rules import metric
from rules.finding import Cause, Verdict
from rules.labels import Values
from rules.metric import Totals, Unit, Value
from rules.money import Money
from rules.rule import Rule
from rules.series import Query
from rules.terms import Limit, Severity, Terms
from rules.window import Span

_ROOM = Fraction(1, 10)
"""How far back behind its limit a value must go, as a part of the limit, where a rule does not say so by `recover`."""


@dataclass(frozen=True, slots=True)
class Case:
    """One condition of one series at one moment.

    `span` is what is judged, `at` when; `value` is the metric over the span (None: nothing to measure), `totals` what it
    was read from. `days` are whole local days before today that the condition asked for, a day without usage left out.
    `firing` says whether an alert of the series fires by limits that are in force, which is what `recover` hangs on.
    """

    rule: Rule
    terms: Terms
    values: Values
    span: Span
    at: datetime
    totals: Totals
    value: Value | None
    days: Mapping[date, Value]
    firing: bool

    def valued(self, size: float) -> Value:
        """The value whose `metric.size` is nearest to `size`, in the unit of the rule's metric."""
        match self.rule.metric.unit:
            case Unit.MONEY:
                return Money(round(size))
            case Unit.DURATION:
                return timedelta(microseconds=round(size))
            case Unit.PERCENT:
                return Fraction(size)
            case _:
                return round(size)

    def lingers(self, lowest: Limit) -> bool:
        """Whether an alert that fires goes on short of its lowest limit, since a value that swings around it is one alert.

        The sum of a period swings around nothing: it falls when Neo takes cost back, and that is told.
        """
        if not self.firing or self.rule.by_period or self.value is None:
            return False
        limit, size = metric.size(lowest.value), metric.size(self.value)
        if self.rule.below:
            return size <= limit * (1 + _ROOM)
        return size >= limit * (1 - _ROOM)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A condition's verdict. `limit` is the highest one crossed, or else the lowest; `value` is what was held against it.

    `came_true`: what was forecast has happened and a threshold says so, which is why this is clear now.
    """

    verdict: Verdict
    value: Value | None
    severity: Severity | None = None
    limit: Limit | None = None
    cause: Cause = Cause.NONE
    came_true: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """An entry of the table: which daily history it needs beside the span's totals, and how it judges.

    `history` answers the query for daily sums, or None; a `plain` condition never has one. `in_force` are the limits of a
    series by severity and text. `lowest` is the smallest value
    (as `metric.size` gives it) at which the condition could hold for any series of the rule, None where that cannot be
    said; `daily` conditions are judged once a local day.
    """

    name: str
    history: Callable[[Rule, Span, datetime], Query | None]
    judge: Callable[[Case], Judgement]
    in_force: Callable[[Rule, Terms], Iterable[tuple[Severity, str]]]
    lowest: Callable[[Rule], int | Fraction | None] = lambda _rule: None
    daily: bool = False
    plain: bool = False
