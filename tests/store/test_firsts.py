"""Who was never seen before a moment is looked up, not searched for."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import ledger, sums
from bot.store.connection import Connection
from rules.labels import EVERYTHING, Label, Pattern, Selector
from rules.metric import Reads
from rules.record import Record
from rules.series import NEW, Query
from rules.window import Span
from tests.store import usage

SEEN = datetime(2026, 11, 1, tzinfo=UTC)
SPAN = Span(usage.NOON, usage.NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("group_by", "way"),
    [
        ([Label.USER], "rollup_user USING PRIMARY KEY (user=? AND day>? AND day<?)"),
        ([Label.SOURCE, Label.USER], "ledger USING INDEX ledger_user (user=? AND at>? AND at<?)"),
        ([Label.MODEL], "rollup_day_model (model=? AND day>? AND day<?)"),
        ([Label.STATUS, Label.SOURCE], "rollup_day_status (status=? AND day>? AND day<?)"),
        ([Label.BYOK, Label.MODEL], "rollup_hour USING PRIMARY KEY (hour>? AND hour<?)"),
        ([Label.SOURCE], "ledger USING INDEX ledger_at (at>? AND at<?)"),
        ([Label.USER, Label.TASK], "ledger USING INDEX ledger_task (task=?)"),
    ],
    ids=str,
)
def test_each_is_looked_up_by_an_index(db: Connection, group_by: list[Label], way: str) -> None:
    ledger.add(db, [usage.record()], seen=SEEN, live=True)
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    sums.answer(db, Query(Reads.FIRST, SPAN, tuple(group_by), EVERYTHING))
    db.conn.set_trace_callback(None)
    [looked_up] = [sql for sql in asked if "NOT EXISTS" in sql]
    plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {looked_up}")]
    assert [] == [
        step
        for step in plan
        if step.startswith("SCAN") and "asked" not in step and "json_each" not in step
    ]
    assert any(way in step for step in plan), plan


@settings(deadline=None, max_examples=60)
@given(st.lists(usage.newcomers, min_size=1, max_size=5), st.integers(0, 4), usage.newest)
def test_sql_knows_who_is_new_as_looking_through_everything_does(
    records: list[Record], gone: int, query: Query
) -> None:
    with closing(usage.fresh()) as db:
        ledger.add(db, records, seen=SEEN, live=True)
        live = {(record.source, record.key): record for record in records}
        for record in records[gone:]:
            live.pop((record.source, record.key), None)
            ledger.mark_gone(db, record.source, [record.key], seen=SEEN)
        assert usage.plain(live.values()).answer(query) == sums.answer(db, query)


def test_usage_that_is_not_selected_makes_nobody_known(db: Connection) -> None:
    before = usage.record(key=usage.KEYS[0], source="blue", at=SPAN.start - timedelta(days=3))
    ledger.add(db, [before, usage.record(key=usage.KEYS[1])], seen=SEEN, live=True)
    where = Selector.of({Label.SOURCE: Pattern(("acme",))})
    for selected, new in ((where, {("ana@acme.test",): NEW}), (EVERYTHING, {})):
        assert new == sums.answer(db, Query(Reads.FIRST, SPAN, (Label.USER,), selected))


def test_nobody_is_looked_up_where_nothing_is_used(db: Connection) -> None:
    assert {} == sums.answer(db, Query(Reads.FIRST, SPAN, (Label.USER,), EVERYTHING))
