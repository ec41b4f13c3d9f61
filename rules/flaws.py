"""What no single key of a rule shows: conditions that are missing, out of order, or without meaning."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from rules import metric
from rules.document import Path
from rules.metric import Kind, Value
from rules.rule import Rule
from rules.terms import Terms

_ADDS_UP = frozenset({Kind.SUM, Kind.DISTINCT, Kind.MAX})


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
    if rule.baseline and rule.metric.kind is Kind.GAUGE:
        yield Flaw(("baseline",), f"{rule.metric.name} has no history: it has no baseline")
    if rule.baseline and not rule.baseline.factors:
        yield Flaw(("baseline",), "the baseline has no limit: give it one, such as `warning: 4x`")
    yield from _disorder(rule)


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
