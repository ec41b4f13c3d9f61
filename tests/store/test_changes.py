"""Whatever could alter a sum is marked, with the labels it has and those it had."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import changes, ledger, tasks
from bot.store.connection import Connection
from rules.change import Change
from rules.labels import Label
from rules.record import Record, Task
from rules.window import Span
from tests.store import usage

SEEN = usage.NOON + timedelta(hours=1)


def change(record: Record | Task, **other: object) -> Change:
    labels = {label.value: record.label(label) for label in usage.SINGLE}
    return Change(**{**labels, "first": record.at, "last": record.at, **other})  # type: ignore[arg-type]  # labels are texts


def marked(db: Connection) -> list[Change]:
    return changes.pending(db)[0]


def settle(db: Connection) -> None:
    changes.settle(db, changes.pending(db)[1])


def add(db: Connection, *records: Record) -> None:
    ledger.add(db, records, seen=SEEN, live=True)


def test_new_records_are_marked_once_for_each_combination_of_labels(db: Connection) -> None:
    first, last = usage.record(), usage.record(key="b", at=usage.NOON + timedelta(hours=2))
    other = usage.record(key="c", user="bob@acme.test")
    add(db, first, last, other)
    assert [change(first, last=last.at), change(other)] == marked(db)
    assert 3 == changes.count(db)


def test_a_correction_marks_what_it_was_and_what_it_is(db: Connection) -> None:
    old = usage.record()
    new = usage.record(user="bob@acme.test", at=usage.NOON - timedelta(days=3))
    add(db, old)
    settle(db)
    add(db, new)
    assert [change(old), change(new)] == marked(db)


def test_a_gone_record_is_marked(db: Connection) -> None:
    add(db, usage.record())
    settle(db)
    ledger.mark_gone(db, "acme", [usage.KEYS[0]], seen=SEEN)
    assert [change(usage.record())] == marked(db)


def test_what_changes_while_it_is_judged_stays_marked(db: Connection) -> None:
    add(db, usage.record())
    _, upto = changes.pending(db)
    other = usage.record(key="b", user="bob@acme.test")
    add(db, other)
    changes.settle(db, upto)
    assert [change(other)] == marked(db)
    settle(db)
    assert [] == marked(db)


def test_marks_after_settling_are_newer_than_those_before(db: Connection) -> None:
    add(db, usage.record())
    _, before = changes.pending(db)
    changes.settle(db, before)
    add(db, usage.record(steps=99))
    changes.settle(db, before)
    assert [change(usage.record())] == marked(db)


def test_a_task_is_marked_when_it_is_blocked_and_when_it_no_longer_is(db: Connection) -> None:
    blocked = usage.task(status="blocked")
    tasks.put(db, [usage.task(id="t-9")])
    assert [] == marked(db)
    tasks.put(db, [blocked])
    assert [change(blocked)] == marked(db)
    settle(db)
    tasks.put(db, [usage.task(status="blocked", title="Another title")])
    assert [] == marked(db)
    tasks.put(db, [usage.task(status="completed")])
    assert [change(blocked)] == marked(db)


def test_records_that_an_edge_passes_are_found_by_their_time(db: Connection) -> None:
    inside, outside = usage.record(), usage.record(key="b", user="bob@acme.test", at=SEEN)
    gone = usage.record(key="c", user="ci@acme.test")
    add(db, inside, outside, gone)
    ledger.mark_gone(db, "acme", ["c"], seen=SEEN)
    assert [change(inside)] == changes.crossing(db, Span(usage.NOON, SEEN))


@settings(max_examples=15)
@given(usage.batches, usage.tasks, usage.spans)
def test_what_an_edge_passes_is_every_record_and_blocked_task_of_its_span(
    records: list[Record], listed: list[Task], span: Span
) -> None:
    db = usage.fresh()
    add(db, *records)
    tasks.put(db, listed)
    known = {(record.source, record.key): record for record in records}
    latest = {(task.source, task.id): task for task in listed}
    blocked = [task for task in latest.values() if task.status == "blocked"]
    times: dict[tuple[str, ...], list[datetime]] = {}
    there: list[Record | Task] = [*known.values(), *blocked]
    for each in there:
        if each.at in span:
            times.setdefault(tuple(each.label(label) for label in usage.SINGLE), []).append(each.at)
    assert {labels: (min(found), max(found)) for labels, found in times.items()} == {
        tuple(each.label(label) for label in usage.SINGLE): (each.first, each.last)
        for each in changes.crossing(db, span)
    }
    db.close()


@given(st.lists(usage.batches, min_size=2, max_size=5))
def test_every_series_whose_sum_moves_is_marked(batches: list[list[Record]]) -> None:
    db = usage.fresh()
    live: dict[tuple[str, str], Record] = {}
    for batch in batches:
        before = _by_labels(live)
        add(db, *batch)
        live.update({(record.source, record.key): record for record in batch})
        after = _by_labels(live)
        moved = {key for key in before | after if before.get(key) != after.get(key)}
        found = {
            tuple(each.label(label) for label in usage.SINGLE): (each.first, each.last)
            for each in marked(db)
        }
        assert moved <= found.keys()
        for key in moved:
            times = {record.at for record in before.get(key, set()) ^ after.get(key, set())}
            first, last = found[key]
            assert first <= min(times)
            assert max(times) <= last
        settle(db)
    db.close()


def _by_labels(live: dict[tuple[str, str], Record]) -> dict[tuple[str, ...], set[Record]]:
    found: dict[tuple[str, ...], set[Record]] = {}
    for record in live.values():
        found.setdefault(tuple(record.label(Label(label)) for label in usage.SINGLE), set()).add(
            record
        )
    return found
