"""A day held against what is usual for this series on this weekday.

Theory of operation. Only days with usage count, on a logarithmic scale, since spend varies by factors. What is usual is
the median of the days inside `over`, or of as many more as make 40, drawn toward the median of the same weekday as far
as the series is steady enough for a weekday to mean something. A limit is the highest of these, so that reaching it is
one comparison: the factor times what is usual; `floor` more than usual; well above the busy days; outside the spread of
the series; and the busiest day, unless that was a spike itself. For a restless series `floor` is added to the multiple:
where days differ by factors all the time, a multiple alone says little. `make bench-spike` holds the numbers here
against simpler methods.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import fmean, median

from rules import metric, window
from rules.condition.case import Case, Condition, Judgement
from rules.finding import Cause, Verdict
from rules.rule import Rule
from rules.series import Query
from rules.terms import Limit, Severity, Terms
from rules.window import Span

REACHES = 4  # how many times `over` the spread and the busiest days are looked for
_ENOUGH = 40  # active days that make a good median; older ones fill up what `over` is short of
_FEWEST = 4  # active days that a verdict needs
_WEEKDAYS = 0.05  # the variance between the weekdays of a usual series, in logarithms
_RESTLESS, _PRIOR = 0.9, 3  # the spread of a usual person, which counts as so many days
_STEADY, _WILD = 0.3, 0.7  # spreads from which `floor` begins to be added, and is added whole
_OUTSIDE = 1.5  # spreads above the usual
_FAR = 2.4  # spreads above which a busiest day was a spike itself, and hides no later one
_BUSY, _ABOVE = 0.95, 1.25  # the percentile of busy days, and how far above it
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Usual:
    """What is usual on one weekday, how widely the series spreads in logarithms, its busy days and the busiest."""

    amount: float
    spread: float
    busy: float
    busiest: float

    def limit(self, factor: float, floor: float) -> float:
        restless = min(1.0, max(0.0, (self.spread - _STEADY) / (_WILD - _STEADY)))
        return max(
            factor * self.amount + restless * floor,
            self.amount + floor,
            _ABOVE * self.busy,
            self.amount * math.exp(_OUTSIDE * self.spread),
            min(self.busiest, self.amount * math.exp(_FAR * self.spread)),
        )


def judge(case: Case) -> Judgement:
    """Holds at the highest severity whose multiple of the usual is reached; too little history gives no verdict."""
    limits = _limits(case)
    if (
        case.value is None
        or case.rule.metric.count(case.totals) < case.terms.min_count
        or not limits
    ):
        return Judgement(Verdict.UNKNOWN, case.value, cause=Cause.FEW)
    reached = [limit for limit in limits if metric.size(case.value) >= metric.size(limit.value)]
    if reached:
        return Judgement(Verdict.HOLDS, case.value, reached[-1].severity, reached[-1])
    if case.lingers(limits[0]):
        return Judgement(Verdict.HOLDS, case.value, limits[0].severity, limits[0])
    return Judgement(Verdict.CLEAR, case.value, limit=limits[0])


def text(factor: Fraction) -> str:
    """A factor the way it is written: `4x`, `2.5x`."""
    return f"{float(factor):g}x"


def _limits(case: Case) -> list[Limit]:
    """What each severity comes to for this series today, by rising severity; none with too little history."""
    baseline = case.rule.baseline
    if baseline is None:
        return []
    days = {
        day: float(metric.size(value)) for day, value in case.days.items() if metric.size(value) > 0
    }
    over = case.span.start - baseline.over
    zone, last = case.rule.zone, case.span.end - _TICK
    near = _near(days, window.local_date(zone, over))
    if len(near) < _FEWEST:
        return []
    first = window.local_date(zone, case.span.start)
    weekdays = {first.weekday(), window.local_date(zone, last).weekday()}
    usual = max((_usual(days, near, weekday) for weekday in weekdays), key=lambda each: each.amount)
    floor = (
        float(metric.size(baseline.floor.value))
        if baseline.floor and baseline.floor.value is not None
        else 0.0
    )
    return [
        Limit(severity, case.valued(usual.limit(float(factor), floor)), text(factor))
        for severity, factor in sorted(baseline.factors.items())
    ]


def _near(days: Mapping[date, float], since: date) -> dict[date, float]:
    """The days from `since` on, or the last 40 where those are more."""
    newest = sorted(days, reverse=True)
    count = max(_ENOUGH, sum(day >= since for day in newest))
    return {day: math.log(days[day]) for day in newest[:count]}


def _usual(days: Mapping[date, float], near: Mapping[date, float], weekday: int) -> _Usual:
    logs = sorted(map(math.log, days.values()))
    mean, count = fmean(logs), len(logs)
    variance = (sum((log - mean) ** 2 for log in logs) + _PRIOR * _RESTLESS**2) / (count + _PRIOR)
    middle = median(near.values())
    same = [log for day, log in near.items() if day.weekday() == weekday]
    if same:
        middle += (median(same) - middle) * len(same) / (len(same) + variance / _WEEKDAYS)
    return _Usual(
        amount=math.exp(middle),
        spread=math.sqrt(variance),
        busy=math.exp(_percentile(logs, _BUSY)),
        busiest=math.exp(logs[-1]),
    )


def _percentile(ordered: list[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _history(rule: Rule, span: Span, _at: datetime) -> Query | None:
    """Whole days before the one that `span` begins on, so that a day is never held against itself."""
    if rule.baseline is None or not window.is_a_day(rule.window):
        return None
    zone = rule.zone
    today = window.local_date(zone, span.start)
    begins = today - REACHES * max(rule.baseline.over, _DAY)
    before = Span(window.day_start(zone, begins), window.day_start(zone, today))
    return Query(rule.metric.reads[0], before, rule.group_by, rule.where, days=zone)


def _lowest(rule: Rule) -> int | Fraction | None:
    floor = rule.baseline.floor if rule.baseline else None
    return metric.size(floor.value) if floor and floor.value is not None else None


def _in_force(rule: Rule, _terms: Terms) -> Iterator[tuple[Severity, str]]:
    for severity, factor in rule.baseline.factors.items() if rule.baseline else ():
        yield severity, text(factor)


BASELINE = Condition("baseline", _history, judge, _in_force, _lowest)
