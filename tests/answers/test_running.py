"""Totals that move with the time."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.answers.running import Running
from rules import window
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


_queries = (
    usage.queries()
    .filter(lambda query: query.reads is not Reads.BLOCKED and query.span.start < query.span.end)
    .map(_whole)
)
_steps = st.lists(st.tuples(usage.records, st.booleans(), st.integers(-3, 3)), max_size=12)


@given(query=_queries, steps=_steps, moving=st.booleans())
def test_whatever_happens_it_answers_as_sums_of_what_is_known_do(
    query: Query, steps: list[tuple[Record, bool, int]], moving: bool
) -> None:
    running, known = Running(), dict[tuple[str, str], Record]()
    for record, gone, hours in steps:
        running.put(record.source, record.key, None if gone else record)
        known.pop((record.source, record.key), None)
        if not gone:
            known[record.source, record.key] = record
        if query.days is None:
            later = timedelta(hours=hours)
            query = replace(query, span=Span(query.span.start + later, query.span.end + later))
        at = query.span.end if moving else query.span.start
        expected = usage.plain(known.values()).answer(query)
        assert expected == running.answer(query, None, at)
        assert expected == running.answer(query, None, at)
        some = frozenset(sorted({values[: len(query.group_by)] for values in expected})[:1])
        told = running.answer(query, some, at)
        assert {
            values: totals
            for values, totals in expected.items()
            if values[: len(query.group_by)] in some
        } == told


def test_records_are_found_in_the_order_of_their_creation() -> None:
    running = Running()
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
