from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from rules import metric, window
from rules.condition import baseline
from rules.condition.baseline import BASELINE
from rules.finding import Cause, Verdict
from rules.metric import Reads, Totals
from rules.money import Money
from rules.reading import Defaults
from rules.series import Query
from rules.terms import Severity
from rules.window import Span
from tests.rules import samples
from tests.rules.condition import cases
from tests.rules.condition.cases import TODAY

SPIKE = (
    "metric: spend\nwindow: day\nbaseline: {over: 28d, warning: 4x, critical: 8x, floor: 20 USD}"
)
BERLIN = ZoneInfo("Europe/Berlin")
STEADY = [10.0] * 28
WEEKDAYS = [10.0, 10, 10, 10, 10, 0, 0] * 16
RESTLESS = [1.0, 100, 3, 30, 10, 5, 20] * 8


@pytest.mark.parametrize(
    ("days", "today", "verdict", "severity"),
    [
        (STEADY, 39.99, Verdict.CLEAR, None),
        (STEADY, 40, Verdict.HOLDS, Severity.WARNING),
        (STEADY, 80, Verdict.HOLDS, Severity.CRITICAL),
        ([2.0] * 28, 21.99, Verdict.CLEAR, None),
        ([2.0] * 28, 22, Verdict.HOLDS, Severity.CRITICAL),
        ([10.0] * 4, 500, Verdict.HOLDS, Severity.CRITICAL),
        ([10.0] * 3, 500, Verdict.UNKNOWN, None),
        ([], 500, Verdict.UNKNOWN, None),
    ],
    ids=[
        "less than the multiple is clear",
        "the multiple of the usual holds",
        "the worst severity counts",
        "less than the floor above the usual is clear, however many times it is",
        "the floor above the usual is enough",
        "four active days can be judged",
        "three cannot",
        "a new series cannot",
    ],
)
def test_a_day_is_held_against_what_is_usual(
    days: list[float], today: float, verdict: Verdict, severity: Severity | None
) -> None:
    given = cases.case(samples.rule(SPIKE), cases.before(TODAY, days), value=cases.usd(today))
    found = BASELINE.judge(given)
    assert (verdict, severity) == (found.verdict, found.severity)


def bar(days: list[float], text: str = SPIKE) -> float:
    """What the warning comes to, in USD."""
    case = cases.case(samples.rule(text), cases.before(TODAY, days), value=cases.usd(0))
    limit = BASELINE.judge(case).limit
    assert limit is not None
    assert isinstance(limit.value, Money)
    return float(limit.value.usd)


@pytest.mark.parametrize(
    ("window", "amount", "verdict"),
    [
        pytest.param("24h", 36, Verdict.HOLDS, id="a rolling day at nine tenths goes on"),
        pytest.param("24h", 35.99, Verdict.CLEAR, id="short of them it is over"),
        pytest.param("day", 39.99, Verdict.CLEAR, id="a day by the calendar is over at once"),
    ],
)
def test_what_fires_is_left_a_tenth_of_its_limit_to_swing_in(
    window: str, amount: float, verdict: Verdict
) -> None:
    rule = samples.rule(SPIKE.replace("window: day", f"window: {window}"))
    days = cases.before(TODAY, STEADY)
    given = cases.case(rule, days, value=cases.usd(amount), firing=True)
    assert verdict is BASELINE.judge(given).verdict


def test_the_limit_is_what_the_day_was_held_against_and_named_as_written() -> None:
    given = cases.case(samples.rule(SPIKE), cases.before(TODAY, STEADY), value=cases.usd(41))
    limit = BASELINE.judge(given).limit
    assert limit is not None
    assert (Severity.WARNING, cases.usd(40), "4x") == (limit.severity, limit.value, limit.text)


def test_idle_days_do_not_make_a_usual_day_smaller() -> None:
    assert bar(STEADY) == pytest.approx(bar(WEEKDAYS), rel=0.01)


def test_a_weekday_that_is_always_busy_may_be_busy() -> None:
    """Today is a Monday."""
    mondays = [40.0, *[10.0] * 6] * 8
    tuesdays = [10.0, 40.0, *[10.0] * 5] * 8
    assert bar(tuesdays) < 60
    assert bar(mondays) > 80


def test_the_weekdays_of_a_length_are_those_of_the_configured_zone() -> None:
    """At noon of a Monday in UTC it is Tuesday already on Kiritimati."""
    text = SPIKE.replace("day", "24h")
    tuesdays = cases.before(TODAY, [10.0, 40.0, *[10.0] * 5] * 8)
    there = Defaults(ZoneInfo("Pacific/Kiritimati"))
    found = [
        BASELINE.judge(cases.case(samples.rule(text, where), tuesdays, value=cases.usd(0))).limit
        for where in (Defaults(), there)
    ]
    assert found[0] is not None
    assert found[1] is not None
    assert metric.size(found[0].value) < metric.size(found[1].value)


def test_a_restless_series_must_pass_its_busy_days() -> None:
    assert bar(RESTLESS) >= 100


