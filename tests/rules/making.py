"""Findings and alerts of one series that is held to 50 and 100 dollars, for tests that say how they differ."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from rules import metric
from rules.alert import Alert, State, Timing
from rules.change import Change
from rules.finding import Cause, Finding, Series, Verdict
from rules.labels import Label
from rules.metric import NOTHING
from rules.money import Money
from rules.record import Record
from rules.terms import Limit, Severity
from rules.window import Span
from tests.rules import samples

WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL
SERIES = Series("a-rule", "thresholds", "spend|day", (Label.USER,), ("ana@acme.test",))
DAY = Span(samples.NOON, samples.NOON + timedelta(days=1))
Limits = tuple[int, int]
"""Dollars at which it is a warning, and critical."""

LIMITS: Limits = (50, 100)
BY_PERIOD = Timing(by_period=True)


def usd(amount: int) -> Money:
    return Money.from_usd(amount)


def limit(severity: Severity, amount: int) -> Limit:
    return Limit(severity, usd(amount), f"{amount} USD")


def minute(number: float) -> datetime:
    """So many minutes into DAY."""
    return DAY.start + timedelta(minutes=number)


def finding(seen: int | Cause, limits: Limits = LIMITS, **changes: object) -> Finding:
    """What an amount of dollars, or the lack of a verdict, comes to under limits."""
    asked = [limit(WARNING, limits[0]), limit(CRITICAL, limits[1])]
    plain = Finding(
        series=SERIES,
        span=DAY,
        closed=False,
        verdict=Verdict.UNKNOWN,
        severity=None,
        value=None,
        limit=None,
        totals=NOTHING,
        cause=seen if isinstance(seen, Cause) else Cause.NONE,
        in_force=frozenset((each.severity, each.text) for each in asked),
    )
    if not isinstance(seen, Cause):
        plain = _judged(plain, seen, asked)
    return replace(plain, **changes)  # type: ignore[arg-type] # a table of changes


def _judged(plain: Finding, amount: int, asked: list[Limit]) -> Finding:
    reached = [each for each in asked if metric.size(usd(amount)) >= metric.size(each.value)]
    known = replace(plain, value=usd(amount), verdict=Verdict.CLEAR, limit=asked[0])
    if not reached:
        return known
    worst = reached[-1]
    return replace(known, verdict=Verdict.HOLDS, severity=worst.severity, limit=worst)


def alert(**changes: Any) -> Alert:
    """An alert that fires since the day began, at 60 dollars."""
    plain = Alert(
        series=SERIES,
        span=DAY,
        by_period=True,
        state=State.FIRING,
        severity=WARNING,
        peak=WARNING,
        value=usd(60),
        worst=usd(60),
        limit=limit(WARNING, 50),
        peak_limit=limit(WARNING, 50),
        since=DAY.start,
        fired=DAY.start,
    )
    return replace(plain, **changes)


def change(record: Record) -> Change:
    """That this record is new, corrected or gone."""
    return Change(
        source=record.source,
        user=record.user,
        model=record.model,
        byok=record.label(Label.BYOK),
        status=record.status,
        task=record.task,
        first=record.at,
        last=record.at,
    )
