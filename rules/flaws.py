"""What no single key of a rule shows: conditions that are missing, out of order, or without meaning."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from rules import metric, selection, window
from rules.document import Path
from rules.metric import Kind
from rules.rule import Baseline, Override, Rule
from rules.terms import Terms
from rules.window import Every, Period

BUILT_IN = {
    "data-age": ("data_age", "the age of the data"),
    "drift": ("drift", "the difference from Neo's own totals"),
}
"""The names of the rules that are in force even where nobody wrote them: their metrics, and what they are about."""

_ADDS_UP = frozenset({Kind.SUM, Kind.MAX})
_UNCOUNTED = frozenset({Kind.FIRST, Kind.GAUGE})
_TOO_SHORT = (Every.HOUR, Every.DAY)
_BAD_WHEN_HIGH = frozenset(metric_name for metric_name, _ in BUILT_IN.values())


class Flaw(NamedTuple):
    """What is wrong, and where inside the rule."""

    path: Path
    message: str


def of(rule: Rule) -> Iterator[Flaw]:
    """Every flaw of a rule whose keys are valid one by one."""
    if not rule.conditions:
        yield Flaw((), "the rule has no condition: give it thresholds, a forecast or a baseline")
    parts: list[tuple[Path, Rule | Override]] = [((), rule)]
    parts += [(("overrides", number), each) for number, each in enumerate(rule.overrides)]
    for path, part in parts:
        yield from _without_meaning(path, rule, part)
        yield from _unreached(path, rule, part)
    if rule.metric.kind is Kind.FIRST:
        yield from _of_first(rule)
    if rule.metric.kind is Kind.GAUGE:
        yield from _of_gauge(rule)
    if rule.name in BUILT_IN:
        yield from _of_built_in(rule)
    if rule.baseline:
        yield from _of_baseline(rule, rule.baseline)
    yield from _disorder(rule)


def _without_meaning(path: Path, rule: Rule, part: Rule | Override) -> Iterator[Flaw]:
    """What the rule's metric and window make nothing of, where it is written."""
    if part.forecast and (why := no_forecast(rule)):
        yield Flaw((*path, "forecast"), why)
    name, kind = rule.metric.name, rule.metric.kind
    if part.min_count and kind in _UNCOUNTED:
        yield Flaw((*path, "min_count"), f"{name} is not counted from usage: it has no min_count")
    if kind is Kind.FIRST:
        for key in ("budget", "recover"):
            if getattr(part, key) is not None:
                yield Flaw((*path, key), f"{name} is 1 for what is new: it has no {key}")
        if any(each.value != 1 for each in (part.thresholds or {}).values()):
            yield Flaw((*path, "thresholds"), f"{name} is 1 for what is new: its limit is 1")


def no_forecast(rule: Rule) -> str:
    """Why a rule can have no forecast; empty where it can."""
    if rule.metric.kind not in _ADDS_UP:
        return f"{rule.metric.name} does not add up over a period: it has no forecast"
    if not isinstance(rule.window, Period):
        return "a forecast needs a calendar window that ends, such as month"
    if rule.window.every in _TOO_SHORT:
        return f"a window of one {rule.window} is too short for a forecast: take week or longer"
    return ""


def _of_first(rule: Rule) -> Iterator[Flaw]:
    try:
        selection.check_first(rule.group_by, rule.where)
    except ValueError as error:
        yield Flaw(("group_by",), str(error))
    if rule.below:
        yield Flaw(
            ("below",), f"{rule.metric.name} is 1 for what is new: it does not go with below"
        )


def _of_gauge(rule: Rule) -> Iterator[Flaw]:
    name = rule.metric.name
    if rule.window is not None:
        yield Flaw(("window",), f"{name} is how things stand now: it has no window")
    if rule.below and name in _BAD_WHEN_HIGH:
        yield Flaw(("below",), f"{name} is bad when it is high: it does not go with below")


def _of_built_in(rule: Rule) -> Iterator[Flaw]:
    """A rule that takes the place of the built-in one must not leave a source without any by accident."""
    metric_name, about = BUILT_IN[rule.name]
    if rule.metric.name != metric_name:
        yield Flaw(
            ("name",),
            f"`{rule.name}` is the built-in rule on {about}:"
            f" give this one another name, or `metric: {metric_name}` to take its place",
        )
        return
    if rule.where.patterns:
        yield Flaw(
            ("where",),
            f"`{rule.name}` is for every source: write `overrides` for some, with `skip: true` to leave one out",
        )
    if not rule.thresholds:
        yield Flaw(
            (), f"`{rule.name}` needs thresholds: sources that no override matches would have none"
        )


def _of_baseline(rule: Rule, baseline: Baseline) -> Iterator[Flaw]:
    path: Path = ("baseline",)
    if rule.metric.kind in _UNCOUNTED or len(rule.metric.reads) > 1:
        yield Flaw(path, f"{rule.metric.name} has no history of its own: it has no baseline")
    elif not window.is_a_day(rule.window):
        yield Flaw(path, "a baseline is what a day usually comes to: its window is day or 24h")
    if rule.below:
        yield Flaw(path, "a baseline looks for what is more than usual: it does not go with below")
    if not baseline.factors:
        yield Flaw(path, "the baseline has no limit: give it one, such as `warning: 4x`")


def _unreached(path: Path, rule: Rule, part: Rule | Override) -> Iterator[Flaw]:
    """Receivers of a severity that nothing reaches are a slip: its limit is missing, or another one is meant."""
    held = [terms for terms in rule.every_terms if terms.notify is part.notify]
    reached = {severity for terms in held for severity in rule.severities(terms)}
    for severity, _ in part.notify.by_severity if part.notify else ():
        if severity not in reached:
            words = (
                f"nothing here is ever {severity}: give that a limit, or leave its receivers out"
            )
            yield Flaw((*path, "notify", str(severity)), words)


def _disorder(rule: Rule) -> Iterator[Flaw]:
    """Limits in the wrong order; an override is not blamed for what it takes over from the rule."""
    own, *others = (list(_disorder_of(terms, below=rule.below)) for terms in rule.every_terms)
    yield from own
    told = {flaw.path for flaw in own}
    for number, (override, found) in enumerate(zip(rule.overrides, others, strict=True)):
        for flaw in found:
            if flaw.path not in told or getattr(override, str(flaw.path[0])) is not None:
                yield Flaw(("overrides", number, *flaw.path), flaw.message)


def _disorder_of(terms: Terms, *, below: bool) -> Iterator[Flaw]:
    """The path of a flaw is the one key that it is about."""
    for key, limits in ("thresholds", terms.thresholds), ("forecast", terms.forecast):
        for lower, higher in pairwise(limits):
            if not metric.reaches(higher.value, lower.value, below=below):
                reached = f"{lower.severity} at {lower.text} and {higher.severity} at {higher.text}"
                yield Flaw((key,), f"the worse severity is reached first: {reached}")
    if terms.recover is not None and terms.thresholds:
        first = terms.thresholds[0]
        if not metric.reaches(first.value, terms.recover, below=below):
            side = "above" if below else "below"
            yield Flaw(("recover",), f"recover must lie {side} the first threshold, {first.text}")
