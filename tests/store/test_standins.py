"""Tasks stand in for their streams, and are replaced by them, without anything counting twice."""

from datetime import timedelta

from bot.store import ledger, standins
from bot.store.connection import Connection
from rules.money import Money
from rules.record import task_key
from tests.store import usage

NOON = usage.NOON
LATER = NOON + timedelta(hours=1)
FIRST, SECOND, THIRD = usage.KEYS[:3]


def spent(db: Connection) -> int:
    (nano,) = db.execute("SELECT coalesce(sum(credits), 0) FROM rollup_hour").fetchone()
    return int(nano)


def stand_in(db: Connection, task: str, dollars: int) -> None:
    """The task's whole cost in one record, as while Neo refuses streams."""
    record = usage.record(key=task_key(task), task=task, credits=Money.from_usd(dollars))
    standins.fold(db, "acme", [record], seen=LATER)
    ledger.add(db, [record], seen=LATER, live=True)


def test_streams_make_room_for_the_task_that_stands_for_them(db: Connection) -> None:
    streams = [
        usage.record(key=FIRST, credits=Money.from_usd(1)),
        usage.record(key=SECOND, credits=Money.from_usd(2)),
        usage.record(key=THIRD, task="t-2", credits=Money.from_usd(4)),
    ]
    ledger.add(db, streams, seen=NOON, live=True)
    stand_in(db, "t-1", 3)
    assert Money.from_usd(7).nano == spent(db)
    assert {"t-1": NOON} == standins.of(db, "acme")
    stand_in(db, "t-1", 5)
    assert Money.from_usd(9).nano == spent(db)


def test_streams_take_their_place_back(db: Connection) -> None:
    stand_in(db, "t-1", 3)
    streams = [usage.record(key=FIRST, credits=Money.from_usd(3))]
    ledger.replace_tasks(db, "acme", ["t-1"], streams, seen=LATER)
    assert {} == standins.of(db, "acme")
    assert Money.from_usd(3).nano == spent(db)


def test_another_source_keeps_its_own(db: Connection) -> None:
    ledger.add(db, [usage.record(source="blue", key=FIRST)], seen=NOON, live=True)
    before = spent(db)
    stand_in(db, "t-1", 3)
    assert before + Money.from_usd(3).nano == spent(db)
    assert {} == standins.of(db, "blue")
    assert {} == standins.of(db, "never read")


def test_a_record_tells_when_it_was_booked_even_if_it_is_gone(db: Connection) -> None:
    ledger.add(db, [usage.record(key=FIRST), usage.record(key=SECOND)], seen=NOON, live=True)
    ledger.mark_gone(db, "acme", [SECOND], seen=LATER)
    assert {FIRST: NOON, SECOND: NOON} == standins.booked(db, "acme", [FIRST, SECOND, THIRD])
    assert {} == standins.booked(db, "blue", [FIRST])


def test_more_than_one_statement_takes_are_folded(db: Connection) -> None:
    many = [usage.record(key=f"k-{number}", task=f"t-{number}") for number in range(1100)]
    ledger.add(db, many, seen=NOON, live=True)
    whole = [usage.record(key=task_key(each.task), task=each.task) for each in many]
    standins.fold(db, "acme", whole, seen=LATER)
    assert 0 == spent(db)
