from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rules import window
from rules.condition import projection, table
from rules.condition.case import Case
from rules.condition.forecast import FORECAST
from rules.finding import Cause, Verdict
from rules.metric import Reads
from rules.reading import Defaults
from rules.series import Query
from rules.terms import Severity
from rules.window import Span
from tests.rules import samples
from tests.rules.condition import cases
from tests.rules.condition.cases import TODAY

MONTHLY = "metric: spend\nwindow: month\nforecast: {warning: 2900 USD, critical: 4000 USD}"
CREDIT = "metric: spend\nwindow: credit_month\nforecast: {warning: 2950 USD}"
BERLIN = ZoneInfo("Europe/Berlin")


def steady(usd_a_day: float, days: int = 30) -> list[float]:
    return [usd_a_day] * days


def case(text: str = MONTHLY, amounts: list[float] | None = None, **given: Any) -> Case:
    today = given.get("today", TODAY)
    days = cases.before(today, steady(100) if amounts is None else amounts)
    return cases.case(samples.rule(text), days, **given)


@pytest.mark.parametrize(
    ("amounts", "verdict", "severity"),
    [
        (steady(90), Verdict.CLEAR, None),
        (steady(100), Verdict.HOLDS, Severity.WARNING),
        (steady(140), Verdict.HOLDS, Severity.CRITICAL),
        ([*steady(90), 1000], Verdict.CLEAR, None),
        ([*steady(90), 1000, 90], Verdict.HOLDS, Severity.WARNING),
    ],
    ids=[
        "a total short of every limit is clear",
        "a total over a limit, yesterday and today, holds",
        "the worst limit counts",
        "over for the first time today is not enough without a range",
        "a day later it is",
    ],
)
def test_it_speaks_when_the_expected_total_is_over_two_days_in_a_row(
    amounts: list[float], verdict: Verdict, severity: Severity | None
) -> None:
    found = FORECAST.judge(case(amounts=amounts))
    assert (verdict, severity) == (found.verdict, found.severity)


def test_it_speaks_at_once_when_even_the_low_end_of_the_range_is_over() -> None:
    jump = [*steady(90, 130), 1500]
    assert FORECAST.judge(case(amounts=jump)).verdict is Verdict.HOLDS
    assert FORECAST.judge(case(amounts=jump[-40:])).verdict is Verdict.CLEAR


def test_the_low_end_counts_for_each_severity_alone() -> None:
    """The warning was expected yesterday too; the critical limit is over at the low end, since today."""
    found = FORECAST.judge(case(amounts=[*steady(100, 130), 1500]))
    assert (Verdict.HOLDS, Severity.CRITICAL) == (found.verdict, found.severity)
    found = FORECAST.judge(case(amounts=[*steady(100, 40), 1500]))
    assert (Verdict.HOLDS, Severity.WARNING) == (found.verdict, found.severity)


def test_the_value_is_the_expected_total_and_the_limit_as_written() -> None:
    found = FORECAST.judge(case())
    assert cases.usd(3000) == found.value
    assert found.limit is not None
    assert "2900 USD" == found.limit.text


@pytest.mark.parametrize(
    ("today", "amounts", "verdict"),
    [
        (date(2026, 11, 2), steady(100), Verdict.UNKNOWN),
        (date(2026, 11, 3), steady(100, 131), Verdict.HOLDS),
        (date(2026, 11, 3), steady(100), Verdict.CLEAR),
        (date(2026, 11, 4), steady(100), Verdict.HOLDS),
        (TODAY, [*steady(200, 6), 0, 0], Verdict.UNKNOWN),
        (TODAY, [*steady(500, 7), 0, 0], Verdict.HOLDS),
        (TODAY, [], Verdict.UNKNOWN),
    ],
    ids=[
        "never before day 3 of the period",
        "on day 3 by the range",
        "on day 3 without a range there is no second day to go by",
        "from day 4 by two days in a row",
        "never with fewer than 7 active days",
        "with 7 active days",
        "never without any",
    ],
)
def test_too_early_gives_no_verdict(today: date, amounts: list[float], verdict: Verdict) -> None:
    found = FORECAST.judge(case(amounts=amounts, today=today))
    assert verdict == found.verdict
    assert (Cause.FEW if verdict is Verdict.UNKNOWN else Cause.NONE) == found.cause


@pytest.mark.parametrize("hour", range(0, 24, 5))
def test_the_verdict_is_the_same_all_day(hour: int) -> None:
    at = datetime(2026, 11, 16, hour, 30, tzinfo=UTC)
    morning = FORECAST.judge(case())
    assert morning == FORECAST.judge(case(at=at, value=cases.usd(1500 + 60 * hour)))


@pytest.mark.parametrize(
    ("amounts", "firing", "verdict"),
    [
        ([*steady(100), 0], True, Verdict.HOLDS),
        ([*steady(100), 0, 0, 0, 0], True, Verdict.CLEAR),
        ([*steady(60), 1000], True, Verdict.CLEAR),
        ([*steady(90), 1000], True, Verdict.HOLDS),
        ([*steady(90), 1000], False, Verdict.CLEAR),
    ],
    ids=[
        "short of the limit for one day it goes on",
        "short of the limit for two days it is over",
        "a busy day that leaves the total short changes nothing",
        "over the limit today it goes on",
        "what does not fire needs more",
    ],
)
def test_what_fires_does_not_flap(amounts: list[float], firing: bool, verdict: Verdict) -> None:
    text = MONTHLY.replace("2900", "2850")
    assert verdict == FORECAST.judge(case(text, amounts, firing=firing)).verdict


