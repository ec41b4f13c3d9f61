"""Who is paid."""

from bot.answers import byok
from bot.notify.answer import ByokAnswer, ByokLine, Refusal
from bot.notify.facts import Split
from bot.store.connection import Connection
from rules.money import ZERO
from tests.answers import world
from tests.answers.world import AS_ANA, usd


def test_the_parts_are_apart_and_those_with_their_own_key_come_first(db: Connection) -> None:
    found = byok.answer(db, world.ask(window="today"))
    assert isinstance(found, ByokAnswer)
    assert (
        ByokLine(world.BEN, Split(ZERO, usd(1), usd(4))),
        ByokLine(world.ANA, Split(usd("20.01"), ZERO, ZERO)),
    ) == found.rows
    assert (Split(usd("20.01"), usd(1), usd(4)), 0) == (found.split, found.more)


def test_the_split_is_over_all_and_what_is_left_out_is_counted(empty: Connection) -> None:
    world.add(
        empty,
        [world.spent(n, world.hours(1), usd(1), f"u{n:02}@acme.test") for n in range(byok.TOP + 2)],
    )
    found = byok.answer(empty, world.ask())
    assert isinstance(found, ByokAnswer)
    assert (byok.TOP, 2, usd(byok.TOP + 2)) == (len(found.rows), found.more, found.split.credits)
    assert [f"u{n:02}@acme.test" for n in range(byok.TOP)] == [row.user for row in found.rows]


def test_a_person_sees_only_themselves(db: Connection) -> None:
    found = byok.answer(db, world.ask(AS_ANA))
    assert isinstance(found, ByokAnswer)
    assert [world.ANA] == [row.user for row in found.rows]
    assert isinstance(byok.answer(db, world.ask(AS_ANA, "team")), Refusal)
