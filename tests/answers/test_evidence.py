"""Why a series has its value."""

import pytest

from bot.answers import evidence
from bot.notify.facts import Split
from bot.store import tasks
from bot.store.connection import Connection
from rules import window
from rules.money import ZERO
from rules.rule import Rule
from rules.window import Span
from tests.answers import world
from tests.answers.world import ANA, BEN, NOW, usd
from tests.store import usage


def rule(metric: str = "spend", by: str = "[]", where: str = "{}", amount: str = "1 USD") -> Rule:
    (found,) = world.rules(
        f"rules: [{{name: r, metric: {metric}, window: month, group_by: {by}, where: {where},"
        f" thresholds: {{info: {amount}}}}}]"
    )
    return found


def span(of: Rule) -> Span:
    assert of.window is not None
    return window.span_at(of.window, NOW)


def test_the_dearest_tasks_of_a_series(db: Connection) -> None:
    of = rule(by="[user]")
    found = evidence.evidence(db, of, {"user": ANA}, span(of))
    (line,) = found.tasks
    assert ("t-ana", "Assess the shop", "opus", usd("27.01"), 3) == (
        line.id,
        line.title,
        line.model,
        line.cost,
        line.streams,
    )
    assert (0, None, 3) == (found.more, found.split, found.records)


def test_when_somebody_was_first_seen(empty: Connection) -> None:
    of = rule("first_seen", "[model]", amount="1")
    models = ["gpt-5", "gpt-*", "gpt-*"]
    world.add(
        empty,
        [world.spent(n, world.hours(9 - n), usd(1), model=model) for n, model in enumerate(models)],
    )
    found = evidence.evidence(empty, of, {"model": "gpt-*"}, span(of))
    assert (NOW - world.hours(8), 2) == (found.first, found.records)
    assert evidence.evidence(empty, rule(), {}, span(of)).first is None


def test_what_was_first_seen_before_the_span_has_a_first_usage_still(empty: Connection) -> None:
    of, since = rule("first_seen", "[model]", amount="1"), span(rule()).start
    world.add(empty, [world.spent(1, since - world.hours(1), usd(1), model="opus")])
    for model, first in (("opus", since - world.hours(1)), ("gpt-5", None)):
        found = evidence.evidence(empty, of, {"model": model}, span(of))
        assert (first, 0) == (found.first, found.records)


def test_the_split_is_there_where_there_is_byok(db: Connection) -> None:
    found = evidence.evidence(db, rule(), {}, span(rule()))
    assert Split(usd("38.01"), usd(1), usd(4)) == found.split
    assert (["t-ana", "t-ci@", "t-ben"], 0, 6) == (
        [line.id for line in found.tasks],
        found.more,
        found.records,
    )


@pytest.mark.parametrize(("neo", "llm"), [(1, 0), (0, 1)], ids=["Neo's", "the provider's"])
def test_either_money_of_byok_makes_a_split(empty: Connection, neo: int, llm: int) -> None:
    record = world.spent(1, world.hours(1), ZERO, byok=True, neo_cost=usd(neo), llm_cost=usd(llm))
    world.add(empty, [record])
    assert evidence.evidence(empty, rule(), {}, span(rule())).split is not None


def test_more_tasks_are_counted(empty: Connection) -> None:
    world.add(empty, [world.spent(n, world.hours(1), usd(n), task=f"t{n}") for n in range(1, 8)])
    found = evidence.evidence(empty, rule(), {}, span(rule()))
    assert (["t7", "t6", "t5"], 4, 7) == (
        [line.id for line in found.tasks],
        found.more,
        found.records,
    )


def test_errors_are_shown_by_the_tasks_that_failed(db: Connection) -> None:
    of = rule("error_rate", amount="5%")
    found = evidence.evidence(db, of, {}, span(of))
    assert ["t-ben"] == [line.id for line in found.tasks]
    assert 6 == found.records


def test_money_of_a_rule_is_its_own(db: Connection) -> None:
    of = rule("llm_cost", by="[user]")
    found = evidence.evidence(db, of, {"user": BEN}, span(of))
    assert [usd(4)] == [line.cost for line in found.tasks]


def test_other_metrics_are_told_by_spend(db: Connection) -> None:
    of = rule("cost_per_task")
    found = evidence.evidence(db, of, {}, span(of))
    assert usd("27.01") == found.tasks[0].cost


