"""What a chart shows: thirty local days, and the budget over everything."""

from datetime import date, datetime, timedelta

import pytest

from bot.answers import chart
from bot.notify.facts import ChartFacts, DayCost, Split
from bot.store.connection import Connection
from rules import window
from rules.money import ZERO, Money
from rules.rule import Rule
from rules.window import Every, Period, Span
from tests.answers import world
from tests.answers.world import BEN, BERLIN, NOW, days, usd

YESTERDAY = window.before(Period(Every.DAY, BERLIN), window.span_at(Period(Every.DAY, BERLIN), NOW))
OCTOBER = Span(
    window.day_start(BERLIN, date(2026, 10, 1)), window.day_start(BERLIN, date(2026, 11, 1))
)


def shown(db: Connection, span: Span = YESTERDAY, rules: tuple[Rule, ...] = ()) -> ChartFacts:
    found = chart.facts(db, span, BERLIN, rules)
    assert found is not None
    return found


def test_the_thirty_local_days_up_to_the_end_are_shown(db: Connection) -> None:
    midnight = window.day_start(BERLIN, date(2026, 10, 25))  # a day of 25 hours
    tick = timedelta(microseconds=1)
    world.add(
        db,
        [
            world.spent(50, midnight, usd(1)),
            world.spent(51, midnight + timedelta(hours=25) - tick, usd(2)),
            world.spent(52, midnight + timedelta(hours=25), usd(4)),
            world.spent(53, midnight, usd(0), BEN, byok=True, neo_cost=usd(8), llm_cost=usd(16)),
        ],
    )
    found = shown(db)
    assert [date(2026, 10, 23) + days(n) for n in range(30)] == [each.day for each in found.days]
    assert [
        DayCost(date(2026, 10, 25), Split(usd(3), usd(8), usd(16))),
        DayCost(date(2026, 10, 26), Split(usd(4), ZERO, ZERO)),
    ] == list(found.days[2:4])
    assert (usd(27), usd(8), "Europe/Berlin") == (
        found.days[2].cost,
        found.days[-1].cost,
        found.zone,
    )


def test_a_month_is_shown_whole(db: Connection) -> None:
    found = shown(db, OCTOBER)
    assert (31, date(2026, 10, 1)) == (len(found.days), found.days[0].day)


def test_days_that_the_ledger_does_not_reach_are_left_out(db: Connection) -> None:
    world.polled(db, days=4)
    assert [19, 20, 21] == [each.day.day for each in shown(db).days]
    world.polled(db, days=2)
    assert chart.facts(db, YESTERDAY, BERLIN, ()) is None


def test_where_nothing_was_spent_there_is_nothing_to_see(empty: Connection) -> None:
    world.polled(empty)
    assert chart.facts(empty, YESTERDAY, BERLIN, ()) is None
    world.add(empty, [world.spent(1, datetime(2026, 11, 20, tzinfo=BERLIN), ZERO)])
    assert chart.facts(empty, YESTERDAY, BERLIN, ()) is None


BUDGETS = {
    "metric: spend, window: month, budget: 600 USD, thresholds: {info: 10%}": 600,
    "metric: spend, window: month, thresholds: {info: 10 USD}": None,
    "metric: spend, window: week, budget: 600 USD, thresholds: {info: 10%}": None,
    "metric: spend, window: 30d, budget: 600 USD, thresholds: {info: 10%}": None,
    "metric: credits, window: month, budget: 600 USD, thresholds: {info: 10%}": None,
    "metric: streams, window: month, budget: 600, thresholds: {info: 10%}": None,
    "metric: spend, window: month, group_by: [user], budget: 600 USD, thresholds: {info: 10%}": None,
    "metric: spend, window: month, where: {byok: true}, budget: 6 USD, thresholds: {info: 10%}": None,
}


@pytest.mark.parametrize(("rule", "budget"), BUDGETS.items())
def test_the_budget_is_that_of_all_spend_in_a_month(
    db: Connection, rule: str, budget: int | None
) -> None:
    rules = world.rules(f"rules:\n  - {{name: r, {rule}}}\n")
    expected = None if budget is None else usd(budget)
    assert expected == shown(db, rules=rules).budget


def test_of_several_budgets_the_first_is_shown(db: Connection) -> None:
    texts = [f"  - {{name: r{n}, {rule}}}" for n, rule in enumerate(reversed(BUDGETS))]
    more = "  - {name: last, metric: spend, window: month, budget: 9 USD, thresholds: {info: 1%}}"
    rules = world.rules("\n".join(["rules:", *texts, more, ""]))
    assert Money(600 * 10**9) == shown(db, rules=rules).budget
