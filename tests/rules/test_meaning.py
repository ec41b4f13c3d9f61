from datetime import datetime
from itertools import combinations

import pytest

from rules import meaning as meanings
from rules.reading import Defaults
from tests.rules import samples

SPEND = "metric: spend\nthresholds: {info: 1 USD}\n"


def meaning(text: str, anchor: str | None = None) -> str:
    turn = None if anchor is None else datetime.fromisoformat(f"{anchor}+00:00")
    return samples.rule(SPEND + text, Defaults(credit_anchor=turn)).meaning


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("window: 24h", "window: 1d", id="a length in other units"),
        pytest.param("window: 1h30m", "window: 90M", id="a length in parts"),
        pytest.param(
            'window: day\nwhere: {model: [x, y, "!a", "!b"]}',
            'window: day\nwhere: {model: ["!b", y, "!a", x, x]}',
            id="patterns in another order, or twice",
        ),
        pytest.param(
            "window: day\nwhere: {user: Ana@acme.test, byok: true}",
            'window: day\nwhere: {byok: "true", user: ana@acme.test}',
            id="labels in another order",
        ),
        pytest.param("window: day", "window: day\nweek_starts: sun", id="a day in another week"),
        pytest.param("window: hour", "window: hour\nmonth_starts: 9", id="an hour of any month"),
        pytest.param("window: week", "window: week\nmonth_starts: 9", id="a week of any month"),
        pytest.param("window: year", "window: year\nweek_starts: sun", id="a year of any weeks"),
        pytest.param("window: 24h", "window: 24h\ntimezone: Europe/Berlin", id="a length anywhere"),
    ],
)
def test_what_is_only_written_otherwise_means_the_same(one: str, other: str) -> None:
    assert meaning(one) == meaning(other)


DIFFERENT = [
    "window: day",
    "window: week",
    "window: week\nweek_starts: sun",
    "window: month",
    "window: month\nmonth_starts: 9",
    "window: month\ntimezone: Europe/Berlin",
    "window: quarter\nmonth_starts: 9",
    "window: year\nmonth_starts: 9",
    "window: credit_month",
    "window: credit_month\nmonth_starts: 9",
    "window: 24h",
    "window: 1440m1s",
    "window: day\ngroup_by: [user, model]",
    "window: day\ngroup_by: [model, user]",
    "window: day\nwhere: {user: a}",
    "window: day\nwhere: {model: a}",
    'window: day\nwhere: {user: "!a"}',
    'window: day\nwhere: {user: "a,b"}',
    "window: day\nwhere: {user: [a, b]}",
    'window: day\nwhere: {user: [a, "!b"]}',
    'window: day\nwhere: {user: "a,!b"}',
    'window: day\nwhere: {source: "a user=b"}',
    "window: day\nwhere: {source: a, user: b}",
]


def test_what_measures_otherwise_means_something_else() -> None:
    assert [] == [pair for pair in combinations(DIFFERENT, 2) if len({*map(meaning, pair)}) == 1]


CREDITS = "window: credit_month"


def test_a_later_turn_of_the_same_credit_months_changes_nothing() -> None:
    turns = ["2026-11-12T09:30", "2026-12-12T09:30", "2027-02-12T09:30"]
    assert 1 == len({meaning(CREDITS, turn) for turn in turns})


def test_other_credit_months_are_another_meaning() -> None:
    turns = [None, "2026-11-12T09:30", "2026-11-13T09:30", "2026-11-12T09:31", "2026-11-01T00:00"]
    assert len(turns) == len({meaning(CREDITS, turn) for turn in turns})


def test_once_the_plan_says_when_it_turns_no_day_of_the_rule_counts() -> None:
    assert meaning(CREDITS, "2026-11-12") == meaning(f"{CREDITS}\nmonth_starts: 9", "2026-11-12")


def test_a_gauge_has_a_meaning_without_a_window() -> None:
    gauges = [
        samples.rule(f"metric: {name}\nthresholds: {{info: 1h}}") for name in ("runway", "data_age")
    ]
    assert 2 == len({gauge.meaning for gauge in gauges})


def test_a_meaning_tells_the_metric() -> None:
    assert "spend" == meanings.metric_name(meaning("window: day"))
