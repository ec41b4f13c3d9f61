"""Totals that move with the time."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.running import Running
from rules import window
from rules.labels import EVERYTHING, Label
from rules.metric import Reads
from rules.record import Record
from rules.series import Query
from rules.window import Span
from tests.store import usage


def _whole(query: Query) -> Query:
    """Daily sums are asked of whole local days only."""
    if query.days is None:
        return query
    days = window.days(query.days, query.span)
    return replace(query, span=Span(days[0].start, days[-1].end)) if days else query


def _later(query: Query, later: timedelta) -> Query:
    return replace(query, span=Span(query.span.start + later, query.span.end + later))


_queries = (
    usage.queries()
    .filter(lambda query: query.reads is not Reads.BLOCKED and query.span.start < query.span.end)
    .map(_whole)
)
_steps = st.lists(st.tuples(usage.records, st.booleans(), st.integers(0, 3)), max_size=12)
_arrivals = st.lists(
    st.tuples(usage.newcomers, st.sampled_from([False, False, True]), st.integers(0, 1)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40)
@given(query=_queries, steps=_steps, moving=st.booleans())
def test_whatever_happens_it_answers_as_sums_of_what_is_known_do(
    query: Query, steps: list[tuple[Record, bool, int]], moving: bool
) -> None:
    _holds(query, steps, moving=moving)


@settings(max_examples=60)
@given(query=usage.newest, steps=_arrivals, moving=st.booleans())
def test_whoever_comes_first_it_answers_as_looking_through_everything_does(
    query: Query, steps: list[tuple[Record, bool, int]], moving: bool
) -> None:
    _holds(query, steps, moving=moving)


def _holds(query: Query, steps: list[tuple[Record, bool, int]], *, moving: bool) -> None:
    running = Running([query.span.length] if moving else [], query.span.end)
    known = dict[tuple[str, str], Record]()
    for record, gone, hours in steps:
        running.put(record.source, record.key, None if gone else record)
        known.pop((record.source, record.key), None)
        if not gone:
            known[record.source, record.key] = record
        if query.days is None:
            query = _later(query, timedelta(hours=hours))
            running.move(query.span.end)
        expected = usage.plain(known.values()).answer(query)
        assert expected == running.answer(query, None)
        assert expected == running.answer(query, None)
        some = frozenset(sorted({values[: len(query.group_by)] for values in expected})[:1])
        told = running.answer(query, some)
        assert {
            values: totals
            for values, totals in expected.items()
            if values[: len(query.group_by)] in some
        } == told


@settings(max_examples=40)
@given(query=_queries.filter(lambda query: query.days is None), steps=_steps, moving=st.booleans())
def test_whatever_is_not_stirred_has_the_totals_that_it_had(
    query: Query, steps: list[tuple[Record, bool, int]], moving: bool
) -> None:
    _stays(query, steps, moving=moving)


@settings(max_examples=60)
@given(query=usage.newest, steps=_arrivals, moving=st.booleans())
def test_whoever_is_not_stirred_is_as_new_as_before(
    query: Query, steps: list[tuple[Record, bool, int]], moving: bool
) -> None:
    _stays(query, steps, moving=moving)


def _stays(query: Query, steps: list[tuple[Record, bool, int]], *, moving: bool) -> None:
    running = Running([query.span.length] if moving else [], query.span.end)
    lane = running.lane(query)
    before = lane.fold.answer(None)
    for record, gone, hours in steps:
        running.settle()
        assert not lane.stirred
        running.put(record.source, record.key, None if gone else record)
        query = _later(query, timedelta(hours=hours)) if moving else query
        running.move(query.span.end)
        assert lane is running.lane(query)
        after = lane.fold.answer(None)
        others = (before.keys() | after.keys()) - lane.stirred
        assert [before.get(values) for values in others] == [after.get(values) for values in others]
        assert [lane.fold.totals(values) for values in after] == [*after.values()]
        before = after


def test_who_becomes_new_as_earlier_usage_goes_is_stirred() -> None:
    hour = timedelta(hours=1)
    asked = Query(Reads.FIRST, Span(usage.NOON, usage.NOON + hour), (Label.USER,), EVERYTHING)
    running, early = Running([], usage.NOON), usage.record(at=usage.NOON - hour)
    running.put("acme", "early", early)
    running.put("acme", "late", usage.record(at=usage.NOON))
    lane = running.lane(asked)
    assert {} == lane.fold.answer(None)
    running.settle()
    running.put("acme", "early", None)
    assert {(early.user,)} == lane.stirred == lane.fold.answer(None).keys()


def test_a_period_of_long_ago_is_answered_too_and_the_latest_are_kept() -> None:
    running, record = Running([], usage.NOON), usage.record()
    hours = [
        Span(usage.NOON - timedelta(hours=ago), usage.NOON - timedelta(hours=ago - 1))
        for ago in range(20)
    ]
    ask = [Query(Reads.RECORDS, span, (), EVERYTHING) for span in hours]
    lanes = [running.lane(query) for query in ask]
    running.put(record.source, record.key, record)
    assert lanes[0] is running.lane(ask[0])
    assert [1, *[0] * 19] == [len(running.answer(query, None)) for query in ask]


def test_records_are_found_in_the_order_of_their_creation() -> None:
    running = Running([], usage.NOON)
    early, late = usage.record(key="a"), usage.record(key="b", at=usage.NOON + timedelta(hours=1))
    assert [late] == running.put("acme", "b", late)
    assert [early] == running.put("acme", "a", early)
    assert [early, late] == [*running.between(early.at, late.at + timedelta(seconds=1))]
    assert [early] == [*running.between(early.at, late.at)]
    assert (early.at, late.at) == (
        running.first_from(early.at),
        running.first_from(early.at + timedelta(seconds=1)),
    )
    assert [early] == running.put("acme", "a", None)
    assert late.at == running.first_from(early.at)
    assert running.put("acme", "a", None) == []