def test_what_fires_on_day_three_goes_on_by_that_day_alone() -> None:
    given = case(today=date(2026, 11, 3), firing=True)
    assert FORECAST.judge(given).verdict is Verdict.HOLDS


BOTH = f"{MONTHLY}\nthresholds: {{warning: 2900 USD, critical: 4000 USD}}"


@pytest.mark.parametrize(
    ("text", "amounts", "so_far", "verdict", "came_true"),
    [
        (BOTH, steady(100), 2899, Verdict.HOLDS, False),
        (BOTH, steady(100), 2900, Verdict.CLEAR, True),
        (BOTH, steady(140), 2900, Verdict.HOLDS, False),
        (BOTH, steady(200), 4100, Verdict.CLEAR, True),
        (MONTHLY, steady(100), 2900, Verdict.HOLDS, False),
        (f"{MONTHLY}\nthresholds: {{warning: 2000 USD}}", steady(100), 2950, Verdict.HOLDS, False),
    ],
    ids=[
        "short of the threshold the forecast holds",
        "once the threshold is reached it came true",
        "a worse limit that is still ahead is forecast on",
        "all of them came true",
        "without a threshold to say so the forecast goes on",
        "a threshold nearer than the limit says something else",
    ],
)
def test_a_forecast_ends_when_the_threshold_itself_is_reached(
    text: str, amounts: list[float], so_far: float, verdict: Verdict, came_true: bool
) -> None:
    found = FORECAST.judge(case(text, amounts, value=cases.usd(so_far)))
    assert (verdict, came_true) == (found.verdict, found.came_true)


def test_below_warns_of_a_total_that_will_stay_short() -> None:
    text = "metric: spend\nwindow: month\nbelow: true\nforecast: {warning: 2000 USD}"
    assert FORECAST.judge(case(text, value=cases.usd(1000))).verdict is Verdict.CLEAR
    assert FORECAST.judge(case(text, steady(50))).verdict is Verdict.HOLDS
    assert FORECAST.judge(case(text, [*[20, 114] * 65, 0])).verdict is Verdict.CLEAR


def test_a_series_that_no_override_limits_is_clear() -> None:
    rule = samples.rule(
        "metric: spend\nwindow: month\ngroup_by: [user]\n"
        "overrides: [{match: {user: ana@*}, forecast: {warning: 5 USD}}]"
    )
    assert (FORECAST,) == table.of(rule)
    days = cases.before(TODAY, steady(100))
    found = FORECAST.judge(cases.case(rule, days, values=("bo@acme.test",)))
    assert (Verdict.CLEAR, None, False) == (found.verdict, found.limit, found.came_true)


def test_a_period_that_is_over_is_not_forecast() -> None:
    given = case()
    ended = case(at=given.span.end, span=given.span)
    assert FORECAST.judge(ended).verdict is Verdict.UNKNOWN
    assert FORECAST.history(given.rule, given.span, given.span.end) is None


def test_a_forecast_is_made_once_a_day() -> None:
    assert FORECAST.daily


def test_history_is_whole_local_days_up_to_yesterday() -> None:
    rule = samples.rule(f"{MONTHLY}\ntimezone: Europe/Berlin\ngroup_by: [user]")
    given = cases.case(rule, values=("ana@acme.test",))
    begins = window.day_start(BERLIN, TODAY - projection.REACH)
    assert Query(
        Reads.RECORDS,
        Span(begins, window.day_start(BERLIN, TODAY)),
        rule.group_by,
        rule.where,
        days=BERLIN,
    ) == FORECAST.history(rule, given.span, given.at)


def test_history_reaches_back_to_the_start_of_a_long_period() -> None:
    rule = samples.rule("metric: spend\nwindow: year\nforecast: {warning: 9 USD}")
    given = cases.case(rule)
    query = FORECAST.history(rule, given.span, given.at)
    assert query is not None
    assert given.span.start == query.span.start


def test_history_is_not_asked_for_before_there_can_be_a_verdict() -> None:
    given = case(today=date(2026, 11, 2))
    assert FORECAST.history(given.rule, given.span, given.at) is None


def test_a_period_without_a_calendar_has_no_forecast() -> None:
    rule = samples.rule("metric: spend\nwindow: 7d\nthresholds: {warning: 9 USD}")
    given = cases.case(rule, cases.before(TODAY, steady(100)))
    assert FORECAST.judge(given).verdict is Verdict.UNKNOWN
    assert FORECAST.history(rule, given.span, given.at) is None


def test_a_credit_month_that_turns_inside_a_day_counts_whole_days() -> None:
    anchor = datetime(2026, 10, 5, 14, 30, tzinfo=UTC)
    rule = samples.rule(CREDIT, Defaults(credit_anchor=anchor))
    found = FORECAST.judge(cases.case(rule, cases.before(TODAY, steady(100))))
    assert cases.usd(30 * 100) == found.value


def test_days_of_counts_and_durations_are_forecast_in_their_unit() -> None:
    days = {TODAY - timedelta(days=number): 10 for number in range(1, 31)}
    rule = samples.rule("metric: streams\nwindow: month\nforecast: {warning: 300}")
    assert 300 == FORECAST.judge(cases.case(rule, days)).value
    hours = {day: timedelta(hours=count) for day, count in days.items()}
    rule = samples.rule("metric: llm_time\nwindow: month\nforecast: {warning: 300h}")
    assert timedelta(hours=300) == FORECAST.judge(cases.case(rule, hours)).value
