import pytest

from rules.condition import table
from tests.rules import samples


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("thresholds: {warning: 1 USD}", ["thresholds"]),
        ("forecast: {warning: 1 USD}", ["forecast"]),
        ("baseline: {warning: 4x}", ["baseline"]),
        (
            "baseline: {warning: 4x}\nforecast: {warning: 1 USD}\nthresholds: {warning: 1 USD}",
            ["thresholds", "forecast", "baseline"],
        ),
    ],
    ids=["thresholds", "a forecast", "a baseline", "all of them"],
)
def test_a_rule_has_the_conditions_it_names(text: str, names: list[str]) -> None:
    rule = samples.rule(f"metric: spend\nwindow: day\n{text}", flawed="forecast" in text)
    assert names == [condition.name for condition in table.of(rule)]


def test_a_rule_has_the_conditions_of_its_overrides_too() -> None:
    rule = samples.rule(
        "metric: spend\ngroup_by: [user]\nwindow: month\nthresholds: {warning: 9 USD}\n"
        "overrides: [{match: {user: a}, forecast: {warning: 1 USD}}]"
    )
    assert ["thresholds", "forecast"] == [condition.name for condition in table.of(rule)]


def test_a_condition_goes_by_its_own_name() -> None:
    assert all(name == condition.name for name, condition in table.CONDITIONS.items())
