from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules import scope, tick
from rules.alert import State
from rules.change import Change
from rules.labels import Label
from rules.reading import Defaults
from rules.rule import Rule
from rules.scope import Judged, News, Scope
from rules.series import Only
from rules.window import Rolling, Span
from tests.rules import making, samples
from tests.rules.samples import NOON

ANA, BEN = ("ana@acme.test",), ("ben@acme.test",)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUIET = News()
BEFORE = NOON - timedelta(minutes=1)


def rule(
    window: str = "day", more: str = "thresholds: {warning: 50 USD}", metric: str = "spend"
) -> Rule:
    return samples.rule(f"metric: {metric}\ngroup_by: [user]\nwindow: {window}\n{more}")


DAILY, ROLLING, RATIO = rule(), rule("6h"), rule("day", "thresholds: {warning: 9%}", "error_rate")
BELOW = rule("6h", "thresholds: {warning: 50 USD}\nbelow: true")
FORECAST = rule("month", "forecast: {warning: 50 USD}")
SPIKE = rule("24h", "baseline: {warning: 4x}")
GAUGE = samples.rule("metric: data_age\nthresholds: {warning: 10m}")


def last(of: Rule, at: datetime = BEFORE, since: datetime = NOON - 30 * DAY) -> Judged:
    return Judged(of.meaning, of.digest, since, at)


def changed(at: datetime, user: tuple[str] = ANA) -> Change:
    return making.change(samples.record(at=at, user=user[0]))


def planned(
    of: Rule, news: News = QUIET, judged: Judged | None = None, at: datetime = NOON
) -> list[Scope]:
    return tick.plan([of], {of.name: judged or last(of)}, news, at)


def test_a_rule_that_was_never_judged_is_judged_whole_for_the_first_time() -> None:
    (found,) = tick.plan([DAILY], {}, News(), NOON)
    assert (None, True, False) == (found.only, found.first, found.closed)
    assert Span(NOON - 12 * HOUR, NOON + 12 * HOUR) == found.span


def test_a_baseline_of_a_length_turns_with_the_days_of_the_configured_zone() -> None:
    """Of the 24 hours up to a midnight after the clock was set back, the first begins on the same day as the last."""
    text = "metric: spend\nwindow: 24h\nbaseline: {warning: 4x}"
    midnight = datetime(2026, 10, 25, 23, tzinfo=UTC)
    minute = timedelta(minutes=1)
    turned = {}
    for name in ("Europe/Berlin", "America/New_York"):
        usual = samples.rule(text, Defaults(ZoneInfo(name)))
        found = planned(usual, judged=last(usual, midnight - minute), at=midnight + minute)
        turned[name] = [part.only for part in found]
    assert {"Europe/Berlin": [None], "America/New_York": []} == turned


def test_a_rule_that_means_something_else_is_judged_for_the_first_time() -> None:
    (found,) = planned(DAILY, judged=last(rule("week")))
    assert found.first


def test_what_did_not_change_is_not_judged() -> None:
    for quiet in (DAILY, ROLLING, RATIO, BELOW, FORECAST, SPIKE):
        assert [] == planned(quiet)


def test_series_are_judged_of_which_records_changed() -> None:
    news = News(changes=[changed(NOON), changed(NOON, BEN), changed(NOON)])
    (found,) = planned(DAILY, news)
    assert (frozenset({ANA, BEN}), False) == (found.only, found.first)


def test_series_are_judged_whose_records_crossed_the_edge_of_their_window() -> None:
    news = News(changes=[changed(NOON)], crossing={Rolling(6 * HOUR, "6h"): [changed(NOON, BEN)]})
    (rolling,), (daily,) = planned(ROLLING, news), planned(DAILY, news)
    assert (frozenset({ANA, BEN}), frozenset({ANA})) == (rolling.only, daily.only)


