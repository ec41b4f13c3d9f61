import pytest

from tests.rules import samples


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("metric: spend\nwindow: day\nthresholds: {info: 1 USD, critical: 1 USD}", id="equal limits"),
        pytest.param("metric: spend\nwindow: month\nforecast: {info: 1 USD}", id="a forecast alone"),
        pytest.param("metric: spend\nwindow: day\nbaseline: {info: 2x}", id="a baseline alone"),
        pytest.param("metric: spend\nwindow: week\nforecast: {info: 1 USD}", id="a forecast for the shortest window that has one"),
        pytest.param("metric: spend\nwindow: 24h\nbaseline: {info: 2x}", id="a baseline for a day's length"),
        pytest.param("metric: tasks\nwindow: day\nbaseline: {info: 2x}", id="a baseline for what is counted once"),
        pytest.param("metric: error_rate\nwindow: 6h\nthresholds: {info: 9%}\nrecover: 9%", id="recover at the limit"),
        pytest.param("metric: spend\nwindow: day\nbaseline: {info: 2x}\nrecover: 9 USD", id="recover without a limit"),
        pytest.param("metric: spend\nwindow: day\nbudget: 9 USD\nthresholds: {info: 9%}\nrecover: 8%", id="recover at a percentage"),
        pytest.param("metric: data_age\nmin_count: 0\nthresholds: {info: 9m}", id="a gauge that needs nothing"),
        pytest.param("metric: runway\nbelow: true\nthresholds: {warning: 9d, critical: 2d}\nrecover: 12d", id="limits fall with below"),
        pytest.param("metric: spend\ngroup_by: [user]\nwindow: day\nthresholds: {info: 1 USD}\nnotify: {warning: [a]}\noverrides: [{match: {user: a}, thresholds: {warning: 1 USD}}]", id="receivers of what only an override reaches"),
        pytest.param("metric: spend\nwindow: day\nbaseline: {warning: 2x}\nnotify: {warning: [a]}", id="receivers of what a baseline reaches"),
        pytest.param("metric: spend\nwindow: month\nforecast: {warning: 1 USD}\nnotify: {warning: [a]}", id="receivers of what a forecast reaches"),
        pytest.param("metric: error_rate\nwindow: day\nbelow: true\nthresholds: {info: 9%}", id="a rate does not begin at nothing"),
        pytest.param("metric: spend\nwindow: month\nbelow: true\nforecast: {info: 9 USD}", id="a total that will stay short"),
        pytest.param("metric: spend\ngroup_by: [user]\nwindow: day\noverrides: [{match: {user: a}, thresholds: {info: 1 USD}}]", id="a limit only in an override"),
    ],
)  # fmt: skip
def test_a_rule_without_flaw(text: str) -> None:
    assert [] == samples.faults(text)


def test_an_override_is_blamed_for_what_its_budget_makes_of_the_rules_limits() -> None:
    text = """
metric: spend
group_by: [user]
window: day
budget: 100 USD
thresholds: {warning: 50 USD, critical: 100%}
recover: 40 USD
overrides:
  - {match: {user: a}, budget: 20 USD}
  - {match: {user: b}, thresholds: {warning: 30 USD}}
"""
    assert [
        "the worse severity is reached first: warning at 50 USD and critical at 100% of 20 USD",
        "recover must lie below the first threshold, 30 USD",
    ] == samples.faults(text)


def test_an_override_is_not_blamed_for_the_rules_limits() -> None:
    found = samples.faults(
        "metric: spend\ngroup_by: [user]\nwindow: day\nthresholds: {warning: 2 USD, critical: 1 USD}\n"
        "overrides: [{match: {user: a}, min_count: 3}]"
    )
    assert ["the worse severity is reached first: warning at 2 USD and critical at 1 USD"] == found
