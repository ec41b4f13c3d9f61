from datetime import timedelta
from typing import Any

import pytest

from rules.condition import table
from rules.condition.thresholds import THRESHOLDS
from rules.finding import Cause, Verdict
from rules.metric import Totals
from rules.terms import Severity
from tests.rules import samples
from tests.rules.condition import cases

RISING = "metric: spend\nwindow: day\nthresholds: {warning: 50 USD, critical: 100 USD}"
FALLING = "metric: spend\nwindow: 24h\nbelow: true\nthresholds: {warning: 10 USD, critical: 1 USD}"


@pytest.mark.parametrize(
    ("text", "amount", "verdict", "severity", "limit"),
    [
        (RISING, 49.99, Verdict.CLEAR, None, "50 USD"),
        (RISING, 50, Verdict.HOLDS, Severity.WARNING, "50 USD"),
        (RISING, 100, Verdict.HOLDS, Severity.CRITICAL, "100 USD"),
        (FALLING, 10.01, Verdict.CLEAR, None, "10 USD"),
        (FALLING, 10, Verdict.HOLDS, Severity.WARNING, "10 USD"),
        (FALLING, 0, Verdict.HOLDS, Severity.CRITICAL, "1 USD"),
    ],
    ids=[
        "a value short of every limit is clear and names the lowest",
        "a value at a limit has reached it",
        "the worst severity reached counts",
        "below: a value over every limit is clear",
        "below: a value at a limit has reached it",
        "below: the worst severity reached counts",
    ],
)
def test_the_highest_limit_reached_counts(
    text: str, amount: float, verdict: Verdict, severity: Severity | None, limit: str
) -> None:
    found = THRESHOLDS.judge(cases.case(samples.rule(text), value=cases.usd(amount)))
    assert (verdict, severity) == (found.verdict, found.severity)
    assert found.limit is not None
    assert limit == found.limit.text


@pytest.mark.parametrize(
    ("amount", "firing", "verdict"),
    [
        (45, True, Verdict.HOLDS),
        (45, False, Verdict.CLEAR),
        (39, True, Verdict.CLEAR),
    ],
    ids=[
        "what fires goes on until it is below `recover`",
        "what does not fire is not begun by `recover`",
        "below `recover` it is over",
    ],
)
def test_recover_keeps_an_alert_from_flapping(
    amount: float, firing: bool, verdict: Verdict
) -> None:
    rule = samples.rule(f"{RISING}\nrecover: 40 USD")
    found = THRESHOLDS.judge(cases.case(rule, value=cases.usd(amount), firing=firing))
    assert verdict == found.verdict


LENGTH = "metric: spend\nwindow: 24h\nthresholds: {warning: 50 USD, critical: 100 USD}"
BALANCE = "metric: credit_balance\nbelow: true\nthresholds: {warning: 100 USD}"
DEBT = "metric: credit_balance\nbelow: true\nthresholds: {warning: 0 USD}"


@pytest.mark.parametrize(
    ("text", "amount", "verdict"),
    [
        pytest.param(LENGTH, 45, Verdict.HOLDS, id="a rolling sum at nine tenths goes on"),
        pytest.param(LENGTH, 44.99, Verdict.CLEAR, id="short of them it is over"),
        pytest.param(f"{LENGTH}\nrecover: 50 USD", 49.99, Verdict.CLEAR, id="recover leaves none"),
        pytest.param(f"{LENGTH}\nrecover: 20 USD", 20, Verdict.HOLDS, id="recover leaves more"),
        pytest.param(RISING, 49.99, Verdict.CLEAR, id="the sum of a period is over at once"),
        pytest.param(BALANCE, 110, Verdict.HOLDS, id="below: a tenth above it goes on"),
        pytest.param(BALANCE, 110.01, Verdict.CLEAR, id="below: further above it is over"),
        pytest.param(DEBT, 0.01, Verdict.CLEAR, id="a tenth of nothing is nothing"),
    ],
)
def test_without_recover_a_tenth_of_the_limit_is_left_to_swing_in(
    text: str, amount: float, verdict: Verdict
) -> None:
    found = THRESHOLDS.judge(
        cases.case(samples.rule(text), value=cases.usd(amount), values=("acme",), firing=True)
    )
    assert verdict is found.verdict
    idle = THRESHOLDS.judge(
        cases.case(samples.rule(text), value=cases.usd(amount), values=("acme",))
    )
    assert Verdict.CLEAR is idle.verdict


@pytest.mark.parametrize(
    "given",
    [{"value": None}, {"value": cases.usd(99), "totals": Totals(streams=4)}],
    ids=["nothing could be measured", "fewer than min_count"],
)
def test_too_little_traffic_gives_no_verdict(given: dict[str, Any]) -> None:
    rule = samples.rule(f"{RISING}\nmin_count: 5")
    found = THRESHOLDS.judge(cases.case(rule, **given))
    assert (Verdict.UNKNOWN, Cause.FEW) == (found.verdict, found.cause)


def test_a_series_that_no_override_limits_is_clear() -> None:
    rule = samples.rule(
        "metric: spend\nwindow: day\ngroup_by: [user]\n"
        "overrides: [{match: {user: ana@*}, thresholds: {warning: 5 USD}}]"
    )
    assert (THRESHOLDS,) == table.of(rule)
    found = THRESHOLDS.judge(cases.case(rule, value=cases.usd(99), values=("bo@acme.test",)))
    assert (Verdict.CLEAR, None) == (found.verdict, found.limit)


def test_thresholds_need_no_history_and_know_the_lowest_value_that_matters() -> None:
    rule = samples.rule(
        f"{RISING}\ngroup_by: [user]\n"
        "overrides: [{match: {user: ana@*}, thresholds: {warning: 5 USD}}]"
    )
    case = cases.case(rule, values=("ana@acme.test",))
    assert THRESHOLDS.history(rule, case.span, case.at + timedelta(hours=1)) is None
    assert cases.usd(5).nano == THRESHOLDS.lowest(rule)