@pytest.mark.parametrize(
    ("of", "judged", "news"),
    [
        pytest.param(DAILY, last(rule(more="thresholds: {info: 1 USD}")), News(), id="other terms"),
        pytest.param(DAILY, last(DAILY, NOON - 13 * HOUR), News(), id="the period turned"),
        pytest.param(RATIO, last(RATIO, NOON - 13 * HOUR), News(), id="a ratio's period turned"),
        pytest.param(DAILY, last(DAILY, NOON + HOUR), News(), id="the clock was set back"),
        pytest.param(GAUGE, last(GAUGE), News(), id="a gauge moves by itself"),
        pytest.param(FORECAST, last(FORECAST, NOON - 13 * HOUR), News(), id="a day to forecast by"),
        pytest.param(SPIKE, last(SPIKE, NOON - 13 * HOUR), News(), id="a day more is usual"),
        pytest.param(BELOW, last(BELOW), News(aged=True), id="what is low may be proven now"),
        pytest.param(
            ROLLING, last(ROLLING), News(begins=NOON - 6 * HOUR), id="the window is in the ledger"
        ),
    ],
)
def test_a_rule_is_judged_whole(of: Rule, judged: Judged, news: News) -> None:
    (found,) = planned(of, news, judged)
    assert (None, None, False) == (found.only, found.daily, found.first)


@pytest.mark.parametrize(
    ("of", "news"),
    [
        pytest.param(ROLLING, News(aged=True), id="a high value is proven by stale data too"),
        pytest.param(ROLLING, News(begins=NOON - 5 * HOUR), id="its window begins earlier still"),
        pytest.param(
            ROLLING, News(begins=BEFORE - 6 * HOUR), id="its window was in the ledger before"
        ),
    ],
)
def test_a_rule_is_not_judged_whole_in_vain(of: Rule, news: News) -> None:
    assert [] == planned(of, news)


def test_a_series_is_judged_whose_timer_is_due() -> None:
    (found,) = planned(ROLLING, News(due=[making.alert(by_period=False)]))
    assert frozenset({ANA}) == found.only
    assert [] == planned(ROLLING, News(due=[making.alert(series=replace(making.SERIES, rule="b"))]))


TODAY = Span(NOON - 12 * HOUR, NOON + 12 * HOUR)
YESTERDAY = Span(TODAY.start - DAY, TODAY.start)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(changed(NOON), frozenset({BEN}), id="not by what changed today"),
        pytest.param(changed(TODAY.start - HOUR), frozenset({ANA, BEN}), id="by earlier days"),
    ],
)
def test_who_is_forecast_when_something_changed(change: Change, expected: Only) -> None:
    alert = making.alert(span=Span(NOON - 20 * DAY, NOON + DAY))
    alert = replace(alert, series=replace(alert.series, values=BEN))
    (found,) = planned(FORECAST, News(changes=[change], due=[alert]))
    assert (frozenset({ANA, BEN}), expected) == (found.only, found.daily)


def test_who_fires_on_a_forecast_is_forecast_with_every_change() -> None:
    ana = making.alert(span=Span(NOON - 20 * DAY, NOON + DAY))
    idle = replace(ana, series=replace(ana.series, values=BEN))
    other = replace(ana, series=replace(ana.series, rule="b"))
    changes = [changed(NOON), changed(NOON, ("ci@acme.test",))]
    (found,) = planned(FORECAST, News(changes=changes, expecting=[ana, idle, other]))
    assert frozenset({ANA}) == found.daily
    assert [] == planned(FORECAST, News(expecting=[ana]))


def closed(of: Rule, news: News, since: datetime = NOON - 30 * DAY) -> list[tuple[Span, Only]]:
    found = planned(of, news, last(of, since=since))
    return [(each.span, each.only) for each in found if each.closed]


def test_a_closed_period_is_judged_when_its_sums_change() -> None:
    news = News(changes=[changed(YESTERDAY.start), changed(NOON, BEN)])
    assert [(YESTERDAY, frozenset({ANA}))] == closed(DAILY, news)


def test_a_closed_period_is_judged_to_end_its_alerts() -> None:
    over = making.alert(span=YESTERDAY)
    ben = replace(over, series=replace(over.series, values=BEN))
    news = News(changes=[changed(YESTERDAY.start)], due=[ben, making.alert(span=TODAY)])
    found = planned(DAILY, news)
    assert [(True, frozenset({ANA, BEN})), (False, frozenset({ANA}))] == [
        (each.closed, each.only) for each in found
    ]


