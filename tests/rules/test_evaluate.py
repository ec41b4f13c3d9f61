from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from rules import evaluate, window
from rules.evaluate import QUIET, Judge, Known
from rules.finding import Cause, Finding, Series, Verdict
from rules.labels import Values
from rules.metric import Reads, Value
from rules.money import Money
from rules.record import Record
from rules.rule import Rule
from rules.scope import Scope
from rules.series import Only, Sums
from rules.terms import Severity
from rules.window import Span
from tests.rules import making, samples
from tests.rules.making import usd
from tests.rules.samples import NOON

HOUR = timedelta(hours=1)
ANA, BEN, CI = ("ana@acme.test",), ("ben@acme.test",), ("ci@acme.test",)
HOLDS, CLEAR, UNKNOWN = Verdict
FRESH = Known(NOON)
WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL


def rule(text: str, metric: str = "spend") -> Rule:
    grouped = text if "group_by" in text or metric == "data_age" else f"group_by: [user]\n{text}"
    timed = grouped if "window" in text or metric == "data_age" else f"window: day\n{grouped}"
    return samples.rule(f"metric: {metric}\n{timed}")


PLAIN = rule("thresholds: {warning: 50 USD, critical: 100 USD}")


def over(of: Rule, at: datetime = NOON) -> Span:
    return Span(at, at) if of.window is None else window.span_at(of.window, at)


def scope(of: Rule, only: Only = None, **changes: object) -> Scope:
    return replace(Scope(of, over(of), only), **changes)  # type: ignore[arg-type] # a table of changes


def spent(amount: int, user: Values = ANA, **changes: object) -> Record:
    return samples.record(user=user[0], credits=usd(amount), **changes)


def series(of: Rule, values: Values = ANA, condition: str = "thresholds") -> Series:
    return Series(of.name, condition, of.meaning, of.group_by, values)


def alerted(of: Rule, *values: Values, firing: bool = True) -> Known:
    """That series have alerts."""
    start = over(of).start if of.by_period else None
    keys = frozenset((series(of, each), start) for each in values)
    limit = of.every_terms[0].thresholds[0]
    return Known(NOON, alerts=keys, firing=dict.fromkeys(keys, (limit,)) if firing else {})


def judged(part: Scope, records: Iterable[Record] = (), known: Known = FRESH) -> list[Finding]:
    sums = Sums(records)
    answers = {query: sums.answer(query) for query in evaluate.queries([part], known.at)}
    return Judge(answers, known).findings(part)


def seen(found: Iterable[Finding]) -> dict[Values, tuple[Verdict, Value | None]]:
    return {each.series.values: (each.verdict, each.value) for each in found}


def test_a_finding_says_what_holds() -> None:
    (found,) = judged(scope(PLAIN), [spent(60), spent(20, BEN)])
    assert series(PLAIN) == found.series
    assert (HOLDS, WARNING, usd(60)) == (found.verdict, found.severity, found.value)
    assert (over(PLAIN), False, 1) == (found.span, found.closed, found.totals.streams)
    assert making.limit(WARNING, 50) == found.limit
    assert {(WARNING, "50 USD"), (CRITICAL, "100 USD")} == found.in_force


def test_what_is_clear_is_found_only_where_there_is_an_alert() -> None:
    found = judged(scope(PLAIN), [spent(20), spent(30, BEN)], alerted(PLAIN, ANA, CI))
    assert {ANA: (CLEAR, usd(20)), CI: (CLEAR, Money(0))} == seen(found)


def test_only_those_are_judged_that_are_asked_for() -> None:
    usage = [spent(60), spent(70, BEN)]
    found = judged(scope(PLAIN, frozenset({BEN})), usage, alerted(PLAIN, CI))
    assert {BEN: (HOLDS, usd(70))} == seen(found)


def test_a_closed_scope_makes_closed_findings() -> None:
    (found,) = judged(scope(PLAIN, closed=True), [spent(60)])
    assert found.closed


def test_an_alert_of_another_period_or_meaning_is_another_series() -> None:
    weekly = rule(
        "window: week\nthresholds: {warning: 50 USD}\noverrides: [{match: {user: x}, skip: true}]"
    )
    tasks = rule("group_by: [user, model]\nthresholds: {warning: 50 USD}")
    start = over(weekly).start
    keys = frozenset(
        {(series(weekly), start - HOUR), (series(weekly), None), (series(tasks, ("a", "b")), start)}
    )
    assert [] == judged(scope(weekly), [], Known(NOON, alerts=keys))


