"""What is too old leaves the ledger and every sum; what is left is as if the rest had never been."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import ledger, prune, sources, sums, tasks
from bot.store.connection import Connection
from bot.store.sources import Backfill
from rules.labels import EVERYTHING
from rules.metric import Reads
from rules.series import Query
from rules.window import Span
from tests.store import test_sums, usage
from tests.store.usage import NOON

DAY = timedelta(days=1)
TABLES = (
    "ledger",
    "replaced",
    "rollup_hour",
    "rollup_day",
    "rollup_source",
    "rollup_user",
    "task_day",
)
EVER = Span(datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))

SOURCES = ("acme", "blue")
RECORD_QUERIES = usage.queries().filter(lambda query: query.reads is not Reads.BLOCKED)


def counts(db: Connection) -> dict[str, int]:
    return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


def emptied(db: Connection, before: datetime, limit: int) -> int:
    taken = 0
    while step := prune.records(db, before, limit):
        assert step <= limit
        taken += step
    return taken


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_sums_are_those_of_what_is_left_after_each_step(data: st.DataObject) -> None:
    with closing(usage.fresh()) as db:
        live = test_sums.play(db, data.draw(test_sums.histories()))
        played = live
        before, query = data.draw(usage.spans).start, data.draw(RECORD_QUERIES)
        while prune.records(db, before, 3):
            held = {(each, one.key) for each in SOURCES for one in ledger.in_span(db, each, EVER)}
            live = {key: record for key, record in live.items() if key in held}
            for asked in (query, Query(Reads.RECORDS, EVER, (), EVERYTHING)):
                assert usage.plain(live.values()).answer(asked) == sums.answer(db, asked)
        assert {key for key, record in played.items() if record.at >= before} == set(live)
        old = [one for each in SOURCES for one in ledger.in_span(db, each, EVER) if one.at < before]
        assert [] == old


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_nothing_is_left_of_records_that_are_all_too_old(limit: int) -> None:
    with closing(usage.fresh()) as db:
        first = [
            usage.record(key=usage.KEYS[number], at=NOON + number * DAY) for number in range(4)
        ]
        ledger.add(db, first, seen=NOON, live=True)
        ledger.add(db, [usage.record(steps=9)], seen=NOON, live=True)
        ledger.mark_gone(db, "acme", [usage.KEYS[1]], seen=NOON)
        assert 1 == counts(db)["replaced"]
        assert 4 == emptied(db, NOON + 4 * DAY, limit)
        assert dict.fromkeys(TABLES, 0) == counts(db)


def test_the_oldest_go_first_and_the_edge_stays(db: Connection) -> None:
    times = [NOON + 2 * DAY, NOON, NOON + DAY]
    ledger.add(
        db,
        [usage.record(key=usage.KEYS[number], at=at) for number, at in enumerate(times)],
        seen=NOON,
        live=True,
    )
    assert 1 == prune.records(db, NOON + DAY, 100)
    assert [NOON + DAY, NOON + 2 * DAY] == [
        present.at for present in ledger.in_span(db, "acme", EVER)
    ]
    assert 0 == prune.records(db, NOON + DAY, 100)


def test_a_task_goes_with_the_last_of_its_records(db: Connection) -> None:
    records = [
        usage.record(key=usage.KEYS[0], task="t-1", at=NOON),
        usage.record(key=usage.KEYS[1], task="t-2", at=NOON),
        usage.record(key=usage.KEYS[2], task="t-2", at=NOON + 2 * DAY),
    ]
    ledger.add(db, records, seen=NOON, live=True)
    tasks.put(db, [usage.task(id="t-1"), usage.task(id="t-2"), usage.task(id="t-1", source="blue")])
    emptied(db, NOON + DAY, 1)
    assert ["blue"] == [task.source for task in tasks.get(db, "t-1")]
    assert ["acme"] == [task.source for task in tasks.get(db, "t-2")]


def test_a_blocked_task_without_records_goes_by_its_own_time(db: Connection) -> None:
    tasks.put(
        db,
        [
            usage.task(id="old", status="blocked"),
            usage.task(id="young", status="blocked", at=NOON + DAY),
            usage.task(id="ran", status="blocked"),
        ],
    )
    ledger.add(db, [usage.record(task="ran", at=NOON + DAY)], seen=NOON, live=True)
    prune.blocked(db, NOON + DAY)
    assert [0, 1, 1] == [len(tasks.get(db, id_)) for id_ in ("old", "young", "ran")]


# --- from when on the ledger is whole -------------------------------------------------------------


def test_the_ledger_begins_where_it_was_cut(db: Connection) -> None:
    for source, days in (("acme", 9), ("blue", 1)):
        since = NOON - days * DAY
        sources.backfilled(db, source, Backfill(since, since, done=True))
    sources.failed(db, "grey", "unreachable", at=NOON)
    prune.begin(db, NOON - 4 * DAY)
    begins = {
        name: None if state.backfill is None else state.backfill.since
        for name, state in sources.load(db).items()
    }
    assert {"acme": NOON - 4 * DAY, "blue": NOON - DAY, "grey": None} == begins
    assert Backfill(NOON - 4 * DAY, NOON - 4 * DAY, done=True) == sources.load(db)["acme"].backfill


@pytest.mark.parametrize(
    ("record_at", "done", "is_due"),
    [
        pytest.param(NOON - DAY, True, True, id="a record is older"),
        pytest.param(NOON, True, False, id="none is older"),
        pytest.param(NOON - DAY, False, False, id="history is still being read"),
    ],
)
def test_when_there_is_something_to_prune(
    db: Connection, record_at: datetime, done: bool, is_due: bool
) -> None:
    ledger.add(db, [usage.record(at=record_at)], seen=NOON, live=True)
    sources.backfilled(db, "acme", Backfill(NOON - 9 * DAY, NOON - 9 * DAY, done=done))
    assert is_due is prune.is_due(db, NOON)
