"""What a chart shows: the cost of each local day, and the budget that it is held against."""

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.answers import coverage, measure
from bot.notify.facts import ChartFacts, DayCost
from bot.store.connection import Connection
from rules import labels, window
from rules.money import ZERO, Money
from rules.rule import Rule
from rules.window import Every, Period, Span

DAYS = 30
_FEWEST = 2


def facts(db: Connection, span: Span, zone: ZoneInfo, rules: Iterable[Rule]) -> ChartFacts | None:
    """The thirty local days up to the end of `span`, or all of its own where it has more.

    Days that the ledger does not reach are left out; None where there is nothing to see.
    """
    after = window.local_date(zone, span.end)
    first = min(after - timedelta(days=DAYS), window.local_date(zone, span.start))
    edges = window.day_edges(zone, Span(window.day_start(zone, first), span.end))
    known = [(day, part) for day, part in edges if coverage.reaches(db, part.start)]
    if len(known) < _FEWEST:
        return None
    found = measure.totals(db, [part for _, part in known])
    days = tuple(
        DayCost(day, measure.split(totals)) for (day, _), totals in zip(known, found, strict=True)
    )
    return (
        ChartFacts(days, zone.key, _budget(rules)) if any(day.cost > ZERO for day in days) else None
    )


def _budget(rules: Iterable[Rule]) -> Money | None:
    """The first budget for all that Neo charges in a month."""
    for rule in rules:
        if (
            rule.metric.name == "spend"
            and isinstance(rule.window, Period)
            and rule.window.every is Every.MONTH
            and not rule.group_by
            and rule.where == labels.EVERYTHING
            and isinstance(budget := rule.terms(()).budget, Money)
        ):
            return budget
    return None
