"""Charts as they come: a month of weekdays and weekends with one spike, and what is unlike it."""

from dataclasses import replace
from datetime import date, timedelta

from bot.notify.facts import ChartFacts, DayCost, Split
from rules.money import Money

FIRST = date(2026, 10, 24)  # a Saturday


def usd(cents: int) -> Money:
    return Money(cents * 10_000_000)


def day(number: int) -> DayCost:
    """A day as any: a weekend is quiet, the 13th of November is not."""
    at = FIRST + timedelta(days=number)
    part = 4 if at.weekday() < 5 else 1
    busy = 3 if at == date(2026, 11, 13) else 1
    base = (number * 37) % 60 + 40
    split = Split(
        usd(base * part * busy * 30), usd(base * part * 3), usd(((number * 31) % 9) * part * 180)
    )
    return DayCost(at, split)


CHART = ChartFacts(tuple(day(number) for number in range(30)), "Europe/Berlin", usd(300_000))
FEW = ChartFacts(
    (
        DayCost(date(2026, 11, 20), Split(usd(300), usd(100), usd(0))),
        DayCost(date(2026, 11, 21), Split(usd(0), usd(0), usd(400))),
        DayCost(date(2026, 11, 22), Split(usd(0), usd(0), usd(0))),
    ),
    "UTC",
    None,
)
RICH = replace(FEW, budget=usd(100_000_000))
"""The same with a budget that is far above."""
CHARTS = {"month": CHART, "few": FEW, "rich": RICH}