@pytest.mark.parametrize(
    ("metric", "limit", "expected"),
    [
        ("spend", "50 USD", usd(60)),
        ("tasks", "2", 2),
        ("cost_per_task", "30 USD", usd(30)),
        ("error_rate", "50%", Fraction(50)),
        ("streams", "2", 2),
    ],
)
def test_any_metric_is_judged(metric: str, limit: str, expected: Value) -> None:
    usage = [spent(40, key="1", status="failed"), spent(20, key="2", task="task-2")]
    found = judged(scope(rule(f"thresholds: {{warning: {limit}}}", metric)), usage)
    assert {ANA: (HOLDS, expected)} == seen(found)


def test_rules_of_two_metrics_do_not_share_an_order() -> None:
    counted = rule("thresholds: {warning: 2}", "streams")
    usage = [spent(60), spent(1, BEN, key="2"), spent(1, BEN, key="3")]
    scopes = [scope(PLAIN), scope(counted)]
    sums = Sums(usage)
    answers = {query: sums.answer(query) for query in evaluate.queries(scopes, NOON)}
    judge = Judge(answers, FRESH)
    assert [{ANA: (HOLDS, usd(60))}, {BEN: (HOLDS, 2)}] == [
        seen(judge.findings(part)) for part in scopes
    ]


def test_rules_that_ask_the_same_of_others_are_both_answered() -> None:
    other = PLAIN.model_copy(update={"name": "other"})
    parts = [scope(PLAIN, frozenset({ANA})), scope(other, frozenset({BEN})), scope(other, None)]
    assert [frozenset({ANA, BEN})] == list(evaluate.queries(parts[:2], NOON).values())
    assert [None] == list(evaluate.queries(parts, NOON).values())


def test_a_ratio_of_nothing_is_no_series() -> None:
    rate = rule("thresholds: {warning: 0%}", "error_rate")
    assert {} == seen(judged(scope(rate), [spent(5, status="aborted")]))


def test_an_override_below_the_rules_own_limit_is_seen() -> None:
    special = rule(
        "thresholds: {warning: 50 USD}\noverrides: [{match: {user: 'ben@*'}, thresholds: {info: 10 USD}}]"
    )
    found = judged(scope(special), [spent(20), spent(20, BEN), spent(5, CI)])
    assert [(BEN, Severity.INFO)] == [(each.series.values, each.severity) for each in found]
    assert {(Severity.INFO, "10 USD")} == found[0].in_force


SKIPPED = rule("thresholds: {warning: 50 USD}\noverrides: [{match: {user: 'ana@*'}, skip: true}]")


def test_a_series_that_is_skipped_says_nothing() -> None:
    assert {BEN: (HOLDS, usd(60))} == seen(judged(scope(SKIPPED), [spent(60), spent(60, BEN)]))


def test_an_alert_of_a_series_that_is_skipped_is_clear_and_has_no_limit_in_force() -> None:
    known = replace(alerted(SKIPPED, ANA), stale=frozenset({"acme"}))
    (found,) = judged(scope(SKIPPED), [spent(60)], known)
    assert (CLEAR, usd(60), frozenset()) == (found.verdict, found.value, found.in_force)


RECOVERING = rule("thresholds: {warning: 50 USD}\nrecover: 40 USD")


@pytest.mark.parametrize(
    ("firing", "closed", "expected"),
    [
        pytest.param(True, False, HOLDS, id="it fires"),
        pytest.param(False, False, CLEAR, id="it does not fire"),
        pytest.param(True, True, CLEAR, id="its period is over"),
    ],
)
def test_what_recovers_holds_while_it_fires(firing: bool, closed: bool, expected: Verdict) -> None:
    known = alerted(RECOVERING, ANA, firing=firing)
    (found,) = judged(scope(RECOVERING, closed=closed), [spent(45)], known)
    assert expected is found.verdict


def test_a_limit_that_was_raised_out_of_reach_has_nothing_to_recover_from() -> None:
    known = alerted(rule("thresholds: {warning: 30 USD}"), ANA)
    (found,) = judged(scope(RECOVERING), [spent(45)], known)
    assert CLEAR is found.verdict


def test_an_alert_goes_on_by_the_limit_that_holds_though_another_was_moved() -> None:
    known = alerted(RECOVERING, ANA)
    ((key, holds),) = known.firing.items()
    firing = {key: (making.limit(CRITICAL, 100), *holds)}
    (found,) = judged(scope(RECOVERING), [spent(45)], replace(known, firing=firing))
    assert HOLDS is found.verdict


def test_a_limit_is_in_force_for_the_condition_that_has_it() -> None:
    both = rule("window: month\nthresholds: {warning: 150 USD}\nforecast: {warning: 100 USD}")
    (found,) = judged(scope(both), [spent(160)])
    assert {(WARNING, "150 USD")} == found.in_force


BELOW = rule("thresholds: {warning: 50 USD}\nbelow: true\nwindow: 6h")


