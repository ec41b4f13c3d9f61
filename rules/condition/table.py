"""Every kind of condition, by name."""

from rules.condition.baseline import BASELINE
from rules.condition.case import Condition
from rules.condition.forecast import FORECAST
from rules.condition.thresholds import THRESHOLDS
from rules.rule import Rule

CONDITIONS: dict[str, Condition] = {
    condition.name: condition for condition in (THRESHOLDS, FORECAST, BASELINE)
}


def of(rule: Rule) -> list[Condition]:
    """The conditions that a rule has."""
    return [condition for condition in CONDITIONS.values() if condition.applies(rule)]
