from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from rules.labels import Label, Pattern, Selector
from rules.money import Money
from rules.reading import Defaults, Reading
from rules.rule import Rule
from rules.terms import Limit, Receivers, Severity
from rules.window import Every, Period, Rolling
from tests.rules import samples

BERLIN = ZoneInfo("Europe/Berlin")

SPEND = """
metric: spend
group_by: [user]
window: day
thresholds: {critical: 100 USD, warning: 50 USD}
"""


def usd(amount: int) -> Money:
    return Money.from_usd(amount)


def test_a_rule_says_what_it_was_given() -> None:
    rule = samples.rule("""
summary: Failures
metric: error_rate
where: {byok: true, model: [gpt-*, "!*-mini"]}
group_by: [user, model]
timezone: America/New_York
week_starts: sunday
window: week
min_count: 20
thresholds: {warning: 20%}
recover: 15%
for: 10m
keep: 15m
notify: [finops, owner]
repeat: 4h
runbook: https://wiki.acme.test/errors
""")
    assert ("a-rule", "Failures", "error_rate") == (rule.name, rule.summary, rule.metric.name)
    assert rule.where == Selector.of(
        {Label.BYOK: Pattern(("true",)), Label.MODEL: Pattern(("gpt-*",), ("*-mini",))}
    )
    assert (Label.USER, Label.MODEL) == rule.group_by
    assert Period(Every.WEEK, ZoneInfo("America/New_York"), week_starts=6) == rule.window
    assert (20, timedelta(minutes=10)) == (rule.min_count, rule.for_)
    assert (timedelta(minutes=15), timedelta(hours=4)) == (rule.keep, rule.repeat)
    assert Receivers(("finops", "owner")) == rule.notify
    assert "https://wiki.acme.test/errors" == rule.runbook
    assert Fraction(15) == rule.terms(("ana", "gpt-5")).recover


def test_a_rule_falls_back_to_the_defaults() -> None:
    defaults = Defaults(BERLIN, Decimal(20), samples.NOON)
    rule = samples.rule(
        "metric: spend\nwindow: credit_month\nthresholds: {info: 2 credits}", defaults
    )
    assert Period(Every.CREDIT_MONTH, BERLIN, anchor=samples.NOON) == rule.window
    assert usd(40) == rule.terms(()).thresholds[0].value


def test_only_a_credit_month_has_an_anchor() -> None:
    defaults = Defaults(credit_anchor=samples.NOON)
    rule = samples.rule("metric: spend\nwindow: month\nthresholds: {info: 1 USD}", defaults)
    assert Period(Every.MONTH, ZoneInfo("UTC")) == rule.window


def test_a_duration_is_a_rolling_window() -> None:
    rule = samples.rule("metric: spend\nwindow: 24H\nthresholds: {info: 1 USD}")
    assert Rolling(timedelta(hours=24), "24h") == rule.window


def test_a_gauge_needs_no_window() -> None:
    rule = samples.rule("metric: runway\nbelow: true\nthresholds: {info: 5d}")
    assert rule.window is None
    assert rule.below
    assert (Label.SOURCE,) == rule.group_by


def test_a_task_cost_is_always_grouped_by_task() -> None:
    rule = samples.rule(
        "metric: task_cost\ngroup_by: [user]\nwindow: 24h\nthresholds: {info: 1 USD}"
    )
    assert (Label.USER, Label.TASK) == rule.group_by


def test_a_label_counts_once() -> None:
    rule = samples.rule(
        "metric: task_cost\ngroup_by: [task, task]\nwindow: 24h\nthresholds: {info: 1 USD}"
    )
    assert (Label.TASK,) == rule.group_by


def test_limits_rise_with_their_severity() -> None:
    assert (
        Limit(Severity.WARNING, usd(50), "50 USD"),
        Limit(Severity.CRITICAL, usd(100), "100 USD"),
    ) == samples.rule(SPEND).terms(("ana",)).thresholds


def test_a_percentage_is_of_the_budget_and_says_so() -> None:
    rule = samples.rule(
        "metric: spend\nwindow: month\nbudget: 2000 USD\nthresholds: {info: 80%}\nforecast: {info: 110%}"
    )
    terms = rule.terms(())
    assert usd(2000) == terms.budget
    assert (Limit(Severity.INFO, usd(1600), "80% of 2000 USD"),) == terms.thresholds
    assert (Limit(Severity.INFO, usd(2200), "110% of 2000 USD"),) == terms.forecast


OVERRIDES = """
metric: spend
group_by: [user]
window: day
budget: 100 USD
thresholds: {warning: 50%}
min_count: 3
notify: [finops]
overrides:
  - {match: {user: ci@*}, skip: true}
  - {match: {user: "*@acme.test"}, budget: 10 USD, min_count: 0, notify: [owner]}
  - {match: {user: "*@acme.test"}, thresholds: {warning: 1 USD}, recover: 1 USD}
  - {match: {user: "*@other.test"}, thresholds: {critical: 90%}}
"""


