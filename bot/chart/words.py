"""What a chart says in words: its title, the figures that matter, and all of it for those who cannot see it."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from bot.notify.facts import ChartFacts, DayCost
from rules.money import ZERO, Money

_WEEK = 7


def title(facts: ChartFacts) -> str:
    """`Cost a day, 24 Oct – 22 Nov 2026`."""
    first, last = facts.days[0].day, facts.days[-1].day
    year = "" if first.year == last.year else f" {first.year}"
    return f"Cost a day, {first.day} {first:%b}{year} – {last.day} {last:%b %Y}"


def file_name(facts: ChartFacts) -> str:
    return f"neo-cost-{facts.days[0].day}-{facts.days[-1].day}.png"


def summary(facts: ChartFacts) -> str:
    """Total, mean and the highest day."""
    total, most = _total(facts.days), highest(facts)
    mean = Money(round(Fraction(total.nano, len(facts.days))))
    return f"Total {total}  ·  {mean} a day  ·  highest {most.cost} on {_day(most.day)}"


def parts(facts: ChartFacts) -> list[tuple[str, Money]]:
    """What the stacks of all days are made of, from the ground up."""
    splits = [each.split for each in facts.days]
    return [
        ("Credits", _added(split.credits for split in splits)),
        ("BYOK platform", _added(split.neo_cost for split in splits)),
        ("BYOK provider", _added(split.llm_cost for split in splits)),
    ]


def highest(facts: ChartFacts) -> DayCost:
    """The dearest day, the first of several."""
    return max(facts.days, key=lambda each: each.cost.nano)


def daily_budgets(facts: ChartFacts) -> tuple[Money, ...]:
    """The share of its month's budget that falls to each day; none where there is no budget."""
    if facts.budget is None:
        return ()
    lengths = [monthrange(each.day.year, each.day.month)[1] for each in facts.days]
    return tuple(Money(round(Fraction(facts.budget.nano, length))) for length in lengths)


def alt(facts: ChartFacts) -> str:
    """The chart for those who do not see it."""
    made_of = ", ".join(f"{name} {amount}" for name, amount in parts(facts))
    sentences = [
        f"{title(facts)}, days of {facts.zone}, {len(facts.days)} bars",
        summary(facts).replace("  ·  ", ", "),
        f"Made of {made_of}",
        _trend(facts),
        _held_against_budget(facts),
    ]
    return " ".join(f"{sentence}." for sentence in sentences if sentence)


def _trend(facts: ChartFacts) -> str:
    if len(facts.days) < 2 * _WEEK:
        return ""
    last, before = _total(facts.days[-_WEEK:]), _total(facts.days[-2 * _WEEK : -_WEEK])
    return f"The last 7 days came to {last}, the 7 before to {before}"


def _held_against_budget(facts: ChartFacts) -> str:
    shares = daily_budgets(facts)
    if not shares:
        return ""
    pairs = zip(facts.days, shares, strict=True)
    over = sum(each.split.spend > share for each, share in pairs)
    return (
        f"A dashed line spreads the budget of {facts.budget} a month over its days;"
        f" what Neo charges was above it on {over} of {len(facts.days)}"
    )


def _total(days: tuple[DayCost, ...]) -> Money:
    return _added(each.cost for each in days)


def _added(amounts: Iterable[Money]) -> Money:
    return sum(amounts, ZERO)


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
