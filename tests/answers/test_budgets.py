"""Budgets and how much of them is used."""

from datetime import timedelta

import pytest

from bot.answers import budgets
from bot.answers.who import Asker
from bot.notify.answer import BudgetsAnswer, Refusal
from bot.notify.facts import BudgetLine
from bot.store.connection import Connection
from rules.terms import Severity
from tests.answers import world
from tests.answers.world import ADMIN, AS_ANA, usd

RULES = world.rules("""
rules:
  - name: team-month
    metric: spend
    window: month
    budget: 100 USD
    thresholds: {info: 30%, warning: 35%, critical: 100%}
  - name: user-day
    metric: spend
    group_by: [user]
    window: day
    budget: 40 USD
    thresholds: {warning: 50%}
    overrides:
      - {match: {user: ben@acme.test}, budget: 1 USD}
      - {match: {user: ci@acme.test}, skip: true}
  - name: calls
    metric: tool_calls
    window: 24h
    budget: 60
    thresholds: {critical: 100%}
  - name: no-budget
    metric: spend
    window: day
    thresholds: {warning: 1 USD}
""")


def rows(db: Connection, asker: Asker = ADMIN, who: str = "") -> list[BudgetLine]:
    found = budgets.answer(db, world.ask(asker, who), RULES)
    assert isinstance(found, BudgetsAnswer)
    assert found.more == 0
    return list(found.rows)


def told(lines: list[BudgetLine]) -> list[tuple[str, dict[str, str]]]:
    return [(line.rule, line.labels) for line in lines]


def test_the_most_used_comes_first(db: Connection) -> None:
    found = rows(db)
    assert [
        ("user-day", {"user": world.BEN}),
        ("user-day", {"user": world.ANA}),
        ("team-month", {}),
        ("calls", {}),
    ] == told(found)
    assert [Severity.WARNING, Severity.WARNING, Severity.WARNING, None] == [
        line.severity for line in found
    ]


def test_a_line_says_what_is_used_of_what_and_when(db: Connection) -> None:
    line = rows(db)[2]
    assert (usd("39.01"), usd(100)) == (line.spent, line.budget)
    assert ("month", "Europe/Berlin") == (line.period.name, line.period.zone)
    assert line.pace is not None
    assert line.period.end - world.NOW == line.left
    assert rows(db)[3].pace is None, "a rolling window is heading nowhere"
    assert rows(db)[3].left is None, "and it never ends"


@pytest.mark.parametrize(
    ("asker", "who", "expected"),
    [
        pytest.param(AS_ANA, "", [("user-day", {"user": world.ANA})], id="a person sees their own"),
        pytest.param(ADMIN, world.BEN, [("user-day", {"user": world.BEN})], id="an admin asks"),
        pytest.param(ADMIN, "b*@acme.test", [("user-day", {"user": world.BEN})], id="by a pattern"),
        pytest.param(ADMIN, world.CI, [], id="who is skipped has none"),
    ],
)
def test_budgets_of_a_person(
    db: Connection, asker: Asker, who: str, expected: list[tuple[str, dict[str, str]]]
) -> None:
    assert expected == told(rows(db, asker, who))


def test_a_persons_unused_budget_is_there(empty: Connection) -> None:
    (line,) = rows(empty, AS_ANA)
    assert (usd(0), None) == (line.spent, line.severity)


def test_the_team_sees_only_what_is_used_or_is_over_everything(empty: Connection) -> None:
    assert [("calls", {}), ("team-month", {})] == told(rows(empty))


def test_more_are_counted(empty: Connection) -> None:
    world.add(
        empty,
        [
            world.spent(n, world.hours(1), usd(1), f"u{n:02}@acme.test")
            for n in range(budgets.TOP + 2)
        ],
    )
    found = budgets.answer(empty, world.ask(), RULES)
    assert isinstance(found, BudgetsAnswer)
    assert (budgets.TOP, 4) == (len(found.rows), found.more)


def test_a_window_that_is_watched_downwards_reaches_its_limit_from_above(db: Connection) -> None:
    rules = world.rules("""
rules:
  - name: idle
    metric: spend
    window: 24h
    below: true
    budget: 100 USD
    thresholds: {info: 40%, warning: 30%, critical: 10%}
""")
    (standing,) = budgets.standings(db, rules, world.NOW)
    assert Severity.WARNING == standing.severity


@pytest.mark.parametrize(
    ("budget", "severity"),
    [
        pytest.param("1000 USD", None, id="it is not used up"),
        pytest.param("1 USD", Severity.WARNING, id="it is used up long ago"),
    ],
)
def test_what_is_spent_is_expected_too(
    db: Connection, budget: str, severity: Severity | None
) -> None:
    rules = world.rules(f"""
rules:
  - name: heading
    metric: spend
    window: month
    budget: {budget}
    forecast: {{info: 90%, warning: 100%}}
""")
    (standing,) = budgets.standings(db, rules, world.NOW)
    assert severity == standing.severity


def test_who_may_not_ask_is_refused(db: Connection) -> None:
    assert isinstance(budgets.answer(db, world.ask(AS_ANA, "team"), RULES), Refusal)


def test_a_closed_moment_has_the_period_of_its_time(db: Connection) -> None:
    (standing, *_) = [
        standing
        for standing in budgets.standings(db, RULES, world.NOW - timedelta(days=31))
        if standing.rule.name == "team-month"
    ]
    assert usd(50) == standing.spent
