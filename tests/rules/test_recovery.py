from fractions import Fraction

import pytest

from rules import recovery
from rules.metric import Value
from tests.rules import samples
from tests.rules.making import usd

LENGTH = "metric: spend\nwindow: 24h\nthresholds: {warning: 50 USD, critical: 100 USD}"
LESS = "metric: spend\nwindow: 24h\nbelow: true\nthresholds: {warning: 50 USD}"
COUNT = "metric: streams\nwindow: 24h\nthresholds: {warning: 25}"


@pytest.mark.parametrize(
    ("text", "condition", "level"),
    [
        pytest.param(LENGTH, "thresholds", usd(45), id="a tenth behind the limit"),
        pytest.param(f"{LENGTH}\nrecover: 20 USD", "thresholds", usd(20), id="recover"),
        pytest.param(f"{LENGTH}\nrecover: 20 USD", "baseline", usd(45), id="of thresholds alone"),
        pytest.param(LESS, "thresholds", usd(55), id="below"),
        pytest.param(COUNT, "thresholds", 23, id="the last whole number"),
        pytest.param(f"{COUNT}\nbelow: true", "thresholds", 27, id="below, and whole"),
        pytest.param(
            "metric: error_rate\nwindow: 24h\nthresholds: {warning: 25%}",
            "thresholds",
            Fraction(45, 2),
            id="a rate",
        ),
        pytest.param(LENGTH.replace("24h", "day"), "thresholds", None, id="no sum of a period"),
    ],
)
def test_an_alert_is_over_only_past_a_level(text: str, condition: str, level: Value | None) -> None:
    rule = samples.rule(text)
    terms = rule.terms(())
    assert level == recovery.level(rule, terms, condition, terms.thresholds[0])
