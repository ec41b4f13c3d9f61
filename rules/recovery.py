"""At what value an alert is over that goes on though its value is within its limit."""

from rules.condition import case
from rules.condition.thresholds import THRESHOLDS
from rules.metric import Value
from rules.rule import Rule
from rules.terms import Limit, Terms


def level(rule: Rule, terms: Terms, condition: str, limit: Limit) -> Value | None:
    """What the value has to go past; None where no level says when the alert is over."""
    return case.recovery(rule, limit, terms.recover if condition == THRESHOLDS.name else None)
