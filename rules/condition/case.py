"""What a condition is judged on, and what it answers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil, floor

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
        return _valued(self.rule, size)

    def lingers(self, lowest: Limit, recover: Value | None = None) -> bool:
        """Whether an alert that fires goes on short of its lowest limit."""
        level = recovery(self.rule, lowest, recover)
        if not self.firing or level is None or self.value is None:
            return False
        return metric.reaches(self.value, level, below=self.rule.below)


def recovery(rule: Rule, lowest: Limit, recover: Value | None) -> Value | None:
    """The furthest back behind its lowest limit that an alert goes on, since a value that swings around it is one alert.

    Without `recover` the sum of a period has no such level: it falls when Neo takes cost back, and that is told.
    """
    if recover is not None or rule.by_period:
        return recover
    limit = metric.size(lowest.value)
    if rule.metric.unit is Unit.PERCENT:
        return _valued(rule, limit * (1 + _ROOM if rule.below else 1 - _ROOM))
    return _valued(rule, floor(limit * (1 + _ROOM)) if rule.below else ceil(limit * (1 - _ROOM)))


def _valued(rule: Rule, size: float | Fraction) -> Value:
    match rule.metric.unit:
        case Unit.MONEY:
            return Money(round(size))
        case Unit.DURATION:
            return timedelta(microseconds=round(size))
        case Unit.PERCENT:
            return Fraction(size)
        case _:
            return round(size)


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