def test_what_a_rule_does_not_select_is_no_evidence(db: Connection) -> None:
    of = rule(where='{user: "!ana*", byok: false}')
    found = evidence.evidence(db, of, {}, span(of))
    assert (["t-ci@", "t-ben"], 2) == ([line.id for line in found.tasks], found.records)


def test_a_label_with_a_star_is_not_a_pattern(empty: Connection) -> None:
    world.add(
        empty,
        [
            world.spent(1, world.hours(1), usd(1), model="gpt*"),
            world.spent(2, world.hours(1), usd(5), model="gpt-5"),
        ],
    )
    of = rule(by="[model, user]")
    found = evidence.evidence(empty, of, {"model": "gpt*", "user": ANA}, span(of))
    assert ([usd(1)], 1) == ([line.cost for line in found.tasks], found.records)


def test_a_user_with_a_star_and_byok_are_matched_exactly(empty: Connection) -> None:
    world.add(
        empty,
        [
            world.spent(1, world.hours(1), usd(1), "*@acme.test", byok=True),
            world.spent(2, world.hours(1), usd(2), "*@acme.test"),
            world.spent(3, world.hours(1), usd(5), ANA, byok=True),
        ],
    )
    of = rule(by="[byok, user]")
    found = evidence.evidence(empty, of, {"byok": "true", "user": "*@acme.test"}, span(of))
    assert ([usd(1)], 0, 1) == ([line.cost for line in found.tasks], found.more, found.records)


def test_a_rule_of_one_kind_of_failure_shows_only_that(db: Connection) -> None:
    of = rule("errors", where="{status: [error, completed]}", amount="1")
    found = evidence.evidence(db, of, {}, span(of))
    assert [usd(3)] == [line.cost for line in found.tasks]


def test_failures_that_a_rule_does_not_count_are_no_evidence(db: Connection) -> None:
    of = rule("errors", where="{status: completed}", amount="1")
    assert () == evidence.evidence(db, of, {}, span(of)).tasks


def test_ties_go_by_streams_and_id(empty: Connection) -> None:
    world.add(
        empty,
        [
            world.spent(1, world.hours(1), usd(2), task="b"),
            world.spent(2, world.hours(1), usd(2), task="a"),
            world.spent(3, world.hours(1), usd(1), task="c"),
            world.spent(4, world.hours(1), usd(1), task="c"),
        ],
    )
    found = evidence.evidence(empty, rule(), {}, span(rule()))
    assert ["c", "a", "b"] == [line.id for line in found.tasks]


def test_a_task_goes_by_the_user_and_the_model_that_cost_most(empty: Connection) -> None:
    world.add(
        empty,
        [
            world.spent(1, world.hours(1), usd(2), ANA, model="x", task="t"),
            world.spent(2, world.hours(1), usd(3), BEN, model="y", task="t"),
            world.spent(3, world.hours(1), usd(1), ANA, model="z", task="t"),
        ],
    )
    (line,) = evidence.evidence(empty, rule(), {}, span(rule())).tasks
    assert (BEN, "y", usd(6)) == (line.user, line.model, line.cost)


def test_a_tool_is_told_by_the_tasks_that_used_it(db: Connection) -> None:
    of = rule("tool_calls", by="[tool]", amount="1")
    found = evidence.evidence(db, of, {"tool": "bash"}, span(of))
    assert ([usd(20)], 1) == ([line.cost for line in found.tasks], found.records)


def test_blocked_tasks_are_named(empty: Connection) -> None:
    tasks.put(
        empty, [usage.task(id="t-b", title="Stuck", status="blocked", at=NOW - world.hours(1))]
    )
    of = rule("blocked", amount="1")
    found = evidence.evidence(empty, of, {}, span(of))
    assert [("t-b", "Stuck", ZERO)] == [(line.id, line.title, line.cost) for line in found.tasks]


def test_more_blocked_tasks_are_counted(empty: Connection) -> None:
    at = NOW - world.hours(1)
    tasks.put(empty, [usage.task(id=f"t{n}", status="blocked", at=at) for n in range(5)])
    found = evidence.evidence(empty, rule("blocked", amount="1"), {}, span(rule()))
    assert (["t0", "t1", "t2"], 2) == ([line.id for line in found.tasks], found.more)


def test_a_gauge_has_no_evidence(db: Connection) -> None:
    (of,) = world.rules("rules: [{name: r, metric: data_age, thresholds: {info: 1h}}]")
    assert evidence.NONE == evidence.evidence(db, of, {"source": "acme"}, Span(NOW, NOW))
