"""Whatever happens to the ledger, every sum is what plain adding of its records gives."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import ledger, sums, tasks
from bot.store.connection import Connection
from bot.store.rollup import SUMS
from rules.labels import EVERYTHING, Label, Pattern, Selector
from rules.metric import NOTHING, Reads, Totals
from rules.money import Money
from rules.record import Record
from rules.series import Query, totals_of
from rules.window import Span
from tests.store import usage

SEEN = datetime(2026, 11, 1, tzinfo=UTC)
Live = dict[tuple[str, str], Record]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, list[Record]]]:
    """Readings of Neo: some add and correct, some find that records are gone, some repeat."""
    steps = st.tuples(st.sampled_from(["add", "add", "add", "gone", "again"]), usage.batches)
    return draw(st.lists(steps, max_size=6))


def play(db: Connection, history: list[tuple[str, list[Record]]]) -> Live:
    """Plays a history into the ledger; gives what it should hold."""
    live: Live = {}
    for number, (what, records) in enumerate(history):
        seen = SEEN + timedelta(minutes=number)
        if what == "gone":
            for record in records:
                live.pop((record.source, record.key), None)
                ledger.mark_gone(db, record.source, [record.key], seen=seen)
        else:
            read = list(live.values()) if what == "again" else records
            live.update({(record.source, record.key): record for record in read})
            ledger.add(db, read, seen=seen, live=number % 2 == 0)
    return live


@settings(deadline=None)
@given(histories())
def test_rollups_equal_the_ledger_summed_from_scratch(
    history: list[tuple[str, list[Record]]],
) -> None:
    with closing(usage.fresh()) as db:
        live = play(db, history)
        tables: dict[str, dict[tuple[object, ...], Totals]] = {name: {} for name in _KEYS}
        for record in live.values():
            day = record.at.strftime("%F")
            labels = (record.source, record.model, int(record.byok), record.status)
            for table, key in (
                ("rollup_hour", (record.at.strftime("%F %H"), *labels)),
                ("rollup_day", (day, *labels)),
                ("rollup_source", (day, record.source)),
                ("rollup_user", (record.user, day, record.source)),
                ("task_day", (day, record.task, record.source, record.user)),
            ):
                held = tables[table].get(key, NOTHING)
                more = Totals(streams=1) if table == "task_day" else totals_of(record)
                tables[table][key] = held.plus(more)

        assert tables == {name: _stored(db, name) for name in _KEYS}
        assert len(live) == ledger.count(db)


def _text(column: str) -> str:
    return f"(SELECT text FROM term WHERE id = {column})"


def _task() -> str:
    """The only task with a UUID is told by its last digits."""
    text = _text("task")
    return f"CASE typeof({text}) WHEN 'text' THEN {text} ELSE '{usage.TASKS[2]}' END"


_DAY = "date(day * 86400, 'unixepoch')"
_HOUR = "strftime('%Y-%m-%d %H', hour * 3600, 'unixepoch')"
_LABELS = (_text("source"), _text("model"), "byok", _text("status"))
_KEYS = {
    "rollup_hour": (_HOUR, *_LABELS),
    "rollup_day": (_DAY, *_LABELS),
    "rollup_source": (_DAY, _text("source")),
    "rollup_user": (_text("user"), _DAY, _text("source")),
    "task_day": (_DAY, _task(), _text("source"), _text("user")),
}


def _stored(db: Connection, table: str) -> dict[tuple[object, ...], Totals]:
    names = SUMS if table != "task_day" else ("streams",)
    rows = db.execute(f"SELECT {', '.join((*names, *_KEYS[table]))} FROM {table}").fetchall()
    return {row[len(names) :]: Totals(*row[: len(names)]) for row in rows}


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_sql_answers_every_query_as_plain_adding_does(data: st.DataObject) -> None:
    with closing(usage.fresh()) as db:
        live = play(db, data.draw(histories()))
        listed = data.draw(usage.tasks)
        tasks.put(db, listed)
        query = data.draw(usage.queries())

        latest = {(task.source, task.id): task for task in listed}
        expected = usage.plain(live.values(), latest.values()).answer(query)
        assert expected == sums.answer(db, query)

        only = data.draw(usage.wishes(query, expected))
        told = sums.answer(db, query, only)
        width = len(query.group_by)
        wanted = {values for values in expected if only is None or values[:width] in only}
        assert wanted <= told.keys() <= expected.keys()
        assert told == {values: expected[values] for values in told}


@settings(deadline=None)
@given(st.lists(usage.records, unique_by=lambda record: (record.source, record.key)), st.data())
def test_the_order_of_arrival_changes_nothing(records: list[Record], data: st.DataObject) -> None:
    query = data.draw(usage.queries())
    answers = []
    for order in (records, data.draw(st.permutations(records))):
        with closing(usage.fresh()) as db:
            ledger.add(db, order[:3], seen=SEEN, live=True)
            ledger.add(db, order[2:], seen=SEEN, live=False)
            answers.append(sums.answer(db, query))
    assert answers[0] == answers[1]


SPAN = Span(usage.NOON - timedelta(days=2), usage.NOON + timedelta(days=1))


def query(*group_by: Label, where: Selector = EVERYTHING, days: str | None = None) -> Query:
    return Query(Reads.RECORDS, SPAN, group_by, where, ZoneInfo(days) if days else None)


def test_a_span_takes_its_start_and_leaves_its_end(db: Connection) -> None:
    for key, at in zip(usage.KEYS, (SPAN.start, SPAN.end), strict=False):
        ledger.add(db, [usage.record(key=key, at=at)], seen=SEEN, live=True)
    assert 1 == sums.answer(db, query())[()].streams


def test_a_nano_dollar_is_not_lost_in_millions(db: Connection) -> None:
    records = [
        usage.record(key=f"r-{number}", credits=Money(3_000_000_000_000_001))
        for number in range(999)
    ]
    ledger.add(db, records, seen=SEEN, live=True)
    assert Money(999 * 3_000_000_000_000_001) == sums.answer(db, query())[()].spend


def test_days_of_a_zone_end_with_their_date(db: Connection) -> None:
    late = usage.record(at=datetime(2026, 10, 24, 22, 30, tzinfo=UTC))
    ledger.add(db, [late], seen=SEEN, live=True)
    told = sums.answer(db, query(Label.USER, days="Europe/Berlin"))
    assert [("ana@acme.test", "2026-10-25")] == list(told)


def test_nothing_is_read_when_nothing_is_wanted(db: Connection) -> None:
    ledger.add(db, [usage.record()], seen=SEEN, live=True)
    assert {} == sums.answer(db, query(Label.USER), frozenset())


@pytest.mark.parametrize("label", [Label.USER, Label.TASK])
def test_more_wishes_than_are_worth_looking_for_are_answered_all_the_same(
    db: Connection, label: Label
) -> None:
    records = [
        usage.record(key=f"r-{number}", user=f"{number}@acme.test", task=f"t-{number}")
        for number in range(5_002)
    ]
    ledger.add(db, records, seen=SEEN, live=True)
    only = frozenset((record.label(label),) for record in records)
    assert only == sums.answer(db, query(label), only).keys()


def test_a_tool_s_pattern_selects_records_and_parts(db: Connection) -> None:
    used = usage.record(tools=(("bash", 2, 10), ("nuclei", 5, 20)), tool_calls=7)
    ledger.add(db, [used], seen=SEEN, live=True)
    where = Selector.of({Label.TOOL: Pattern(("b*",))})
    assert {("bash",): Totals(tool_calls=2, tool_ms=10)} == sums.answer(
        db, query(Label.TOOL, where=where)
    )
    assert 7 == sums.answer(db, query(where=where))[()].tool_calls


def test_billing_is_not_answered_from_records(db: Connection) -> None:
    with pytest.raises(ValueError, match="gauges"):
        sums.answer(db, Query(Reads.BILLING, SPAN, (), EVERYTHING))
