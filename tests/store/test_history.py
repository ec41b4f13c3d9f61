"""Replay gets every version of every record in the order in which it became known."""

from datetime import datetime, timedelta

from bot.store import history, instant, ledger
from bot.store.connection import Connection
from bot.store.history import Version
from rules.record import Record
from tests.store import usage

SEEN = usage.NOON + timedelta(hours=1)


def minute(number: int) -> datetime:
    return SEEN + timedelta(minutes=number)


def version(number: int, record: Record, *, gone: bool = False) -> Version:
    return Version(minute(number), record.source, record.key, None if gone else record, polled=True)


def test_versions_come_in_the_order_in_which_they_were_known(db: Connection) -> None:
    first, second = usage.record(steps=1), usage.record(steps=2)
    other = usage.record(key="other")
    ledger.add(db, [first], seen=minute(0), live=True)
    ledger.add(db, [other], seen=minute(1), live=True)
    ledger.add(db, [second], seen=minute(2), live=True)
    ledger.mark_gone(db, "acme", [first.key], seen=minute(3))
    ledger.add(db, [second], seen=minute(4), live=True)
    expected = [
        version(0, first),
        version(1, other),
        version(2, second),
        version(3, second, gone=True),
        version(4, second),
    ]
    assert expected == list(history.versions(db, minute(0)))
    assert expected[2:] == list(history.versions(db, minute(2)))


def test_what_is_seen_last_comes_last_whatever_time_it_is_given(db: Connection) -> None:
    first, second, third = (usage.record(steps=steps) for steps in (1, 2, 3))
    ledger.add(db, [first], seen=minute(0), live=True)
    ledger.add(db, [second], seen=minute(5), live=True)
    ledger.add(db, [third], seen=minute(2), live=True)
    ledger.mark_gone(db, "acme", [third.key], seen=minute(3))
    ledger.add(db, [second], seen=minute(6), live=True)
    ledger.mark_gone(db, "acme", [third.key], seen=minute(8))
    ledger.add(db, [first], seen=minute(7), live=True)
    assert [
        version(0, first),
        version(5, second),
        version(5, third),
        version(5, third, gone=True),
        version(6, second),
        version(8, second, gone=True),
        version(8, first),
    ] == list(history.versions(db, minute(0)))
    untils = db.execute("SELECT until FROM replaced ORDER BY id").fetchall()
    assert [minute(number) for number in (5, 5, 6, 8)] == [
        instant.from_micros(until) for (until,) in untils
    ]


def test_what_backfill_reads_was_known_since_it_was_created(db: Connection) -> None:
    old = usage.record(at=SEEN - timedelta(days=30))
    ledger.add(db, [old], seen=SEEN, live=False)
    assert [(old.at, False)] == [
        (found.known, found.polled) for found in history.versions(db, old.at)
    ]
    assert [] == list(history.versions(db, old.at + timedelta(microseconds=1)))


def test_more_versions_than_are_read_at_once_are_all_told(db: Connection) -> None:
    records = [usage.record(key=f"r-{number:04}") for number in range(2_100)]
    ledger.add(db, records, seen=SEEN, live=True)
    assert records == [found.record for found in history.versions(db, SEEN)]


def test_versions_of_one_moment_keep_the_order_of_their_record(db: Connection) -> None:
    for steps in (3, 1, 2):
        ledger.add(db, [usage.record(steps=steps)], seen=SEEN, live=True)
    found = [each.record for each in history.versions(db, SEEN)]
    assert [3, 1, 2] == [record.steps for record in found if record]
