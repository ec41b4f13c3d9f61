"""A verdict in words, and where a limit came from."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.notify import why
from rules.finding import Cause, Finding, Verdict
from rules.terms import Limit, Severity
from tests.answers import world
from tests.rules import making, samples
from tests.rules.making import WARNING, usd

RULE = world.rules("""
rules:
  - name: a-rule
    metric: spend
    group_by: [user]
    window: month
    budget: 100 USD
    thresholds: {warning: 80%, critical: 120 USD}
    forecast: {info: 100%}
    overrides:
      - {match: {user: "ci@*"}, thresholds: {warning: 5 USD, critical: 120 USD}}
      - {match: {user: "cd@*"}, budget: 10 USD}
      - {match: {user: "boss@*"}, skip: true}
""")[0]
TERMS = RULE.terms(("ana@acme.test",))
SKIPPED = RULE.terms(("boss@acme.test",))
SHORT = making.finding(20)
OVER = making.finding(60)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        pytest.param(
            "ana@acme.test",
            [
                ("thresholds", "80% of 100 USD", "rule", True),
                ("thresholds", "120 USD", "rule", False),
                ("forecast", "100% of 100 USD", "rule", True),
            ],
            id="the rule's own",
        ),
        pytest.param(
            "ci@acme.test",
            [
                ("thresholds", "5 USD", "override 1 (user=ci@*)", False),
                ("thresholds", "120 USD", "rule", False),
                ("forecast", "100% of 100 USD", "rule", True),
            ],
            id="an override, where it says something else",
        ),
        pytest.param(
            "cd@acme.test",
            [
                ("thresholds", "80% of 10 USD", "override 2 (user=cd@*)", True),
                ("thresholds", "120 USD", "rule", False),
                ("forecast", "100% of 10 USD", "override 2 (user=cd@*)", True),
            ],
            id="an override of the budget",
        ),
        pytest.param("boss@acme.test", [], id="none where it is left out"),
    ],
)
def test_a_limit_says_where_it_came_from(
    user: str, expected: list[tuple[str, str, str, bool]]
) -> None:
    found = why.held(RULE, RULE.terms((user,)))
    assert expected == [
        (each.condition, each.limit.text, each.origin, each.of_budget) for each in found
    ]


@pytest.mark.parametrize(
    ("finding", "below", "expected"),
    [
        pytest.param(OVER, False, "$60.00 reaches 50 USD", id="a limit is reached"),
        pytest.param(SHORT, False, "$20.00 stays short of 50 USD", id="none is"),
        pytest.param(SHORT, True, "$20.00 is at most 50 USD", id="too little is used"),
        pytest.param(
            replace(OVER, verdict=Verdict.CLEAR), True, "$60.00 is above 50 USD", id="enough is"
        ),
        pytest.param(
            replace(SHORT, verdict=Verdict.HOLDS),
            False,
            "$20.00 stays short of 50 USD, but the alert goes on until it is below $45.00",
            id="it has not recovered",
        ),
        pytest.param(
            OVER,
            True,
            "$60.00 is above 50 USD, but the alert goes on until it is above $55.00",
            id="it is below no more, and has not recovered",
        ),
        pytest.param(
            replace(OVER, expected=True),
            False,
            "$60.00 is expected, which reaches 50 USD",
            id="a forecast",
        ),
        pytest.param(
            replace(SHORT, came_true=True),
            False,
            "what was expected has happened, and a threshold says so",
            id="a forecast came true",
        ),
        pytest.param(
            making.finding(Cause.STALE),
            False,
            "it cannot be judged: the data is stale",
            id="nobody knows",
        ),
        pytest.param(replace(SHORT, limit=None), False, "it has no limit", id="no limit"),
        pytest.param(replace(SHORT, value=None), False, "it has no limit", id="no value"),
    ],
)
def test_a_verdict_is_told_in_words(finding: Finding, below: bool, expected: str) -> None:
    rule = samples.rule(
        f"metric: spend\nwindow: 24h\nbelow: {str(below).lower()}\nthresholds: {{info: 1 USD}}"
    )
    assert expected == why.reason(finding, TERMS, rule)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, "its first usage falls into this span"), (0, "it is not new here")],
    ids=["new", "known"],
)
def test_what_is_new_is_told_in_words(value: int, expected: str) -> None:
    rule = samples.rule("metric: first_seen\ngroup_by: [user]\nwindow: day\nthresholds: {info: 1}")
    assert expected == why.reason(replace(OVER, value=value), TERMS, rule)


def test_what_lingers_without_a_level_of_its_own_says_that_it_does() -> None:
    finding = replace(SHORT, verdict=Verdict.HOLDS, expected=True)
    expected = "which stays short of 50 USD, but the alert goes on until it has recovered"
    assert why.reason(finding, TERMS, RULE).endswith(expected)


def test_the_first_limit_says_where_an_alert_is_over_that_goes_on_behind_it() -> None:
    rule = samples.rule("metric: spend\nwindow: 24h\nthresholds: {info: 10 USD, warning: 50 USD}")
    found = why.held(rule, rule.terms(()))
    assert ["10 USD, over below $9.00", "50 USD"] == [why.held_text(each) for each in found]


def test_a_series_that_is_left_out_says_by_what() -> None:
    said = why.said(OVER, SKIPPED, RULE)
    assert "override 3 (user=boss@*) leaves this series out" == said.words
    assert ("thresholds", Verdict.HOLDS, WARNING) == (said.condition, said.verdict, said.severity)
    assert (OVER.value, OVER.limit) == (said.value, said.limit)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        pytest.param(Limit(WARNING, usd(50), "50 USD"), "50 USD", id="dollars"),
        pytest.param(
            Limit(WARNING, usd(1600), "80% of 2000 USD"),
            "80% of 2000 USD = $1,600.00",
            id="a share of a budget",
        ),
        pytest.param(Limit(Severity.INFO, usd(5), "5 credits"), "5 credits = $5.00", id="credits"),
        pytest.param(Limit(WARNING, 15, "15"), "15", id="a count"),
        pytest.param(Limit(WARNING, timedelta(hours=2), "2h"), "2h", id="a duration"),
    ],
)
def test_a_limit_is_told_as_written_and_as_what_it_comes_to(limit: Limit, expected: str) -> None:
    assert expected == why.limit_text(limit)