def test_the_first_override_that_matches_wins() -> None:
    terms = samples.rule(OVERRIDES).terms(("ana@acme.test",))
    assert "override 2 (user=*@acme.test)" == terms.origin
    assert (usd(10), 0, Receivers(("owner",)), None) == (
        terms.budget,
        terms.min_count,
        terms.notify,
        terms.recover,
    )
    assert (Limit(Severity.WARNING, usd(5), "50% of 10 USD"),) == terms.thresholds


def test_receivers_may_be_named_for_each_severity() -> None:
    rule = samples.rule("""
metric: spend
group_by: [user]
window: month
thresholds: {info: 1 USD, warning: 2 USD, critical: 3 USD}
notify: {Critical: [finops, pager], warning: [finops]}
overrides: [{match: {user: a}, notify: {info: [owner]}}, {match: {user: b}, min_count: 1}]
""")
    own, theirs, taken_over = ([*map(terms.notify.at, Severity)] for terms in rule.every_terms)
    assert [(), ("finops",), ("finops", "pager")] == own == taken_over
    assert [("owner",), (), ()] == theirs


def test_an_override_takes_over_what_it_does_not_set() -> None:
    terms = samples.rule(OVERRIDES).terms(("ben@other.test",))
    assert (usd(100), 3, Receivers(("finops",))) == (terms.budget, terms.min_count, terms.notify)
    assert (Limit(Severity.CRITICAL, usd(90), "90% of 100 USD"),) == terms.thresholds


def test_series_that_no_override_matches_have_the_rules_own_terms() -> None:
    terms = samples.rule(OVERRIDES).terms(("cid@third.test",))
    assert "rule" == terms.origin
    assert not terms.skip


def test_an_override_can_skip_a_series() -> None:
    assert samples.rule(OVERRIDES).terms(("ci@acme.test",)).skip


def test_overrides_are_tried_in_order_from_the_rule_on() -> None:
    origins = [terms.origin for terms in samples.rule(OVERRIDES).every_terms]
    assert "rule" == origins[0]
    assert ["override 1", "override 2", "override 3", "override 4"] == [
        origin.partition(" (")[0] for origin in origins[1:]
    ]


@pytest.mark.parametrize(
    "override",
    [
        pytest.param(
            "{match: {user: a}, thresholds: {info: 50%}}", id="before one that has a budget"
        ),
        pytest.param(
            "{match: {user: b}, budget: 1 USD}\n  - {match: {user: a}, thresholds: {info: 50%}}",
            id="after one that has a budget",
        ),
    ],
)
def test_the_budget_of_one_override_is_not_that_of_another(override: str) -> None:
    found = samples.faults(f"{SPEND}overrides:\n  - {override}")
    assert ["`50%` is a percentage, but the rule has no budget that it could be of"] == found


RECOVERING = """
metric: spend
group_by: [user]
window: month
budget: 200 USD
thresholds: {warning: 80%, critical: 100%}
recover: 75%
overrides:
  - {match: {user: a}, budget: 50 USD}
  - {match: {user: b}, budget: 50 USD, recover: 60%}
  - {match: {user: c}, recover: 20 USD}
"""


def test_a_percentage_to_recover_at_is_of_the_budget_in_force() -> None:
    rule = samples.rule(RECOVERING)
    assert [usd(150), Money.from_usd(Decimal("37.5")), usd(30), usd(20)] == [
        rule.terms((user,)).recover for user in ("ana", "a", "b", "c")
    ]


def test_the_budget_of_the_last_override_is_not_what_the_rule_recovers_by() -> None:
    found = samples.faults(
        f"{SPEND}recover: 50%\noverrides: [{{match: {{user: a}}, budget: 9 USD, recover: 50%}}]"
    )
    assert ["`50%` is a percentage, but the rule has no budget that it could be of"] == found


@pytest.mark.parametrize("window", ["24h", "day"])
def test_a_rule_counts_in_its_own_zone_or_else_in_the_configured_one(window: str) -> None:
    text = f"metric: spend\nwindow: {window}\nbaseline: {{warning: 4x}}\n"
    assert BERLIN == samples.rule(text, Defaults(BERLIN)).zone
    own = samples.rule(f"{text}timezone: America/New_York", Defaults(BERLIN))
    assert ZoneInfo("America/New_York") == own.zone


def test_another_configured_zone_is_news_to_a_rule_that_looks_at_days() -> None:
    text = "metric: spend\nwindow: 24h\nbaseline: {warning: 4x}"
    assert samples.rule(text).digest != samples.rule(text, Defaults(BERLIN)).digest