def test_an_alert_is_over_at_the_very_end_of_its_period() -> None:
    news = News(due=[making.alert(span=YESTERDAY)])
    found = planned(DAILY, news, last(DAILY, YESTERDAY.end - HOUR), YESTERDAY.end)
    assert [(YESTERDAY, frozenset({ANA})), (TODAY, None)] == [
        (each.span, each.only) for each in found
    ]


def test_a_period_that_came_and_went_between_two_ticks_is_judged_whole() -> None:
    found = planned(DAILY, QUIET, last(DAILY, YESTERDAY.start - HOUR))
    assert [(YESTERDAY, None, True), (TODAY, None, False)] == [
        (each.span, each.only, each.closed) for each in found
    ]


def test_a_change_that_spans_two_periods_touches_both() -> None:
    long = replace(changed(YESTERDAY.start), last=NOON)
    assert [YESTERDAY] == [span for span, _ in closed(DAILY, News(changes=[long]))]


def test_who_was_new_is_judged_again_when_earlier_usage_comes_to_light() -> None:
    new = samples.rule("metric: first_seen\ngroup_by: [user]\nwindow: day\nthresholds: {info: 1}")
    news = News(changes=[changed(YESTERDAY.start - 40 * DAY)])
    assert (YESTERDAY, frozenset({ANA})) in closed(new, news)
    assert [] == closed(DAILY, news)


@pytest.mark.parametrize(
    ("at", "days"),
    [
        pytest.param(TODAY.start, [], id="this period"),
        pytest.param(TODAY.start - 7 * DAY, [7], id="a week ago, by half a day"),
        pytest.param(TODAY.start - 7 * DAY - HOUR, [], id="more than a week ago"),
    ],
)
def test_a_closed_period_is_judged_for_a_week(at: datetime, days: Sequence[int]) -> None:
    found = closed(DAILY, News(changes=[changed(at)]))
    assert [TODAY.start - day * DAY for day in days] == [span.start for span, _ in found]


@pytest.mark.parametrize(
    ("since", "count"),
    [
        pytest.param(YESTERDAY.end - HOUR, 1, id="it was judged while it was open"),
        pytest.param(YESTERDAY.end, 0, id="it was over before the rule was first judged"),
    ],
)
def test_periods_from_before_a_rule_say_nothing(since: datetime, count: int) -> None:
    assert count == len(closed(DAILY, News(changes=[changed(YESTERDAY.start)]), since))


@pytest.mark.parametrize(("since", "count"), [(NOON - 30 * DAY, 7), (YESTERDAY.start, 1)])
def test_what_must_be_judged_anew_is_so_in_the_periods_of_a_week_too(
    since: datetime, count: int
) -> None:
    found = planned(DAILY, judged=replace(last(DAILY, since=since), terms=""))
    assert [None] * count == [each.only for each in found if each.closed]


def test_ratios_and_rolling_windows_have_no_closed_periods() -> None:
    news = News(changes=[changed(YESTERDAY.start)])
    assert [] == closed(RATIO, news)
    assert [] == closed(ROLLING, news)


def test_a_rule_by_tool_is_judged_whole_in_a_closed_period_too() -> None:
    tools = samples.rule("metric: tool_calls\ngroup_by: [tool]\nwindow: day\nthresholds: {info: 1}")
    found = planned(
        tools, News(changes=[changed(YESTERDAY.start)], due=[making.alert(span=YESTERDAY)])
    )
    assert [(True, None), (False, None)] == [(each.closed, each.only) for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("group_by: [user]", frozenset({ANA}), id="by user"),
        pytest.param("group_by: [task, byok]", frozenset({("task-1", "false")}), id="by two"),
        pytest.param("where: {user: 'ben@*'}", frozenset(), id="another user's"),
        pytest.param("where: {tool: nmap}", frozenset({()}), id="perhaps its tool"),
    ],
)
def test_what_a_change_touches(text: str, expected: Only) -> None:
    of = samples.rule(f"metric: spend\nwindow: day\nthresholds: {{warning: 1 USD}}\n{text}")
    assert expected == scope.touched(of.group_by, of.where, [changed(NOON)])


