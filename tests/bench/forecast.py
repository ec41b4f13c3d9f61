"""How well a month's total is foreseen, beside simpler methods: `make bench-forecast`.

The last 30 days of every series are the month. APE is the median absolute percentage error of its total; inside is how
many totals lie in the 80% range, of those that have one.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median

from rules import money
from rules.condition import projection
from tests.bench import series
from tests.bench.series import DAYS, Family, Series

MONTH = 30
BEGINS = DAYS - MONTH
AFTER = (2, 5, 10, 20)
_FIRST = date(2026, 8, 3)  # a Monday, as day 0 of every series is


@dataclass(frozen=True, slots=True)
class Forecast:
    """An expected total, and its range where the method gives one."""

    expected: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The median error in percent, how many ranges there were, and what percentage of them held the total."""

    error: float
    ranges: int
    inside: float


Method = Callable[[Sequence[float]], Forecast]
"""From the days up to yesterday to the month's total."""


def run_rate(known: Sequence[float]) -> Forecast:
    month = known[BEGINS:]
    return Forecast(fmean(month) * MONTH)


def last_four_weeks(known: Sequence[float]) -> Forecast:
    return Forecast(sum(known[BEGINS:]) + fmean(known[-28:]) * (DAYS - len(known)))


def same_weekday(known: Sequence[float]) -> Forecast:
    weekdays = [fmean(known[-28:][number::7]) for number in range(7)]
    rest = [weekdays[number % 7] for number in range(DAYS - len(known))]
    return Forecast(sum(known[BEGINS:]) + sum(rest))


def ours(known: Sequence[float]) -> Forecast:
    history = {
        _FIRST + timedelta(days=number): round(usd * money.NANO) for number, usd in enumerate(known)
    }
    found = projection.project(
        history,
        today=_FIRST + timedelta(days=len(known)),
        so_far=sum(list(history.values())[BEGINS:]),
        until=_FIRST + timedelta(days=DAYS),
    )
    low, high = found.low, found.high
    return Forecast(
        found.expected / money.NANO,
        None if low is None else low / money.NANO,
        None if high is None else high / money.NANO,
    )


METHODS: dict[str, Method] = {
    "run rate": run_rate,
    "month to date + 28-day mean": last_four_weeks,
    "month to date + weekday mean": same_weekday,
    "neo-budget-bot": ours,
}


def score(method: Method, drawn: Sequence[Series], after: int) -> Score:
    """Months without any usage have no percentage error and are left out."""
    errors, inside = [], []
    for days in drawn:
        total = sum(days[BEGINS:])
        if total:
            forecast = method(days[: BEGINS + after])
            errors.append(abs(forecast.expected - total) / total)
            if forecast.low is not None and forecast.high is not None:
                inside.append(forecast.low <= total <= forecast.high)
    return Score(median(errors) * 100, len(inside), fmean(inside) * 100 if inside else 0)


def _print(family: Family, count: int, seed: int) -> None:
    drawn = series.drawn(family, count, seed)
    print(f"\n{count} series of a {family.name}, after … days: APE (inside the range)")
    print(f"{'':30}" + "".join(f"{after:>14}" for after in AFTER))
    for name in METHODS:
        print(row(name, drawn))


def row(name: str, drawn: Sequence[Series]) -> str:
    """A method's line in the table."""
    scores = [score(METHODS[name], drawn, after) for after in AFTER]
    cells = [
        f"{each.error:.1f}%" + (f" ({each.inside:.0f}%)" if each.ranges else "") for each in scores
    ]
    return f"{name:30}" + "".join(f"{cell:>14}" for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description="How well a month's total is foreseen.")
    parser.add_argument("--count", type=int, default=300, help="series of each family")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for family in (series.TEAM, series.PERSON):
        _print(family, arguments.count, arguments.seed)


if __name__ == "__main__":
    main()
