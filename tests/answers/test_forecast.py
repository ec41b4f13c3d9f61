"""What periods are expected to come to, and why sometimes nothing can be said."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.answers import budgets, forecast
from bot.answers.who import Asker
from bot.notify.answer import Refusal
from bot.notify.forecast import ForecastAnswer, ForecastLine
from bot.store.connection import Connection
from rules import metric
from tests.answers import world
from tests.answers.world import ADMIN, ANA, AS_ANA, BEN, NOBODY, usd

RULES = world.rules("""
rules:
  - name: team-month
    metric: spend
    window: month
    budget: 280 USD
    forecast: {warning: 100%}
    thresholds: {info: 90%}
  - name: user-month
    metric: spend
    group_by: [user]
    window: month
    forecast: {warning: 20 USD, critical: 250 USD}
    thresholds: {info: 3 USD}
    overrides: [{match: {user: ci@acme.test}, skip: true}]
  - name: user-day
    metric: spend
    group_by: [user]
    window: day
    budget: 40 USD
    thresholds: {warning: 50%}
  - name: calls
    metric: tool_calls
    window: 24h
    budget: 60
    thresholds: {critical: 100%}
  - name: model-week
    metric: spend
    group_by: [model]
    window: week
    thresholds: {warning: 1 USD}
  - name: failures
    metric: error_rate
    group_by: [user]
    window: month
    thresholds: {warning: 10%}
