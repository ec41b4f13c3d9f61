"""The ledger keeps one row for each record, and what a correction replaced."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.store import changes, evidence, ledger
from bot.store.connection import Connection
from bot.store.evidence import Order
from bot.store.ledger import Added, Present
from rules.labels import EVERYTHING
from rules.money import Money
from rules.record import Record, task_key
from rules.window import Span
from tests.store import usage

SEEN = usage.NOON + timedelta(hours=1)
LATER = SEEN + timedelta(minutes=1)
SPAN = Span(usage.NOON - timedelta(days=1), usage.NOON + timedelta(days=1))


def held(db: Connection) -> list[Record]:
    return evidence.records(db, EVERYTHING, SPAN, order=Order.AT, limit=100)


def replaced(db: Connection) -> list[tuple[Any, ...]]:
    return db.execute("SELECT record, until, credits, seen FROM replaced ORDER BY id").fetchall()


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(str(UUID(int=2**127 + 5)), id="a canonical UUID"),
        pytest.param(str(UUID(int=2**128 - 1)).upper(), id="a UUID in capitals"),
        pytest.param("task:t-1", id="a whole task"),
        pytest.param("zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz", id="what only looks like a UUID"),
        pytest.param("a-key with \0 and ü", id="any other text"),
    ],
)
def test_a_record_comes_back_as_it_went_in(db: Connection, key: str) -> None:
    record = usage.record(
        key=key,
        task=key,
        byok=True,
        neo_cost=Money(-3),
        llm_cost=Money(2**50),
        priced=False,
        at=usage.NOON + timedelta(microseconds=1),
        tools=(("bash", 1, 2), ("nuclei", 3, 4)),
        agents=(("recon", 5),),
        error="upstream\ntimed out",
    )
    assert Added(new=1) == ledger.add(db, [record], seen=SEEN, live=True)
    assert [record] == held(db)


def test_an_upper_case_uuid_is_another_key(db: Connection) -> None:
    lower = str(UUID(int=2**128 - 1))
    records = [usage.record(key=lower), usage.record(key=lower.upper())]
    assert Added(new=2) == ledger.add(db, records, seen=SEEN, live=True)


def test_an_unchanged_page_writes_nothing(db: Connection) -> None:
    page = [usage.record(key=key, tools=(("bash", 1, 2),), error="timed out") for key in usage.KEYS]
    ledger.add(db, page, seen=SEEN, live=True)
    before = db.conn.total_changes
    assert Added(unchanged=len(page)) == ledger.add(db, page, seen=LATER, live=True)
    assert before == db.conn.total_changes


def test_a_correction_keeps_what_it_replaced(db: Connection) -> None:
    for minute, cost in enumerate((5, 7, 7, 6)):
        record = usage.record(credits=Money(cost))
        ledger.add(db, [record], seen=SEEN + timedelta(minutes=minute), live=True)
    assert [Money(6)] == [record.credits for record in held(db)]
    seen = int(SEEN.timestamp()) * 1_000_000
    assert [(1, seen + 60_000_000, 5, seen), (1, seen + 180_000_000, 7, seen + 60_000_000)] == (
        replaced(db)
    )


@pytest.mark.parametrize(
    "corrected",
    [
        {"task": "t-2"},
        {"user": "bob@acme.test"},
        {"model": "sonnet"},
        {"status": "failed"},
        {"byok": True},
        {"at": usage.NOON + timedelta(microseconds=1)},
        {"credits": Money(1)},
        {"neo_cost": Money(1)},
        {"llm_cost": Money(1)},
        {"priced": False},
        {"steps": 4},
        {"tool_calls": 4},
        {"agent_triggers": 4},
        {"execution_ms": 4},
        {"llm_ms": 4},
        {"tool_ms": 4},
        {"tools": (("bash", 1, 1),)},
        {"agents": (("recon", 1),)},
        {"error": "timed out"},
    ],
    ids=lambda corrected: f"its {next(iter(corrected))}",
)
def test_a_record_is_corrected_when_one_fact_differs(
    db: Connection, corrected: dict[str, Any]
) -> None:
    ledger.add(db, [usage.record()], seen=SEEN, live=True)
    record = usage.record(**corrected)
    assert Added(changed=1) == ledger.add(db, [record], seen=LATER, live=True)
    assert [record] == held(db)


def test_of_a_record_listed_twice_the_later_counts(db: Connection) -> None:
    twice = [usage.record(credits=Money(1)), usage.record(credits=Money(2))]
    assert Added(new=1) == ledger.add(db, twice, seen=SEEN, live=True)
    assert [Money(2)] == [record.credits for record in held(db)]


def test_two_sources_may_use_one_key(db: Connection) -> None:
    records = [usage.record(), usage.record(source="blue")]
    assert Added(new=2) == ledger.add(db, records, seen=SEEN, live=True)
    assert 1 == ledger.mark_gone(db, "blue", [records[0].key], seen=LATER)
    assert records[:1] == held(db)


def test_more_records_than_are_compared_at_once(db: Connection) -> None:
    records = [usage.record(key=f"r-{number}") for number in range(10_001)]
    assert Added(new=10_001) == ledger.add(db, records, seen=SEEN, live=False)
    assert Added(unchanged=10_001) == ledger.add(db, records, seen=SEEN, live=True)


def test_a_gone_record_leaves_and_comes_back(db: Connection) -> None:
    record = usage.record()
    ledger.add(db, [record], seen=SEEN, live=True)
    assert 1 == ledger.mark_gone(db, "acme", [record.key, "unknown"], seen=LATER)
    assert 0 == ledger.mark_gone(db, "acme", [record.key], seen=LATER)
    assert 0 == ledger.mark_gone(db, "nobody", [record.key], seen=LATER)
    assert ([], [], 0) == (held(db), ledger.in_span(db, "acme", SPAN), ledger.count(db))

    assert Added(changed=1) == ledger.add(db, [record], seen=LATER, live=True)
    assert ([record], 1) == (held(db), ledger.count(db))


def test_streams_take_the_place_of_their_task(db: Connection) -> None:
    whole = usage.record(key=task_key("t-1"), credits=Money(10))
    ledger.add(db, [whole], seen=SEEN, live=True)
    streams = [usage.record(key=key, credits=Money(5)) for key in usage.KEYS[:2]]
    added = ledger.replace_tasks(db, "acme", ["t-1", "t-2"], streams, seen=LATER)
    assert Added(new=2) == added
    assert streams == held(db)


def test_a_span_names_what_a_complete_reading_must_hold(db: Connection) -> None:
    inside = usage.record(key=usage.KEYS[1])
    others = [
        usage.record(key="before", at=SPAN.start - timedelta(microseconds=1)),
        usage.record(key="after", at=SPAN.end),
        usage.record(key="other", source="blue"),
    ]
    ledger.add(db, [inside, *others], seen=SEEN, live=True)
    assert [Present(inside.key, inside.at)] == ledger.in_span(db, "acme", SPAN)


def test_the_extent_is_from_the_first_record_to_just_after_the_last(db: Connection) -> None:
    assert ledger.extent(db) is None
    for key, at in (("a", SPAN.end), ("b", SPAN.start)):
        ledger.add(db, [usage.record(key=key, at=at)], seen=SEEN, live=True)
    assert Span(SPAN.start, SPAN.end + timedelta(microseconds=1)) == ledger.extent(db)


def test_what_changed_is_marked_and_what_did_not_is_not(db: Connection) -> None:
    record = usage.record()
    ledger.add(db, [record], seen=SEEN, live=True)
    changes.settle(db, changes.pending(db)[1])
    ledger.add(db, [record], seen=LATER, live=True)
    assert 0 == changes.count(db)
