"""Who is paid."""

from bot.answers import byok
from bot.notify.answer import ByokAnswer, ByokLine, Refusal
from bot.notify.facts import Split
from bot.store.connection import Connection
from rules.money import ZERO
from tests.answers import world
from tests.answers.world import AS_ANA, usd


def test_the_parts_are_apart_and_who_used_no_key_of_their_own_is_only_counted(
    db: Connection,
) -> None:
    found = byok.answer(db, world.ask(window="today"))
    assert isinstance(found, ByokAnswer)
    assert (ByokLine(world.BEN, Split(ZERO, usd(1), usd(4))),) == found.rows
    assert (Split(usd("20.01"), usd(1), usd(4)), 0, 1) == (found.split, found.more, found.without)


def test_a_person_is_told_with_their_credits_and_even_where_their_key_has_cost_nothing(
    empty: Connection,
) -> None:
    world.add(
        empty,
        [
            world.spent(1, world.hours(1), usd(2)),
            world.spent(2, world.hours(2), ZERO, byok=True, llm_cost=usd(3)),
            world.spent(3, world.hours(3), ZERO, world.BEN, byok=True),
            world.spent(4, world.hours(4), usd(9), world.CI),
        ],
    )
    found = byok.answer(empty, world.ask())
    assert isinstance(found, ByokAnswer)
    assert (
        ByokLine(world.ANA, Split(usd(2), ZERO, usd(3))),
        ByokLine(world.BEN, Split(ZERO, ZERO, ZERO)),
    ) == found.rows
    assert (Split(usd(11), ZERO, usd(3)), 1) == (found.split, found.without)


def test_the_split_is_over_all_and_what_is_left_out_is_counted(empty: Connection) -> None:
    own = {"byok": True, "neo_cost": usd(1)}
    world.add(
        empty,
        [
            world.spent(n, world.hours(1), ZERO, f"u{n:02}@acme.test", **own)
            for n in range(byok.TOP + 2)
        ],
    )
    found = byok.answer(empty, world.ask())
    assert isinstance(found, ByokAnswer)
    assert (byok.TOP, 2, usd(byok.TOP + 2)) == (len(found.rows), found.more, found.split.neo_cost)
    assert [f"u{n:02}@acme.test" for n in range(byok.TOP)] == [row.user for row in found.rows]


def test_a_person_sees_only_themselves(db: Connection) -> None:
    found = byok.answer(db, world.ask(AS_ANA))
    assert isinstance(found, ByokAnswer)
    assert ((), 1) == (found.rows, found.without)
    assert isinstance(byok.answer(db, world.ask(AS_ANA, "team")), Refusal)