""")


@pytest.fixture
def spending(empty: Connection) -> Connection:
    """Ana 10 USD every day for 200 days, Ben 1 USD a day for 3, CI 5 USD once; today is the 22nd of 30 days."""
    world.polled(empty, days=200)
    ana = [world.spent(n, timedelta(minutes=5, days=n), usd(10), ANA) for n in range(200)]
    ben = [world.spent(300 + n, timedelta(minutes=5, days=n), usd(1), BEN) for n in range(1, 4)]
    world.add(empty, [*ana, *ben, world.spent(400, world.days(1), usd(5), world.CI)])
    return empty


def asked(
    db: Connection, name: str = "", asker: Asker = ADMIN, who: str = ""
) -> ForecastAnswer | Refusal:
    return forecast.answer(db, world.ask(asker, who), RULES, name)


def rows(
    db: Connection, name: str = "", asker: Asker = ADMIN, who: str = ""
) -> tuple[ForecastLine, ...]:
    said = asked(db, name, asker, who)
    assert isinstance(said, ForecastAnswer)
    return said.rows


def test_a_line_has_the_total_its_range_and_the_day_of_the_limit(spending: Connection) -> None:
    (line,) = rows(spending, "team-month")
    assert (usd(228), usd(280)) == (line.so_far, line.limit)
    assert line.pace is not None
    assert line.pace.low is not None
    assert line.pace.high is not None
    ordered = [line.pace.low, line.pace.expected, line.pace.high]
    assert sorted(ordered, key=metric.size) == ordered
    assert datetime(2026, 11, 27, 23, tzinfo=UTC) == line.pace.hit, "the 28th in Berlin"
    assert "" == line.note


def test_it_is_the_pace_that_budgets_show(spending: Connection) -> None:
    (line,) = rows(spending, "team-month")
    answered = budgets.answer(spending, world.ask(), RULES)
    assert not isinstance(answered, Refusal)
    assert {line.pace} == {row.pace for row in answered.rows if row.rule == "team-month"}


def test_without_a_name_it_is_every_rule_with_a_budget_or_a_forecast(spending: Connection) -> None:
    said = asked(spending)
    assert isinstance(said, ForecastAnswer)
    assert [("user-month", ANA), ("team-month", None), ("user-month", BEN)] == [
        (row.rule, row.labels.get("user")) for row in said.rows
    ]
    assert ["user-day", "calls"] == [each.rule for each in said.without]
    assert "too short" in said.without[0].why
    assert "needs a calendar window" in said.without[1].why


def test_without_a_budget_the_limit_is_the_nearest_that_is_ahead(spending: Connection) -> None:
    limits = {row.labels["user"]: row.limit for row in rows(spending, "user-month")}
    assert {ANA: usd(250), BEN: usd(20)} == limits


def test_with_all_limits_behind_it_is_the_furthest(spending: Connection) -> None:
    world.add(spending, [world.spent(900, world.hours(1), usd(100))])
    (line, *_) = rows(spending, "user-month")
    assert (usd(250), True) == (line.limit, metric.size(line.so_far) > metric.size(line.limit))
    assert line.pace is not None
    assert line.pace.hit is None


def test_few_active_days_are_said_in_place_of_a_figure(spending: Connection) -> None:
    line = rows(spending, "user-month")[-1]
    assert (None, "too little history: 3 of 7 active days") == (line.pace, line.note)


def test_today_is_no_active_day_yet(empty: Connection) -> None:
    world.polled(empty)
    world.add(empty, [world.spent(n, timedelta(hours=1, days=n), usd(1)) for n in range(7)])
    (line,) = rows(empty, "team-month")
    assert "too little history: 6 of 7 active days" == line.note
    world.add(empty, [world.spent(8, timedelta(hours=1, days=7), usd(1))])
    (line,) = rows(empty, "team-month")
    assert line.pace is not None
    assert "too little history for a range" == line.note


def test_everyone_else_sees_their_own_series(spending: Connection) -> None:
    said = asked(spending, asker=AS_ANA)
    assert isinstance(said, ForecastAnswer)
    assert [("user-month", {"user": ANA})] == [(row.rule, row.labels) for row in said.rows]
    assert ["user-day"] == [each.rule for each in said.without]
    assert 1 == len(rows(spending, "user-month", AS_ANA))


def test_an_admin_may_ask_for_one_person(spending: Connection) -> None:
    assert [BEN] == [row.labels["user"] for row in rows(spending, "user-month", who=BEN)]


def test_a_series_without_usage_is_there_for_whom_it_is_about(empty: Connection) -> None:
    (line,) = rows(empty, "user-month", AS_ANA)
    assert (usd(0), "too little history: 0 of 7 active days") == (line.so_far, line.note)


@pytest.mark.parametrize(
    ("asker", "name", "words"),
    [
        pytest.param(ADMIN, "team-mnoth", 'did you mean "team-month"?', id="mistyped"),
        pytest.param(ADMIN, "zzz", 'There is no rule "zzz".', id="unknown"),
        pytest.param(ADMIN, "user-day", "too short for a forecast", id="a day"),
        pytest.param(ADMIN, "calls", "needs a calendar window", id="a rolling window"),
        pytest.param(ADMIN, "failures", "error_rate does not add up", id="a ratio"),
        pytest.param(AS_ANA, "team-month", "Only admins", id="the team's, not an admin"),
        pytest.param(AS_ANA, "model-week", "Only admins", id="not about people"),
        pytest.param(NOBODY, "", "do not know your email", id="nobody"),
    ],
)
def test_why_there_is_no_answer(spending: Connection, asker: Asker, name: str, words: str) -> None:
    said = asked(spending, name, asker)
    assert isinstance(said, Refusal)
    assert words in said.text


def test_a_named_rule_needs_neither_budget_nor_forecast(spending: Connection) -> None:
    (line,) = rows(spending, "model-week")
    assert "week" == line.period.name
    assert line.pace is not None


def test_more_series_are_counted(empty: Connection) -> None:
    count = budgets.TOP + 2
    people = [world.spent(n, world.hours(1), usd(1), f"u{n:02}@acme.test") for n in range(count)]
    world.add(empty, people)
    said = asked(empty, "user-month")
    assert isinstance(said, ForecastAnswer)
    assert (budgets.TOP, 2) == (len(said.rows), said.more)
