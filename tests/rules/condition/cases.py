"""Cases for the tests of conditions: a rule, the days before, and a moment."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from rules import window
from rules.condition.case import Case
from rules.labels import Values
from rules.metric import Totals, Value
from rules.money import NANO, Money
from rules.rule import Rule
from rules.window import Span

TODAY = date(2026, 11, 16)
"""A Monday, the sixteenth day of its month."""


def usd(amount: float) -> Money:
    return Money(round(amount * NANO))


def before(today: date, amounts: Sequence[float]) -> dict[date, Value]:
    """The days up to yesterday, oldest first; a day of 0 is left out as an answer leaves it out."""
    first = today - timedelta(days=len(amounts))
    return {
        first + timedelta(days=number): usd(amount)
        for number, amount in enumerate(amounts)
        if amount
    }


def case(
    rule: Rule,
    days: Mapping[date, Value] | None = None,
    *,
    today: date = TODAY,
    value: Value | None = None,
    values: Values = (),
    **changes: Any,
) -> Case:
    """At noon of `today`, in UTC; without `values` the total over everything."""
    at = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    span = Span(at, at) if rule.window is None else window.span_at(rule.window, at)
    given: dict[str, Any] = {
        "rule": rule,
        "terms": rule.terms(values),
        "values": values,
        "span": span,
        "at": at,
        "totals": Totals(streams=1, judged=1),
        "value": value,
        "days": days or {},
        "firing": False,
    }
    return Case(**{**given, **changes})
