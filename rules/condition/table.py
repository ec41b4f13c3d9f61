"""Every kind of condition, by name."""

from functools import lru_cache

from rules.condition.baseline import BASELINE
from rules.condition.case import Condition
from rules.condition.forecast import FORECAST
from rules.condition.thresholds import THRESHOLDS
from rules.finding import InForce
from rules.rule import Rule
from rules.terms import Terms

CONDITIONS: dict[str, Condition] = {
    condition.name: condition for condition in (THRESHOLDS, FORECAST, BASELINE)
}


def of(rule: Rule) -> tuple[Condition, ...]:
    """The conditions that a rule has."""
    return _named(rule.conditions)


def is_plain(rule: Rule) -> bool:
    """Whether the rule is judged by its span alone, whatever happened before."""
    return _all_plain(rule.conditions)


def in_force(name: str, rule: Rule, terms: Terms) -> InForce:
    """The limits that a series of these terms is held to by the condition of that name."""
    return frozenset() if terms.skip else frozenset(CONDITIONS[name].in_force(rule, terms))


@lru_cache
def _all_plain(names: tuple[str, ...]) -> bool:
    return all(CONDITIONS[name].plain for name in names)


@lru_cache
def _named(names: tuple[str, ...]) -> tuple[Condition, ...]:
    return tuple(CONDITIONS[name] for name in names)
