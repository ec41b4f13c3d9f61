"""What no single key of a rule shows: conditions that are missing, out of order, or without meaning."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from rules import metric
from rules.document import Path
from rules.metric import Kind, Value
from rules.rule import Baseline, Rule
from rules.terms import Terms
from rules.window import Every, Period, Window

_ADDS_UP = frozenset({Kind.SUM, Kind.MAX})
_TOO_SHORT = (Every.HOUR, Every.DAY)
_DAY = timedelta(days=1)


class Flaw(NamedTuple):
    """What is wrong, and where inside the rule."""

    path: Path
    message: str


def of(rule: Rule) -> Iterator[Flaw]:
    """Every flaw of a rule whose keys are valid one by one."""
    if not _conditions(rule):
        yield Flaw((), "the rule has no condition: give it thresholds, a forecast or a baseline")
    if rule.forecast and rule.metric.kind not in _ADDS_UP:
        yield Flaw(
            ("forecast",), f"{rule.metric.name} does not add up over a period: it has no forecast"
        )
    if rule.forecast and isinstance(rule.window, Period) and rule.window.every in _TOO_SHORT:
        yield Flaw(
            ("forecast",),
            f"a window of one {rule.window} is too short for a forecast: take week or longer",
        )
    if rule.baseline:
        yield from _of_baseline(rule, rule.baseline)
    yield from _disorder(rule)


def _of_baseline(rule: Rule, baseline: Baseline) -> Iterator[Flaw]:
    path: Path = ("baseline",)
    if rule.metric.kind is Kind.GAUGE or len(rule.metric.reads) > 1:
        yield Flaw(path, f"{rule.metric.name} has no history of its own: it has no baseline")
    elif not _is_a_day(rule.window):
        yield Flaw(path, "a baseline is what a day usually comes to: its window is day or 24h")
    if rule.below:
        yield Flaw(path, "a baseline looks for what is more than usual: it does not go with below")
    if not baseline.factors:
        yield Flaw(path, "the baseline has no limit: give it one, such as `warning: 4x`")


def _is_a_day(window: Window | None) -> bool:
    if isinstance(window, Period):
        return window.every is Every.DAY
    return window is not None and window.length == _DAY


def _conditions(rule: Rule) -> bool:
    limited = any(terms.thresholds or terms.forecast for terms in rule.every_terms)
    return limited or rule.baseline is not None


def _disorder(rule: Rule) -> Iterator[Flaw]:
    """Limits in the wrong order; an override is not blamed for what it takes over from the rule."""
    told = set()
    for number, terms in enumerate(rule.every_terms):
        path: Path = ("overrides", number - 1) if number else ()
        for flaw in _disorder_of(terms, below=rule.below):
            if flaw not in told:
                told.add(flaw)
                yield Flaw((*path, *flaw.path), flaw.message)


def _disorder_of(terms: Terms, *, below: bool) -> Iterator[Flaw]:
    for key, limits in ("thresholds", terms.thresholds), ("forecast", terms.forecast):
        for lower, higher in pairwise(limits):
            if _passes(lower.value, higher.value, below=below):
                reached = f"{lower.severity} at {lower.text} and {higher.severity} at {higher.text}"
                yield Flaw((key,), f"the worse severity is reached first: {reached}")
    if terms.recover is not None and terms.thresholds:
        first = terms.thresholds[0]
        if _passes(terms.recover, first.value, below=below):
            side = "above" if below else "below"
            yield Flaw(("recover",), f"recover must lie {side} the first threshold, {first.text}")


def _passes(value: Value, limit: Value, *, below: bool) -> bool:
    """Whether `value` lies strictly past `limit`, on the side where alerts are."""
    return (
        metric.size(value) < metric.size(limit)
        if below
        else metric.size(value) > metric.size(limit)
    )
