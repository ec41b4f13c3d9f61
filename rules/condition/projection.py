"""What a period's total will come to: the forecast behind the `forecast` condition, budgets and digests.

Theory of operation. History is read as weeks counted back from yesterday, so that weekdays cancel out, with single
days above the 95th percentile cut down to it. The level is an exponentially weighted mean of the weeks, whose memory
is the longer the more the series jumps from week to week: a busy team is followed within weeks, a person who runs a
few tasks is averaged over months. A trend is fitted to the logarithms of the last 17 weeks and kept only as far as its
standard error allows. Each day to come is level × trend × the weekday's share. `make bench-forecast` holds every
number here against simpler methods.

The range comes of the same code run at earlier origins of the series itself, over the same number of days ahead.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

REACH = timedelta(days=182)
"""How much history a projection looks at."""

_WEEK = 7
_SHORT = 14  # with fewer days a series has no weekdays, only a mean
_TRAINED = 28  # days that a backtest must know before it forecasts
_POINTS = 60  # backtests that a range needs
_CUT = 0.95  # single days above this percentile of the active ones are cut down to it
_MANY = 10  # active days that a percentile needs
_DRIFT = 0.004  # variance by which a level is thought to move in a week, relative to it
_QUIET = 0.01  # weekly noise below this is luck
_TREND_WEEKS = 17
_FEWEST_WEEKS = 4  # that a trend needs
_TREND = 0.01  # a usual trend: so much a week
_NEVER_MORE = 0.5  # the logarithm of the most that a trend may change a level
_OFFSET = 0.1  # keeps the logarithm of an idle week finite, in mean weeks
_FURTHEST_OFF = 0.05  # a backtest never counts as further off than this ratio
_SPREADS = 1.4  # 80% of a Student's t with the few independent backtests there are


@dataclass(frozen=True, slots=True)
class Projection:
    """The expected total, and the range that holds it four times in five; no range without enough history."""

    expected: int
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What is known of a series at one moment: a day `ahead` (0 is today) is level × trend × the share of its weekday."""

    level: float
    trend: float
    age: float
    shares: Sequence[float]

    def total(self, days: int) -> float:
        return sum(self.day(ahead) for ahead in range(days))

    def day(self, ahead: int) -> float:
        growth = self.trend * ((ahead + _WEEK / 2 + 0.5) / _WEEK + self.age)
        return (
            self.level
            * self.shares[ahead % _WEEK]
            * math.exp(max(-_NEVER_MORE, min(_NEVER_MORE, growth)))
        )


def project(
    history: Mapping[date, int], today: date, so_far: int, until: date, today_so_far: int = 0
) -> Projection:
    """The total of a period at its end.

    `history` holds whole days before `today` (a day left out is 0 once the series has begun), `so_far` the period's sum
    up to now with `today_so_far` in it, `until` the first date after the period. Bare integers in the metric's unit.
    Today counts as what is usual for its weekday, or as what it already has when that is more.
    """
    before, ahead = _daily(history, today), (until - today).days
    if ahead <= 0:
        return Projection(so_far, so_far, so_far)
    outlook = _outlook(before)
    more = max(0.0, outlook.day(0) - today_so_far) + outlook.total(ahead) - outlook.day(0)
    expected = so_far + round(more)
    spread = _spread(before, ahead)
    if spread is None:
        return Projection(expected, None, None)
    return Projection(expected, so_far + round(more / spread), so_far + round(more * spread))


def expected(history: Mapping[date, int], today: date, so_far: int, until: date) -> int:
    """The expected total alone, at a hundredth of the cost; `so_far` holds nothing of today."""
    return so_far + round(_outlook(_daily(history, today)).total(max(0, (until - today).days)))


def _daily(history: Mapping[date, int], today: date) -> list[float]:
    """The days up to yesterday, oldest first, from the first that has usage."""
    begins = min(
        (day for day, amount in history.items() if amount and today - REACH <= day < today),
        default=today,
    )
    return [
        float(history.get(begins + timedelta(days=number), 0))
        for number in range((today - begins).days)
    ]


def _outlook(before: Sequence[float]) -> _Outlook:
    if len(before) < _SHORT:
        return _Outlook(sum(before) / max(1, len(before)), 0, 0, (1,) * _WEEK)
    cut = _cut(before)
    weeks = [sum(cut[end - _WEEK : end]) for end in range(len(cut), _WEEK - 1, -_WEEK)]
    mean = sum(weeks) / len(weeks)
    if not mean:
        return _Outlook(0, 0, 0, (0,) * _WEEK)
    memory = _memory([week / mean for week in weeks])
    weights = [memory**age for age in range(len(weeks))]
    return _Outlook(
        level=sum(map(float.__mul__, weights, weeks)) / sum(weights),
        trend=_trend(weeks[:_TREND_WEEKS]),
        age=sum(age * weight for age, weight in enumerate(weights)) / sum(weights),
        shares=_shares(cut[-len(weeks) * _WEEK :]),
    )


def _cut(before: Sequence[float]) -> list[float]:
    active = sorted(day for day in before if day > 0)
    if len(active) < _MANY:
        return list(before)
    most = active[int(_CUT * (len(active) - 1))]
    return [min(day, most) for day in before]


def _memory(weeks: Sequence[float]) -> float:
    """How much less a week weighs than the one after it: the steady state of a Kalman filter of a drifting level."""
    jumps = [(week - other) ** 2 for week, other in pairwise(weeks)]
    noise = max(_QUIET, sum(jumps) / len(jumps) / 2)
    ratio = _DRIFT / noise
    return 1 - (math.sqrt(ratio * ratio + 4 * ratio) - ratio) / 2


def _trend(weeks: Sequence[float]) -> float:
    """The slope of the weeks' logarithms, newest first, shrunk by how uncertain it is."""
    count, mean = len(weeks), sum(weeks) / len(weeks)
    if count < _FEWEST_WEEKS or not mean:
        return 0
    logs = [math.log(week / mean + _OFFSET) for week in weeks]
    middle, centre = (count - 1) / 2, sum(logs) / count
    width = sum((age - middle) ** 2 for age in range(count))
    slope = sum((middle - age) * (log - centre) for age, log in enumerate(logs)) / width
    rest = sum((log - centre - slope * (middle - age)) ** 2 for age, log in enumerate(logs)) / (
        count - 2
    )
    return slope * _TREND**2 / (_TREND**2 + rest / width)


def _shares(days: Sequence[float]) -> list[float]:
    """Each weekday's share of a week, from today's on; one even week among the others steadies a short history."""
    total, weeks = sum(days), len(days) / _WEEK
    even = total / weeks / _WEEK
    return [(sum(days[first::_WEEK]) + even) / (total + even * _WEEK) for first in range(_WEEK)]


def _spread(before: Sequence[float], ahead: int) -> float | None:
    """The factor between the expected rest and either end of its range; None with too few backtests."""
    misses = []
    for origin in range(_TRAINED, len(before) - ahead + 1):
        forecast = _outlook(before[:origin]).total(ahead)
        if forecast > 0:
            misses.append(
                math.log(max(_FURTHEST_OFF, sum(before[origin : origin + ahead]) / forecast))
            )
    if len(misses) < _POINTS:
        return None
    return math.exp(_SPREADS * math.sqrt(sum(miss * miss for miss in misses) / len(misses)))
