from datetime import timedelta
from fractions import Fraction

import pytest

from rules import metric
from rules.labels import Label
from rules.metric import METRICS, Kind, Reads, Totals, Unit, Value
from rules.money import Money

SUMS = Totals(
    streams=10,
    errors=2,
    judged=8,
    unpriced=1,
    credits=100,
    neo_cost=20,
    llm_cost=3,
    steps=11,
    tool_calls=12,
    agent_triggers=13,
    execution_ms=1000,
    llm_ms=2000,
    tool_ms=3000,
    tasks=4,
    blocked=5,
    new=1,
)


VALUES: dict[str, Value | None] = {
    "spend": Money(120),
    "credits": Money(100),
    "neo_cost": Money(20),
    "llm_cost": Money(3),
    "total_cost": Money(123),
    "streams": 10,
    "errors": 2,
    "steps": 11,
    "tool_calls": 12,
    "agent_triggers": 13,
    "execution_time": timedelta(seconds=1),
    "llm_time": timedelta(seconds=2),
    "tool_time": timedelta(seconds=3),
    "tasks": 4,
    "blocked": 5,
    "error_rate": Fraction(25),
    "cost_per_task": Money(30),
    "task_cost": Money(120),
    "first_seen": 1,
    "credit_balance": None,
    "runway": None,
    "expires_in": None,
    "data_age": None,
    "drift": None,
}


@pytest.mark.parametrize(("name", "expected"), VALUES.items())
def test_every_metric_reads_its_value_from_totals(name: str, expected: Value | None) -> None:
    assert expected == METRICS[name].value(SUMS)


def test_the_table_above_names_every_metric() -> None:
    assert list(METRICS) == list(VALUES)


@pytest.mark.parametrize("name", ["error_rate", "cost_per_task"])
def test_a_ratio_of_nothing_gives_no_verdict(name: str) -> None:
    assert METRICS[name].value(metric.NOTHING) is None


def test_a_cost_per_task_is_rounded_to_the_nano_dollar() -> None:
    assert Money(33) == METRICS["cost_per_task"].value(Totals(credits=100, tasks=3))


def test_min_count_is_held_against_the_denominator() -> None:
    assert 8 == METRICS["error_rate"].count(SUMS)
    assert 10 == METRICS["spend"].count(SUMS)


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("tasks", Totals(tasks=3)),
        ("blocked", Totals(blocked=3)),
        ("tool_calls", Totals(tool_calls=3, tool_ms=90)),
        ("tool_time", Totals(tool_calls=3, tool_ms=90)),
        ("agent_triggers", Totals(agent_triggers=3)),
    ],
)
def test_where_streams_are_not_counted_min_count_is_of_what_is(name: str, there: Totals) -> None:
    assert 3 == METRICS[name].count(there)


@pytest.mark.parametrize(
    ("name", "label"),
    [("tool_calls", Label.TOOL), ("tool_time", Label.TOOL), ("agent_triggers", Label.AGENT)],
)
def test_neo_splits_only_some_metrics_by_tool_and_agent(name: str, label: Label) -> None:
    others = [other for other, entry in METRICS.items() if label in entry.labels and other != name]
    assert label in METRICS[name].labels
    assert set(others) <= {"tool_calls", "tool_time"}


def test_each_runaway_task_and_each_balance_is_its_own_series() -> None:
    assert {"task_cost": (Label.TASK,)} == {
        name: entry.always
        for name, entry in METRICS.items()
        if entry.always and entry.kind is not Kind.GAUGE
    }
    assert {(Label.SOURCE,)} == {
        entry.always for entry in METRICS.values() if entry.kind is Kind.GAUGE
    }


def test_ratios_name_every_query_they_need() -> None:
    assert (Reads.RECORDS, Reads.TASKS) == METRICS["cost_per_task"].reads


def test_totals_add_up_field_by_field() -> None:
    assert Totals(streams=3, blocked=5) == Totals(streams=1, blocked=5).plus(Totals(streams=2))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(Money(61_200_000_000), "$61.20", id="money"),
        pytest.param(1204, "1,204", id="a count"),
        pytest.param(Fraction(300, 7), "42.9%", id="a percentage"),
        pytest.param(timedelta(hours=2, minutes=5, seconds=9), "2h 5m", id="a duration"),
    ],
)
def test_a_value_is_written_as_people_read_it(value: Value, expected: str) -> None:
    assert expected == metric.text(value)


@pytest.mark.parametrize(
    ("value", "below", "expected"),
    [
        pytest.param(4, False, False, id="short of it"),
        pytest.param(5, False, True, id="at it"),
        pytest.param(6, False, True, id="past it"),
        pytest.param(4, True, True, id="under what it must not fall to"),
        pytest.param(5, True, True, id="at what it must not fall to"),
        pytest.param(6, True, False, id="above what it must not fall to"),
    ],
)
def test_a_limit_is_reached_from_the_side_where_alerts_are(
    value: int, below: bool, expected: bool
) -> None:
    assert expected is metric.reaches(value, 5, below=below)
    assert expected is metric.reaches(Money(value), Money(5), below=below)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        pytest.param(timedelta(0), "0s", id="nothing"),
        pytest.param(timedelta(milliseconds=900), "0s", id="less than a second"),
        pytest.param(timedelta(seconds=45), "45s", id="seconds"),
        pytest.param(timedelta(days=3, minutes=4), "3d 4m", id="an empty unit is left out"),
        pytest.param(timedelta(days=3, hours=4, minutes=5), "3d 4h", id="only two units"),
        pytest.param(-timedelta(minutes=90), "-1h 30m", id="before now"),
    ],
)
def test_a_duration_is_its_two_largest_units(span: timedelta, expected: str) -> None:
    assert expected == metric.duration_text(span)


def test_each_metric_has_a_unit_that_its_kind_allows() -> None:
    assert {"error_rate"} == {name for name, entry in METRICS.items() if entry.unit is Unit.PERCENT}
