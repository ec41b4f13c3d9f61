"""How well a spike is told from an ordinary busy day, beside simpler methods: `make bench-spike`.

One day of every series becomes a spike; each method judges days 62 to 119 when they are over. One person in five joined
late, and their spike comes after their first day: before it there is nothing that it could stand out from.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean, median

from rules import loading
from rules.condition.baseline import BASELINE
from rules.condition.case import Case
from rules.finding import Verdict
from rules.metric import Totals
from rules.money import NANO, Money
from rules.reading import Defaults
from rules.window import Span
from tests.bench import series
from tests.bench.series import Family, Series

JUDGED = range(62, 120)
_FIRST = datetime(2026, 8, 3, tzinfo=UTC)  # a Monday, as day 0 of every series is
_WHO = ("ana@acme.test",)
_RULE = loading.load(
    [
        (
            "spike.yaml",
            """
rules:
  - name: spend-spike
    metric: spend
    group_by: [user]
    window: day
    baseline: {over: 28d, warning: 4x, floor: 20 USD}
""",
        )
    ],
    Defaults(),
).rules[0]


@dataclass(frozen=True, slots=True)
class Spiked:
    """A series and the day of its spike."""

    days: Series
    spike: int


@dataclass(frozen=True, slots=True)
class Score:
    """Spikes found and alerts that were right, as shares of one; false alerts per series and 30 days."""

    recall: float
    precision: float
    false: float


Method = Callable[[Sequence[float], int], bool]
"""Whether the day of that number is called a spike."""


def three_times_the_mean(days: Sequence[float], day: int) -> bool:
    return days[day] >= max(10, 3 * fmean(days[day - 7 : day]))


def deviation(days: Sequence[float], day: int) -> bool:
    """Median and MAD of 28 days, z 3.5, at least 10 USD."""
    before = days[day - 28 : day]
    middle = median(before)
    spread = 1.4826 * median(abs(each - middle) for each in before)
    return days[day] >= 10 and days[day] - middle > 3.5 * spread


def ours(days: Sequence[float], day: int) -> bool:
    span = Span(_start(day), _start(day + 1))
    asked = BASELINE.history(_RULE, span, span.end)
    assert asked is not None
    case = Case(
        rule=_RULE,
        terms=_RULE.terms(_WHO),
        values=_WHO,
        span=span,
        at=span.end,
        totals=Totals(streams=1),
        value=_usd(days[day]),
        days={
            _start(number).date(): _usd(days[number])
            for number in range(day)
            if days[number] and _start(number) in asked.span
        },
        firing=False,
    )
    return BASELINE.judge(case).verdict is Verdict.HOLDS


METHODS: dict[str, Method] = {
    "3 × the mean of 7 days": three_times_the_mean,
    "median/MAD of 28 days": deviation,
    "neo-budget-bot": ours,
}


def drawn(family: Family, count: int, seed: int = 1) -> list[Spiked]:
    """Series with their spikes; of persons, one in five joined late."""
    found = []
    for number in range(count):
        is_late = family is series.PERSON and number % 5 == 4
        random = Random(f"spike/{family.name}/{seed}/{number}")
        found.append(_spiked((series.LATE if is_late else family).draw(random), random))
    return found


def score(method: Method, among: Sequence[Spiked]) -> Score:
    """A day without usage is never called a spike."""
    found = right = 0
    for each in among:
        called = [day for day in JUDGED if each.days[day] and method(each.days, day)]
        found += len(called)
        right += each.spike in called
    months = len(among) * len(JUDGED) / 30
    return Score(right / len(among), right / found if found else 0, (found - right) / months)


def _spiked(days: Series, random: Random) -> Spiked:
    begins = next(number for number, usd in enumerate(days) if usd)
    spike = random.randint(max(JUDGED.start, begins + 1), JUDGED.stop - 1)
    usual = max(days[spike], median(usd for usd in days if usd))
    days = [*days]
    days[spike] = usual * random.uniform(5, 12) + 20
    return Spiked(days, spike)


def _start(day: int) -> datetime:
    return _FIRST + timedelta(days=day)


def _usd(amount: float) -> Money:
    return Money(round(amount * NANO))


def _print(title: str, among: Sequence[Spiked]) -> None:
    print(f"\n{len(among)} series of {title}")
    print(f"{'':26}{'recall':>10}{'precision':>12}{'false per 30 days':>20}")
    for name in METHODS:
        print(row(name, among))


def row(name: str, among: Sequence[Spiked]) -> str:
    """A method's line in the table."""
    found = score(METHODS[name], among)
    return f"{name:26}{found.recall:>10.2f}{found.precision:>12.2f}{found.false:>20.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description="How well a spike is told from a busy day.")
    parser.add_argument("--count", type=int, default=400, help="series of each family")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--seeds", type=int, default=1, help="so many draws, from --seed on, as one"
    )
    arguments = parser.parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    persons = [drawn(series.PERSON, arguments.count, seed) for seed in seeds]
    _print("a person, one in five of whom joined late", [each for draw in persons for each in draw])
    _print(
        "a person who was there all along",
        [each for draw in persons for number, each in enumerate(draw) if number % 5 < 4],
    )
    _print("a team", [each for seed in seeds for each in drawn(series.TEAM, arguments.count, seed)])


if __name__ == "__main__":
    main()