def test_a_baseline_has_factors_by_severity() -> None:
    rule = samples.rule(
        "metric: spend\nwindow: day\nbaseline: {over: 14d, critical: 8x, warning: 4x, floor: 20 USD}"
    )
    assert rule.baseline is not None
    assert {Severity.WARNING: 4, Severity.CRITICAL: 8} == rule.baseline.factors
    assert timedelta(days=14) == rule.baseline.over
    assert rule.baseline.floor is not None
    assert usd(20) == rule.baseline.floor.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("metric: spend\nwindow: day", True, id="a sum in a calendar window"),
        pytest.param("metric: tasks\nwindow: day", True, id="a distinct count in one"),
        pytest.param("metric: task_cost\nwindow: day", True, id="a maximum in one"),
        pytest.param("metric: cost_per_task\nwindow: day", False, id="a ratio in one"),
        pytest.param("metric: spend\nwindow: 24h", False, id="a sum in a rolling window"),
        pytest.param("metric: credit_balance", False, id="a gauge"),
    ],
)
def test_some_rules_have_an_episode_for_each_period(text: str, expected: bool) -> None:
    limit = "5" if "tasks" in text else "5 USD"
    assert expected == samples.rule(f"{text}\nthresholds: {{info: {limit}}}").by_period


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        pytest.param("thresholds: {info: 7 USD}", True, id="limits"),
        pytest.param("summary: other words", True, id="words"),
        pytest.param("notify: [owner]", True, id="receivers"),
        pytest.param("notify: {info: [owner]}", True, id="receivers of a severity"),
        pytest.param("where: {byok: true}", False, id="what it selects"),
        pytest.param("timezone: Europe/Berlin", False, id="its zone"),
        pytest.param("week_starts: sun", False, id="the day its week starts"),
    ],
)
def test_only_what_is_measured_is_the_meaning_of_a_rule(changed: str, same: bool) -> None:
    base = {"metric": "spend", "window": "week", "thresholds": "{info: 1 USD}"}
    key, _, value = changed.partition(": ")
    before, after = (
        samples.rule("\n".join(f"{name}: {text}" for name, text in keys.items())).meaning
        for keys in (base, base | {key: value})
    )
    assert same is (before == after)


def test_the_digest_of_a_rule_is_that_of_its_content() -> None:
    one, same, other = (samples.rule(text) for text in (SPEND, SPEND, SPEND.replace("50", "60")))
    assert one.digest == same.digest
    assert one.digest != other.digest


def test_rolling_windows_have_a_meaning_without_a_zone() -> None:
    text = "metric: spend\nwindow: 24h\nthresholds: {info: 1 USD}"
    berlin = samples.rule(text, Defaults(BERLIN))
    assert samples.rule(text).meaning == berlin.meaning


def test_a_rule_is_read_anew_each_time() -> None:
    context = Reading(Defaults())
    keys = {"name": "a", "metric": "spend", "window": "day", "budget": "1 USD"}
    Rule.model_validate({**keys, "thresholds": {"info": "50%"}}, context=context)
    del keys["budget"]
    with pytest.raises(ValidationError, match="has no budget"):
        Rule.model_validate({**keys, "thresholds": {"info": "50%"}}, context=context)


@pytest.mark.parametrize(
    "key",
    [
        "recover: 5 USD",
        "budget: 5 USD",
        "thresholds: {warning: 5 USD}",
        "group_by: [user]",
        "where: {user: a}",
    ],
)
def test_a_metric_that_is_not_known_brings_no_second_fault(key: str) -> None:
    assert ['"spent" is not a metric; did you mean "spend"?'] == samples.faults(
        f"metric: spent\n{key}"
    )


def test_a_group_that_is_not_known_brings_no_second_fault() -> None:
    overrides = "overrides: [{match: {model: gpt-5}, skip: true}]"
    found = samples.faults(f"{SPEND.replace('[user]', '[usr]')}{overrides}")
    assert ['"usr" is not a label; did you mean "user"?'] == found


def test_a_window_that_is_not_known_brings_no_second_fault() -> None:
    found = samples.faults("metric: spend\nwindow: munth\nforecast: {info: 1 USD}")
    assert ['"munth" is not a window; did you mean "month"?'] == found


def test_a_task_cost_needs_no_group_by() -> None:
    rule = samples.rule("metric: task_cost\nwindow: 24h\nthresholds: {info: 1 USD}")
    assert (Label.TASK,) == rule.group_by


def test_an_override_of_a_rule_without_groups_matches_nothing() -> None:
    found = samples.faults(
        "metric: spend\nwindow: day\nthresholds: {info: 1 USD}\n"
        "overrides: [{match: {user: ana@acme.test}, skip: true}]"
    )
    assert ["overrides match user, which the rule does not group by"] == found
