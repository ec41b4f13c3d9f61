"""Cost that was added to earlier time."""

from datetime import timedelta

import pytest

from bot.store import late, ledger
from bot.store.connection import Connection
from rules.money import Money
from rules.record import Record
from tests.store import usage
from tests.store.usage import KEYS, NOON

BEFORE = NOON + timedelta(hours=12)
THEN = NOON + timedelta(days=1)
LATER = THEN + timedelta(hours=1)


def record(number: int, nano: int, hours: int = 0) -> Record:
    at = NOON + timedelta(hours=hours)
    return usage.record(key=KEYS[number], credits=Money(nano), neo_cost=Money(nano * 100), at=at)


@pytest.fixture
def known(db: Connection) -> Connection:
    """Two records that were known, one of them by backfill."""
    ledger.add(db, [record(0, 1)], seen=THEN - timedelta(hours=1), live=True)
    ledger.add(db, [record(1, 2)], seen=LATER, live=False)
    return db


def test_what_was_known_is_not_late(known: Connection) -> None:
    assert Money(0) == late.added(known, BEFORE, THEN)


def test_a_record_that_came_since_is_late(known: Connection) -> None:
    ledger.add(known, [record(2, 3), record(3, 1000, hours=12)], seen=LATER, live=True)
    assert Money(303) == late.added(known, BEFORE, THEN)


def test_a_correction_counts_by_its_difference(known: Connection) -> None:
    ledger.add(known, [record(0, 5), record(1, 1)], seen=LATER, live=True)
    assert Money((5 - 1 + 1 - 2) * 101) == late.added(known, BEFORE, THEN)


def test_corrections_of_corrections_count_once(known: Connection) -> None:
    ledger.add(known, [record(0, 5)], seen=LATER, live=True)
    ledger.add(known, [record(0, 9)], seen=LATER + timedelta(hours=1), live=True)
    assert Money((9 - 1) * 101) == late.added(known, BEFORE, THEN)
    assert Money((9 - 5) * 101) == late.added(known, BEFORE, LATER)


def test_a_correction_by_backfill_counts_too(known: Connection) -> None:
    ledger.add(known, [record(0, 4)], seen=LATER, live=False)
    assert Money((4 - 1) * 101) == late.added(known, BEFORE, THEN)


def test_a_record_that_is_gone_counts_against(known: Connection) -> None:
    ledger.mark_gone(known, "acme", [KEYS[0]], seen=LATER)
    assert Money(-101) == late.added(known, BEFORE, THEN)
    assert Money(0) == late.added(known, BEFORE, LATER), "it was known to be gone by then"


def test_what_came_and_went_since_is_nothing(known: Connection) -> None:
    ledger.add(known, [record(2, 3)], seen=LATER, live=True)
    ledger.mark_gone(known, "acme", [KEYS[2]], seen=LATER + timedelta(hours=1))
    assert Money(0) == late.added(known, BEFORE, THEN)


def test_what_went_and_came_back_is_nothing(known: Connection) -> None:
    ledger.mark_gone(known, "acme", [KEYS[0]], seen=LATER)
    ledger.add(known, [record(0, 1)], seen=LATER + timedelta(hours=1), live=True)
    assert Money(0) == late.added(known, BEFORE, THEN)


def test_a_record_that_moves_out_of_the_time_leaves_it(known: Connection) -> None:
    ledger.add(known, [record(0, 1, hours=20)], seen=LATER, live=True)
    assert Money(-101) == late.added(known, BEFORE, THEN)