@pytest.mark.parametrize(
    ("days", "least", "most"),
    [
        ([*[10.0] * 6, 30.0] * 8, 37, 38),
        (STEADY, 15, 16),
        ([*[10.0] * 50, 30.0, *[10.0] * 9], 17, 30),
    ],
    ids=[
        "a quarter above the busy days",
        "outside the spread of the series",
        "the busiest day as far as it was no spike itself",
    ],
)
def test_a_low_factor_does_not_make_ordinary_days_spikes(
    days: list[float], least: float, most: float
) -> None:
    low = "metric: spend\nwindow: day\nbaseline: {warning: 1.1x}"
    assert least < bar(days, low) < most


def test_one_spike_does_not_hide_the_next() -> None:
    spiked = [*STEADY * 3]
    spiked[-10] = 1000
    assert bar(STEADY * 3) <= bar(spiked) < 100


def test_without_a_floor_the_multiple_is_all() -> None:
    bare = SPIKE.replace(", floor: 20 USD", "")
    assert 4 == pytest.approx(bar([1.0] * 28, bare))


def test_old_days_make_up_for_few_new_ones() -> None:
    """Weeks of 50 USD and then 10 USD once a week: four new days do not make a median yet."""
    seldom = [*[50.0] * 60, *[10.0, 0, 0, 0, 0, 0, 0] * 4]
    assert bar(seldom) > 150
    often = [*[50.0] * 60, *[10.0] * 28]
    wide = SPIKE.replace("28d", "60d")
    assert bar(often, wide) > bar(often)


def test_too_little_traffic_gives_no_verdict() -> None:
    rule = samples.rule(
        "metric: error_rate\nwindow: day\nmin_count: 20\nbaseline: {warning: 2x, floor: 10%}"
    )
    days = {TODAY - timedelta(days=number): Fraction(5) for number in range(1, 29)}
    few = cases.case(rule, days, value=Fraction(90), totals=Totals(judged=19))
    assert (Verdict.UNKNOWN, Cause.FEW) == (BASELINE.judge(few).verdict, BASELINE.judge(few).cause)
    enough = cases.case(rule, days, value=Fraction(90), totals=Totals(judged=20))
    assert BASELINE.judge(enough).verdict is Verdict.HOLDS
    nothing = cases.case(rule, days, value=None, totals=Totals(judged=20))
    assert BASELINE.judge(nothing).verdict is Verdict.UNKNOWN


def test_a_rolling_day_is_held_against_the_busier_of_its_two_weekdays() -> None:
    """From Sunday noon to Monday noon: Sundays are busy."""
    sundays = [*[10.0] * 6, 40.0] * 8
    rolling = SPIKE.replace("window: day", "window: 24h")
    assert bar(sundays) < 60
    assert bar(sundays, rolling) > 80


@pytest.mark.parametrize(
    ("factor", "written"), [(Fraction(4), "4x"), (Fraction(5, 2), "2.5x"), (Fraction(10), "10x")]
)
def test_a_factor_is_named_as_people_write_it(factor: Fraction, written: str) -> None:
    assert written == baseline.text(factor)


def test_history_is_whole_days_before_the_one_that_is_judged() -> None:
    rule = samples.rule(f"{SPIKE}\ntimezone: Europe/Berlin\ngroup_by: [user]")
    at = datetime(2026, 11, 16, 12, tzinfo=UTC)
    asked = BASELINE.history(rule, window.span_at(window.Period(window.Every.DAY, BERLIN), at), at)
    assert (
        Query(
            Reads.RECORDS,
            Span(
                window.day_start(BERLIN, TODAY - timedelta(days=112)),
                window.day_start(BERLIN, TODAY),
            ),
            rule.group_by,
            rule.where,
            days=BERLIN,
        )
        == asked
    )


def test_history_of_a_rolling_day_leaves_out_the_day_it_begins_in() -> None:
    rule = samples.rule(f"{SPIKE}\ntimezone: Europe/Berlin".replace("window: day", "window: 24h"))
    given = cases.case(rule)
    query = BASELINE.history(rule, given.span, given.at)
    assert query is not None
    assert query.days == BERLIN
    assert window.day_start(BERLIN, TODAY - timedelta(days=1)) == query.span.end


@pytest.mark.parametrize(
    "text",
    [
        SPIKE.replace("window: day", "window: week"),
        SPIKE.replace("window: day", "window: 6h"),
        "metric: spend\nwindow: day\nthresholds: {warning: 1 USD}",
        "metric: data_age\nthresholds: {warning: 1h}",
    ],
    ids=["a week", "six hours", "no baseline", "no window"],
)
def test_what_is_not_a_day_is_never_judged(text: str) -> None:
    flawed = "baseline" in text
    given = cases.case(samples.rule(text, flawed=flawed), value=cases.usd(10**6))
    assert BASELINE.history(given.rule, given.span, given.at) is None
    assert BASELINE.judge(given).verdict is Verdict.UNKNOWN


def test_no_series_is_looked_at_that_is_short_of_the_floor() -> None:
    assert cases.usd(20).nano == BASELINE.lowest(samples.rule(SPIKE))
    assert BASELINE.lowest(samples.rule(SPIKE.replace(", floor: 20 USD", ""))) is None
    plain = samples.rule("metric: spend\nwindow: day\nthresholds: {warning: 1 USD}")
    assert BASELINE.lowest(plain) is None
