from dataclasses import replace
from datetime import timedelta

from bot.store import acks
from bot.store.acks import Ack
from bot.store.connection import Connection
from rules.terms import Severity
from tests.rules.samples import NOON

LATER = NOON + timedelta(hours=1)
FIRST = Ack("a", NOON, "ada@acme.test", Severity.WARNING)
OTHER = Ack("b", NOON, "bob@acme.test", Severity.CRITICAL)


def test_acknowledgements_of_an_alert_come_back_oldest_first(db: Connection) -> None:
    second = replace(FIRST, at=LATER, author="bob@acme.test")
    for ack in (FIRST, OTHER, second):
        acks.add(db, ack)
    assert [FIRST, second] == acks.of(db, "a")


def test_what_is_undone_says_when_and_others_stay(db: Connection) -> None:
    acks.add(db, FIRST)
    acks.add(db, OTHER)
    acks.undo(db, "a", LATER)
    acks.undo(db, "a", LATER + timedelta(hours=1))
    assert [replace(FIRST, undone=LATER)] == acks.of(db, "a")
    assert [OTHER] == acks.of(db, "b")


def test_what_was_given_or_taken_back_lately_is_found(db: Connection) -> None:
    acks.add(db, FIRST)
    acks.add(db, OTHER)
    acks.undo(db, "a", LATER)
    assert [replace(FIRST, undone=LATER), OTHER] == acks.since(db, NOON)
    assert [replace(FIRST, undone=LATER)] == acks.since(db, LATER)
