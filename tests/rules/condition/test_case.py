from datetime import timedelta
from fractions import Fraction

import pytest

from rules import metric
from rules.metric import Value
from rules.money import Money
from tests.rules import samples
from tests.rules.condition import cases


@pytest.mark.parametrize(
    ("measured", "value"),
    [
        ("spend", Money(1_500_000_001)),
        ("streams", 12),
        ("llm_time", timedelta(microseconds=90_001)),
        ("error_rate", Fraction(25, 2)),
    ],
)
def test_a_size_becomes_a_value_of_the_metric_again(measured: str, value: Value) -> None:
    unit = {"spend": "1 USD", "streams": "1", "llm_time": "1h", "error_rate": "1%"}[measured]
    rule = samples.rule(f"metric: {measured}\nwindow: day\nthresholds: {{warning: {unit}}}")
    assert value == cases.case(rule).valued(float(metric.size(value)))
