"""Where a period is heading."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from bot.answers import pace
from bot.notify.facts import Pace
from bot.store.connection import Connection
from rules import window
from rules.labels import Values
from rules.metric import Value
from rules.rule import Rule
from tests.answers import world
from tests.answers.world import ANA, BEN, NOW, usd


def rule(metric: str = "spend", of: str = "month", by: str = "[]", amount: str = "1 USD") -> Rule:
    (found,) = world.rules(
        f"rules: [{{name: r, metric: {metric}, window: {of}, group_by: {by}, thresholds: {{info: {amount}}}}}]"
    )
    return found


def pace_of(
    db: Connection, of: Rule, limits: dict[Values, Value], now: datetime = NOW
) -> dict[Values, Pace]:
    assert of.window is not None
    return pace.of_series(db, of, window.span_at(of.window, now), limits, now)


def every_day(db: Connection, user: str, amount: int, count: int, numbers: Iterable[int]) -> None:
    """The same amount at noon of each of the last days, today included."""
    taken = iter(numbers)
    world.add(
        db,
        [
            world.spent(next(taken), NOW - timedelta(minutes=5, days=ago), usd(amount), user)
            for ago in range(count)
        ],
    )


def test_steady_spend_goes_on_and_reaches_its_limit_on_the_day(empty: Connection) -> None:
    every_day(empty, ANA, 10, 200, range(200))
    (found,) = pace_of(empty, rule(), {(): usd(250)}).values()
    assert usd(300) == found.expected
    assert datetime(2026, 11, 24, 23, tzinfo=UTC) == found.hit, "the 25th in Berlin"
    assert found.low is not None
    assert found.high is not None


@pytest.mark.parametrize(
    ("limit", "why"), [(220, "reached already"), (301, "never reached")], ids=str
)
def test_there_is_no_day_for_a_limit_that_is(empty: Connection, limit: int, why: str) -> None:
    every_day(empty, ANA, 10, 200, range(200))
    (found,) = pace_of(empty, rule(), {(): usd(limit)}).values()
    assert found.hit is None, why


def test_what_today_has_beyond_the_usual_counts(empty: Connection) -> None:
    every_day(empty, ANA, 10, 200, range(200))
    world.add(empty, [world.spent(900, world.hours(1), usd(75))])
    (found,) = pace_of(empty, rule(), {(): usd(300)}).values()
    assert usd(375) == found.expected
    assert datetime(2026, 11, 22, 23, tzinfo=UTC) == found.hit, "tomorrow in Berlin"


def test_each_series_has_its_own(empty: Connection) -> None:
    every_day(empty, ANA, 10, 60, range(60))
    every_day(empty, BEN, 1, 60, range(100, 160))
    found = pace_of(empty, rule(by="[user]"), {(ANA,): usd(1), (BEN,): usd(1), ("x",): usd(1)})
    assert {(ANA,): usd(300), (BEN,): usd(30), ("x",): usd(0)} == {
        values: each.expected for values, each in found.items()
    }


@pytest.mark.parametrize(
    ("metric", "amount", "expected"),
    [("steps", "1", 90), ("execution_time", "1s", timedelta(milliseconds=27_000))],
)
def test_counts_and_times_head_somewhere_too(
    empty: Connection, metric: str, amount: str, expected: Value
) -> None:
    every_day(empty, ANA, 1, 60, range(60))
    (found,) = pace_of(empty, rule(metric, amount=amount), {(): 10**9}).values()
    assert expected == found.expected


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(rule(of="24h"), id="a rolling window"),
        pytest.param(rule(of="hour"), id="an hour"),
        pytest.param(rule("error_rate", amount="5%"), id="a ratio"),
        pytest.param(rule("tasks", amount="5"), id="tasks"),
    ],
)
def test_what_does_not_add_up_by_days_is_heading_nowhere(db: Connection, of: Rule) -> None:
    assert {} == pace_of(db, of, {(): usd(1)})


def test_a_period_that_is_over_is_heading_nowhere(db: Connection) -> None:
    month = rule()
    assert month.window is not None
    last = window.span_at(month.window, NOW - timedelta(days=30))
    assert {} == pace.of_series(db, month, last, {(): usd(1)}, NOW)


def test_no_series_needs_no_reading(db: Connection) -> None:
    assert {} == pace_of(db, rule(), {})