def test_below_a_limit_are_those_too_that_had_usage_lately() -> None:
    usage = [
        spent(60, at=NOON - HOUR),
        spent(20, BEN, at=NOON - HOUR),
        spent(20, CI, at=NOON - QUIET),
        spent(20, ("old",), at=NOON - QUIET - HOUR),
    ]
    assert {BEN: (HOLDS, usd(20)), CI: (HOLDS, Money(0))} == seen(judged(scope(BELOW), usage))


@pytest.mark.parametrize(
    ("of", "amount", "stale", "expected"),
    [
        pytest.param(PLAIN, 60, "acme", (HOLDS, Cause.NONE), id="what holds stands"),
        pytest.param(PLAIN, 40, "acme", (UNKNOWN, Cause.STALE), id="what is clear does not"),
        pytest.param(PLAIN, 40, "", (CLEAR, Cause.NONE), id="in fresh data it does"),
        pytest.param(BELOW, 40, "acme", (UNKNOWN, Cause.STALE), id="what is low does not"),
        pytest.param(BELOW, 60, "acme", (CLEAR, Cause.NONE), id="what is high enough does"),
    ],
)
def test_what_stale_data_proves(
    of: Rule, amount: int, stale: str, expected: tuple[Verdict, Cause]
) -> None:
    known = replace(alerted(of, ANA), stale=frozenset({stale} - {""}))
    (found,) = judged(scope(of), [spent(amount, at=NOON - HOUR)], known)
    assert expected == (found.verdict, found.cause)
    assert (found.severity is None) == (found.verdict is not HOLDS)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        pytest.param("group_by: [source]", ("acme",), CLEAR, id="another source is stale"),
        pytest.param("group_by: [source]", ("blue",), UNKNOWN, id="its own source is stale"),
        pytest.param("where: {source: acme}", ANA, CLEAR, id="a source is stale that is not read"),
        pytest.param("where: {source: 'b*'}", ANA, UNKNOWN, id="a source is stale that is read"),
        pytest.param("where: {model: opus}", ANA, UNKNOWN, id="any source is read"),
    ],
)
def test_whose_data_is_stale(text: str, values: Values, expected: Verdict) -> None:
    of = rule(f"thresholds: {{warning: 50 USD}}\n{text}")
    (found,) = judged(scope(of), [], replace(alerted(of, values), stale=frozenset({"blue"})))
    assert expected is found.verdict


@pytest.mark.parametrize(
    ("begins", "expected"),
    [
        pytest.param(over(PLAIN).start, (HOLDS, Cause.NONE), id="the ledger holds the window"),
        pytest.param(over(PLAIN).start + HOUR, (UNKNOWN, Cause.YOUNG), id="it begins inside"),
    ],
)
def test_a_window_from_before_the_ledger_is_unknown(
    begins: datetime, expected: tuple[Verdict, Cause]
) -> None:
    (found,) = judged(scope(PLAIN), [spent(60)], replace(alerted(PLAIN, ANA), begins=begins))
    assert expected == (found.verdict, found.cause)


AGE = rule("thresholds: {warning: 10m}\nwhere: {source: 'a*'}", "data_age")


def test_a_gauge_is_judged_for_each_source_that_it_is_known_of() -> None:
    minutes = {
        ("data_age", "acme"): timedelta(minutes=12),
        ("data_age", "alto"): timedelta(minutes=2),
        ("data_age", "blue"): timedelta(minutes=50),
        ("runway", "acorn"): timedelta(minutes=50),
    }
    known = Known(NOON, frozenset({"acme"}), NOON + HOUR, minutes)
    assert {("acme",): (HOLDS, timedelta(minutes=12))} == seen(judged(scope(AGE), [], known))


@pytest.mark.parametrize(
    ("sources", "minutes", "expected"),
    [
        pytest.param(None, None, (UNKNOWN, Cause.MISSING), id="its figure is not to be had"),
        pytest.param({"acme"}, None, (UNKNOWN, Cause.MISSING), id="its source is still there"),
        pytest.param({"acme"}, 12, (HOLDS, Cause.NONE), id="its figure is known"),
        pytest.param({"blue"}, None, (UNKNOWN, Cause.GONE), id="its source was removed"),
        pytest.param({"blue"}, 12, (UNKNOWN, Cause.GONE), id="whatever was known of it"),
    ],
)
def test_a_gauge_that_is_gone_is_unknown(
    sources: set[str] | None, minutes: int | None, expected: tuple[Verdict, Cause]
) -> None:
    known = replace(
        alerted(AGE, ("acme",)),
        gauges={("data_age", "acme"): timedelta(minutes=minutes)} if minutes else {},
        sources=None if sources is None else frozenset(sources),
    )
    (found,) = judged(scope(AGE), [], known)
    assert expected == (found.verdict, found.cause)
    assert (found.severity is None) == (found.verdict is UNKNOWN)


def usual(days: int, amount: int = 20) -> list[Record]:
    return [
        spent(amount, key=f"day-{day}", at=NOON - timedelta(days=day)) for day in range(1, days + 1)
    ]


