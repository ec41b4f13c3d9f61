"""What somebody spent."""

import pytest

from bot.answers import spend
from bot.answers.who import Asker
from bot.notify.answer import Refusal, SpendAnswer
from bot.notify.facts import Split
from bot.store import sources
from bot.store.connection import Connection
from rules.money import Money
from tests.answers import world
from tests.answers.world import ADMIN, AS_ANA, usd


@pytest.mark.parametrize(
    ("asker", "who", "window", "expected", "before"),
    [
        pytest.param(
            ADMIN, "", "today", "21.01", "8", id="the team today, beside yesterday morning"
        ),
        pytest.param(ADMIN, "", "", "39.01", "50", id="an admin's default is the team this month"),
        pytest.param(ADMIN, "ben@acme.test", "", "4", "0", id="one person"),
        pytest.param(ADMIN, "*@acme.test", "24h", "21.01", "8", id="everyone who fits a pattern"),
        pytest.param(AS_ANA, "", "", "27.01", "50", id="people see themselves"),
        pytest.param(AS_ANA, "", "yesterday", "0", "0", id="nothing is zero"),
    ],
)
def test_spend_is_compared_with_the_stretch_before(  # noqa: PLR0917 - a table's columns
    db: Connection, asker: Asker, who: str, window: str, expected: str, before: str
) -> None:
    found = spend.answer(db, world.ask(asker, who, window))
    assert isinstance(found, SpendAnswer)
    assert (usd(expected), usd(before)) == (found.split.spend, found.before)


def test_it_says_who_is_paid_and_how_much_was_done(db: Connection) -> None:
    found = spend.answer(db, world.ask(window="today"))
    assert isinstance(found, SpendAnswer)
    assert Split(usd("20.01"), usd(1), usd(4)) == found.split
    assert (3, 2, 1) == (found.totals.streams, found.totals.tasks, found.totals.errors)
    assert ("the team", world.POLLED, False) == (found.who, found.as_of, found.arrival)


def test_nothing_is_compared_with_time_that_the_ledger_does_not_know(db: Connection) -> None:
    world.polled(db, days=20)
    found = spend.answer(db, world.ask(window="month"))
    assert isinstance(found, SpendAnswer)
    assert found.before is None


def test_figures_by_time_of_arrival_are_marked(db: Connection) -> None:
    sources.book_by_arrival(db, "acme", arrival=True)
    found = spend.answer(db, world.ask())
    assert isinstance(found, SpendAnswer)
    assert found.arrival


def test_one_person_in_two_sources_adds_up(db: Connection) -> None:
    world.add(db, [world.spent(1, world.hours(1), usd(2), source="blue")])
    found = spend.answer(db, world.ask(AS_ANA, window="today"))
    assert isinstance(found, SpendAnswer)
    assert usd("22.01") == found.split.spend


@pytest.mark.parametrize(
    ("asker", "who", "window", "says"),
    [
        (AS_ANA, "team", "", "Only admins"),
        (ADMIN, "", "fortnight", '"fortnight" is not a window'),
    ],
    ids=["who it may not be about", "a window that there is not"],
)
def test_it_refuses(db: Connection, asker: Asker, who: str, window: str, says: str) -> None:
    found = spend.answer(db, world.ask(asker, who, window))
    assert isinstance(found, Refusal)
    assert says in found.text


def test_an_empty_ledger_has_spent_nothing(empty: Connection) -> None:
    found = spend.answer(empty, world.ask())
    assert isinstance(found, SpendAnswer)
    assert (Money(0), None, None) == (found.split.spend, found.before, found.as_of)
