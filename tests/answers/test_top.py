"""Rankings."""

from fractions import Fraction

import pytest

from bot.answers import top
from bot.notify.answer import Refusal, TopAnswer, TopLine
from bot.store.connection import Connection
from rules.money import ZERO, share
from tests.answers import world
from tests.answers.world import ADMIN, AS_ANA, usd


def rank(db: Connection, by: str, window: str = "today", who: str = "") -> TopAnswer:
    found = top.answer(db, world.ask(ADMIN, who, window), by)
    assert isinstance(found, TopAnswer)
    return found


def test_the_dearest_come_first(db: Connection) -> None:
    found = rank(db, "", "7d")
    whole = usd("32.01")
    assert ("users", whole, 5, 0) == (found.by, found.total, found.total_count, found.more)
    assert [
        TopLine(world.ANA, "", usd("20.01"), 2, share(usd("20.01"), whole)),
        TopLine(world.CI, "", usd(8), 1, share(usd(8), whole)),
        TopLine(world.BEN, "", usd(4), 2, share(usd(4), whole)),
    ] == list(found.rows)


def test_models_are_ranked_alike(db: Connection) -> None:
    assert [("opus", usd(21)), ("sonnet", usd("0.01"))] == [
        (row.name, row.cost) for row in rank(db, "models").rows
    ]


def test_tasks_carry_their_title(db: Connection) -> None:
    first, second = rank(db, "tasks").rows
    assert ("t-ana", "Assess the shop", usd("20.01"), 2) == (
        first.name,
        first.detail,
        first.cost,
        first.count,
    )
    assert ("t-ben", "") == (second.name, second.detail)


def test_tools_and_agents_are_counted(db: Connection) -> None:
    tools = rank(db, "tools")
    assert (None, 4) == (tools.total, tools.total_count)
    assert [
        TopLine("bash", "", None, 3, Fraction(75)),
        TopLine("nuclei", "", None, 1, Fraction(25)),
    ] == list(tools.rows)
    assert [("recon", 2)] == [(row.name, row.count) for row in rank(db, "agents").rows]


@pytest.mark.parametrize("by", ["users", "models", "tasks", "tools", "agents"])
def test_what_is_left_out_is_counted_exactly_and_totals_are_over_all(
    empty: Connection, by: str
) -> None:
    world.add(
        empty,
        [
            world.spent(
                number,
                world.hours(1),
                usd(1),
                f"user{number:02}@acme.test",
                model=f"model{number:02}",
                task=f"task{number:02}",
                tools=((f"tool{number:02}", 1, 1),),
                agents=((f"agent{number:02}", 1),),
            )
            for number in range(top.TOP + 3)
        ],
    )
    found = rank(empty, by)
    assert (top.TOP, 3, top.TOP + 3) == (len(found.rows), found.more, found.total_count)
    assert found.total in (usd(top.TOP + 3), None)
    names = [row.name for row in found.rows]
    assert sorted(names) == names, "ties go by name"


def test_a_person_sees_only_their_own_part(db: Connection) -> None:
    found = top.answer(db, world.ask(AS_ANA, window="7d"), "users")
    assert isinstance(found, TopAnswer)
    assert [world.ANA] == [row.name for row in found.rows]


def test_nothing_has_no_share(db: Connection) -> None:
    found = rank(db, "users", who="ben@acme.test", window="1h")
    assert ((), ZERO) == (found.rows, found.total)


def test_an_unknown_ranking_is_answered_with_the_nearest(db: Connection) -> None:
    found = top.answer(db, world.ask(), "user")
    assert Refusal('"user" is not a ranking; did you mean "users"?') == found


def test_who_may_not_ask_is_refused(db: Connection) -> None:
    assert isinstance(top.answer(db, world.ask(AS_ANA, "team"), "users"), Refusal)
