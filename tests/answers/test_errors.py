"""What failed."""

from fractions import Fraction

from bot.answers import errors
from bot.notify.answer import Complaint, ErrorsAnswer, Refusal
from bot.store.connection import Connection
from tests.answers import world
from tests.answers.world import AS_ANA, usd


def answer(db: Connection, window: str = "") -> ErrorsAnswer:
    found = errors.answer(db, world.ask(window=window))
    assert isinstance(found, ErrorsAnswer)
    return found


def test_the_last_day_is_the_default(db: Connection) -> None:
    found = answer(db)
    assert ("last 24h", Fraction(100, 3), 1, 3) == (
        found.period.name,
        found.rate,
        found.failed,
        found.judged,
    )


def test_aborted_streams_are_in_neither_part(db: Connection) -> None:
    found = answer(db, "10d")
    assert (2, 5, Fraction(40)) == (found.failed, found.judged, found.rate)


def test_the_dearest_failures_and_the_most_common_messages(db: Connection) -> None:
    world.add(db, [world.spent(9, world.hours(1), usd(2), status="error", task="t-x")])
    found = answer(db, "10d")
    assert [("t-ben", usd(4), 2), ("t-x", usd(2), 1)] == [
        (line.id, line.cost, line.streams) for line in found.dearest
    ]
    assert (Complaint("timed out", 2), Complaint("(no message)", 1)) == found.complaints
    assert (usd(6), 0, 0) == (found.cost, found.more, found.more_complaints)


def test_what_is_left_out_is_counted_exactly(empty: Connection) -> None:
    world.add(
        empty,
        [
            world.spent(
                number,
                world.hours(1),
                usd(1),
                status="failed",
                task=f"t{number}",
                error=f"no {number}",
            )
            for number in range(7)
        ],
    )
    found = answer(empty)
    assert (5, 2, 5, 2) == (
        len(found.dearest),
        found.more,
        len(found.complaints),
        found.more_complaints,
    )
    assert usd(7) == found.cost


def test_without_a_verdict_there_is_no_rate(empty: Connection) -> None:
    found = answer(empty)
    assert (None, 0, ()) == (found.rate, found.failed, found.complaints)


def test_a_person_sees_only_their_own_failures(db: Connection) -> None:
    found = errors.answer(db, world.ask(AS_ANA, window="10d"))
    assert isinstance(found, ErrorsAnswer)
    assert (0, ()) == (found.failed, found.dearest)
    assert isinstance(errors.answer(db, world.ask(AS_ANA, "team")), Refusal)