SPIKE = rule("baseline: {over: 14d, warning: 2.5x}")


def test_a_baseline_is_held_against_the_days_before() -> None:
    (found,) = judged(scope(SPIKE), [*usual(20), spent(90), spent(90, BEN)])
    assert ("baseline", ANA, HOLDS) == (
        found.series.condition,
        found.series.values,
        found.verdict,
    )
    assert found.limit is not None
    assert {(WARNING, "2.5x")} == found.in_force == {(WARNING, found.limit.text)}
    assert not found.expected


def test_days_without_a_value_are_left_out_of_the_history() -> None:
    rate = rule("window: day\nbaseline: {warning: 2x}", "error_rate")
    quiet = [record._replace(status="aborted") for record in usual(20)]
    assert [] == judged(scope(rate), [*quiet, spent(1, status="failed")])


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(28, (HOLDS, Cause.NONE), id="enough is known of before"),
        pytest.param(27, (UNKNOWN, Cause.YOUNG), id="too little is, so that all would be new"),
    ],
)
def test_who_is_new_shows_in_a_long_enough_ledger(
    days: int, expected: tuple[Verdict, Cause]
) -> None:
    new = samples.rule("metric: first_seen\ngroup_by: [user]\nwindow: day\nthresholds: {info: 1}")
    begins = over(new).start - timedelta(days=days)
    (found,) = judged(scope(new), [spent(60)], replace(alerted(new, ANA), begins=begins))
    assert expected == (found.verdict, found.cause)


FORECAST = rule("window: month\nthresholds: {critical: 900 USD}\nforecast: {warning: 500 USD}")


def test_a_forecast_is_expected_and_judged_apart() -> None:
    found = judged(scope(FORECAST), usual(30))
    assert [("forecast", True, False)] == [
        (each.series.condition, each.expected, each.came_true) for each in found
    ]


def test_a_forecast_that_came_true_says_so() -> None:
    key = (series(FORECAST, ANA, "forecast"), over(FORECAST).start)
    found = judged(scope(FORECAST), [*usual(30), spent(800)], Known(NOON, alerts=frozenset({key})))
    assert [("thresholds", HOLDS, False), ("forecast", CLEAR, True)] == [
        (each.series.condition, each.verdict, each.came_true) for each in found
    ]


@pytest.mark.parametrize(
    ("daily", "expected"),
    [
        pytest.param(None, [ANA, BEN], id="all that are judged"),
        pytest.param(frozenset({BEN}), [BEN], id="some of them"),
        pytest.param(frozenset(), [], id="nobody"),
    ],
)
def test_who_is_forecast(daily: Only, expected: Sequence[Values]) -> None:
    usage = [record._replace(user=user[0]) for user in (ANA, BEN, CI) for record in usual(30)]
    part = scope(FORECAST, frozenset({ANA, BEN}), daily=daily)
    assert expected == [each.series.values for each in judged(part, usage)]


def asked(*parts: Scope) -> list[tuple[Reads, timedelta, bool, Only]]:
    return [
        (query.reads, query.span.length, query.days is not None, only)
        for query, only in evaluate.queries(parts, NOON).items()
    ]


DAY = timedelta(days=1)
ONE, TWO = frozenset({ANA}), frozenset({BEN})


def test_rules_that_look_at_the_same_share_a_query() -> None:
    other = rule("thresholds: {warning: 9%}", "error_rate")
    assert [(Reads.RECORDS, DAY, False, ONE | TWO)] == asked(scope(PLAIN, ONE), scope(other, TWO))


@pytest.mark.parametrize("parts", [(None, ONE), (ONE, None)])
def test_a_query_for_all_is_for_some_too(parts: Sequence[Only]) -> None:
    assert [(Reads.RECORDS, DAY, False, None)] == asked(*(scope(PLAIN, only) for only in parts))


def test_what_each_kind_of_rule_asks() -> None:
    costly = rule("thresholds: {warning: 1 USD}", "cost_per_task")
    assert [(Reads.RECORDS, DAY, False, ONE), (Reads.TASKS, DAY, False, ONE)] == asked(
        scope(costly, ONE)
    )
    assert [(Reads.RECORDS, 6 * HOUR, False, ONE), (Reads.RECORDS, QUIET, False, ONE)] == asked(
        scope(BELOW, ONE)
    )
    assert [] == asked(scope(AGE))


def test_history_is_asked_only_for_who_is_forecast() -> None:
    both = asked(scope(FORECAST, ONE | TWO, daily=ONE))
    assert [(False, ONE | TWO), (True, ONE)] == [(days, only) for _, _, days, only in both]
    nobody = asked(scope(FORECAST, ONE, daily=frozenset()))
    assert [(False, ONE)] == [(days, only) for _, _, days, only in nobody]