def test_who_used_a_tool_is_not_known_of_a_change() -> None:
    of = samples.rule(
        "metric: tool_calls\nwindow: day\ngroup_by: [tool]\nthresholds: {warning: 1}\nwhere: {user: 'ana@*'}"
    )
    assert scope.touched(of.group_by, of.where, [changed(NOON)]) is None
    assert frozenset() == scope.touched(of.group_by, of.where, [changed(NOON, BEN)])
    assert (Label.TOOL,) == of.group_by


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("where: {user: 'ana@*'}", ["a-rule", "b-rule"], id="other terms"),
        pytest.param("where: {user: 'ben@*'}", ["a-rule"], id="another filter"),
    ],
)
def test_rules_share_what_is_dirty_where_they_look_at_the_same(
    text: str, expected: list[str]
) -> None:
    mine = rule(more="thresholds: {warning: 1 USD}\nwhere: {user: 'ana@*'}")
    other = rule(more=f"thresholds: {{info: 1 USD}}\n{text}").model_copy(update={"name": "b-rule"})
    judged = {each.name: last(each) for each in (mine, other)}
    found = tick.plan([mine, other], judged, News(changes=[changed(NOON)]), NOON)
    assert expected == [each.rule.name for each in found]


@pytest.mark.parametrize(("minutes", "count"), [(-1, 0), (0, 1)], ids=["before", "at"])
def test_a_day_turns_at_midnight_of_its_zone(minutes: int, count: int) -> None:
    midnight = TODAY.end - HOUR
    berlin = samples.rule(
        "metric: spend\nwindow: day\nthresholds: {warning: 1 USD}",
        Defaults(zone=ZoneInfo("Europe/Berlin")),
    )
    at = midnight + timedelta(minutes=minutes)
    assert count == len(planned(berlin, QUIET, last(berlin, midnight - HOUR), at))


def test_what_is_remembered_of_a_rule() -> None:
    first = scope.remember(DAILY, None, NOON)
    assert Judged(DAILY.meaning, DAILY.digest, NOON, NOON) == first
    assert replace(first, at=NOON + HOUR) == scope.remember(DAILY, first, NOON + HOUR)
    anew = scope.remember(ROLLING, first, NOON + HOUR)
    assert Judged(ROLLING.meaning, ROLLING.digest, NOON + HOUR, NOON + HOUR) == anew


def test_alerts_that_ended_with_their_period_can_be_judged_again_when_a_source_is_back() -> None:
    ended = making.alert(span=YESTERDAY, state=State.CLOSED)
    assert [(YESTERDAY, frozenset({ANA}))] == closed(DAILY, News(due=[ended], aged=True))


def test_rules_that_ask_the_same_share_one_plan() -> None:
    other = DAILY.model_copy(update={"name": "other"})
    judged = {DAILY.name: last(DAILY), other.name: last(other)}
    mine, theirs = tick.plan([DAILY, other], judged, News(changes=[changed(NOON)]), NOON)
    assert (DAILY, other) == (mine.rule, theirs.rule)
    assert (mine.span, frozenset({ANA})) == (theirs.span, theirs.only)
    assert mine.only is theirs.only


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("window: day\ngroup_by: [model]", id="another grouping"),
        pytest.param("window: week\ngroup_by: [user]", id="another window"),
        pytest.param("window: day\ngroup_by: [user]\nwhere: {user: ben@*}", id="another selection"),
    ],
)
def test_rules_that_ask_something_else_have_a_plan_of_their_own(text: str) -> None:
    own = samples.rule(f"metric: spend\n{text}\nthresholds: {{warning: 9 USD}}")
    other = own.model_copy(update={"name": "other"})
    judged, news = (
        {each.name: last(each) for each in (DAILY, other)},
        News(changes=[changed(NOON), changed(NOON, BEN)]),
    )
    assert tick.plan([other], judged, news, NOON) == [
        part for part in tick.plan([DAILY, other], judged, news, NOON) if part.rule is other
    ]


def test_a_timer_of_one_rule_is_nothing_to_another_that_asks_the_same() -> None:
    other = DAILY.model_copy(update={"name": "other"})
    judged = {DAILY.name: last(DAILY), other.name: last(other)}
    alert = making.alert(series=replace(making.SERIES, values=BEN), by_period=False)
    news = News(changes=[changed(NOON)], due=[alert])
    mine, theirs = tick.plan([DAILY, other], judged, news, NOON)
    assert (frozenset({ANA, BEN}), frozenset({ANA})) == (mine.only, theirs.only)
