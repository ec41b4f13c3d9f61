"""What tasks come to in the ledger, whole."""

from datetime import timedelta

import pytest

from bot.store import ledger, tasks, works
from bot.store.connection import Connection
from rules.metric import Totals
from rules.money import Money
from rules.window import Span
from tests.store import usage
from tests.store.usage import KEYS, NOON

DAY = timedelta(days=1)


@pytest.fixture
def db() -> Connection:
    """Three streams of two tasks, one of another source, and one that is gone."""
    db = usage.fresh()
    records = [
        usage.record(key=KEYS[0], at=NOON, neo_cost=Money(2)),
        usage.record(key=KEYS[1], at=NOON + 3 * DAY, llm_cost=Money(3), priced=False),
        usage.record(key=KEYS[2], at=NOON + DAY, task="t-2", user="bob@acme.test"),
        usage.record(key=KEYS[3], at=NOON, source="blue"),
        usage.record(key=KEYS[4], at=NOON, task="t-3"),
    ]
    ledger.add(db, records, seen=NOON, live=True)
    ledger.mark_gone(db, "acme", [KEYS[4]], seen=NOON)
    return db


def test_a_task_is_all_its_streams_but_for_those_that_are_gone(db: Connection) -> None:
    whole = Totals(streams=2, unpriced=1, credits=10_000_000_002, neo_cost=2, llm_cost=3)
    found = works.of(db, "acme", ["t-1", "t-3", "never seen"])
    assert {"t-1": works.Work(whole, NOON + 3 * DAY)} == found
    assert ["t-1"] == list(works.of(db, "blue", ["t-1", "t-2"]))
    assert {} == works.of(db, "never read", ["t-1"])


def test_a_task_began_when_neo_listed_it_or_perhaps_on_any_of_its_days(db: Connection) -> None:
    first, later = Span(NOON, NOON + DAY / 4), Span(NOON + 3 * DAY, NOON + 4 * DAY)
    assert ({"t-1"}, {"t-1"}) == (works.began(db, "acme", first), works.began(db, "acme", later))
    tasks.put(
        db, [usage.task(id="t-1", at=NOON), usage.task(id="t-1", source="blue", at=NOON + DAY)]
    )
    assert ({"t-1"}, set()) == (works.began(db, "acme", first), works.began(db, "acme", later))
    assert {"t-2"} == works.began(db, "acme", Span(NOON + DAY / 2, NOON + 2 * DAY))


def test_what_was_created_in_a_span_counts_whenever_it_ran(db: Connection) -> None:
    tasks.put(db, [usage.task(id="t-1", at=NOON), usage.task(id="t-2", at=NOON - DAY)])
    found = works.by_creation(db, "acme", Span(NOON, NOON + DAY))
    assert {"ana@acme.test": 2} == {user: totals.streams for user, totals in found.items()}
