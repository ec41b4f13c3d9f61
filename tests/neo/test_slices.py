"""Whatever Neo does while it is read, no row is missed, and the reading ends."""

import asyncio
import random
from bisect import bisect_left, insort
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.neo import page, pricing, slices
from bot.neo.error import Kind, NeoError
from bot.neo.filter import StreamFilter
from bot.neo.page import Page, Rejected
from bot.neo.settings import MoneySettings
from rules.record import Record
from rules.window import Span
from tests.neo import server

_PRICING = pricing.Pricing.of("acme", MoneySettings())
_START = datetime(2026, 3, 1, tzinfo=UTC)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_LENGTH = 3 * _DAY
_SPAN = Span(_START, _START + timedelta(microseconds=_LENGTH))

Row = tuple[int, str]
"""When it was created, in microseconds from the start of the span, and its key."""


@dataclass
class OddNeo:
    """A list of rows, and the ways in which Neo may answer for it."""

    rows: list[Row]
    order: Callable[[list[Row]], list[Row]] = sorted
    inclusive: bool = True
    clock: int = 1  # microseconds that its clock ticks in
    cap: int = 200
    total: Callable[[int], int] = int
    has_more: Callable[[bool], bool] = bool
    comings: list[Row] = field(default_factory=list)
    requests: int = 0

    def __post_init__(self) -> None:
        self.rows.sort()

    async def ask(self, wanted: StreamFilter) -> Page[Record]:
        self.requests += 1
        if self.comings:
            insort(self.rows, self.comings.pop())
        await asyncio.sleep(0)
        since, until = self._tick(wanted.since), self._tick(wanted.until)
        last = until + 1 if self.inclusive else until
        first, end = (bisect_left(self.rows, (at * self.clock, "")) for at in (since, last))
        found = self.order(self.rows[first:end])
        shown = found[wanted.offset : wanted.offset + min(wanted.limit, self.cap)]
        more = wanted.offset + len(shown) < len(found)
        records = [_record(*row) for row in shown]
        return Page(records, [], self.total(len(found)), self.has_more(more))

    def _tick(self, at: datetime | None) -> int:
        assert at is not None
        return (at - _START) // timedelta(microseconds=self.clock)


_RECORD = _PRICING.record(page.row(server.row()), "unknown")


@cache
def _record(at: int, key: str) -> Record:
    return _RECORD._replace(key=key, at=_START + timedelta(microseconds=at))


async def _read(neo: OddNeo, limit: int = 200, parallel: int = 4) -> list[str]:
    keys: list[str] = []
    pages = slices.read(neo.ask, StreamFilter(limit=limit), _SPAN, parallel=parallel)
    async with aclosing(pages):
        async for each in pages:
            keys += each.keys
    return keys


def _oldest_first(rows: list[Row]) -> list[Row]:
    return sorted(rows)


def _newest_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, reverse=True)


def _by_key(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row[1])


_ORDERS: list[Callable[[list[Row]], list[Row]]] = [_oldest_first, _newest_first, _by_key]
_TOTALS: list[Callable[[int], int]] = [int, lambda _: 0, lambda _: 10**9, lambda _: 700]
_CLAIMS: list[Callable[[bool], bool]] = [bool, lambda _: True, lambda _: False]
_INSTANTS = st.one_of(
    st.integers(0, _LENGTH - 1),
    st.sampled_from([0, _SECOND, _DAY, _DAY + 1, _LENGTH // 2, _LENGTH - 1]),
    st.integers(_DAY, _DAY + 5000),
)
_CLUSTERS = st.lists(st.tuples(_INSTANTS, st.integers(1, 12)), max_size=15)


@st.composite
def _neos(draw: st.DrawFn) -> tuple[OddNeo, int]:
    instants = [at for at, count in draw(_CLUSTERS) for _ in range(count)]
    if draw(st.booleans()):
        instants += [draw(_INSTANTS)] * 500
    limit = draw(st.sampled_from([200, 50, 7]) if len(instants) >= 500 else st.integers(1, 30))
    neo = OddNeo(
        [(at, f"row-{number * 7919 % 10007}") for number, at in enumerate(instants)],
        order=draw(st.sampled_from(_ORDERS)),
        inclusive=draw(st.booleans()),
        clock=draw(st.sampled_from([1, 1000])),
        total=draw(st.sampled_from(_TOTALS)),
        has_more=draw(st.sampled_from(_CLAIMS)),
        comings=[(at, f"new-{at}") for at in draw(st.sets(_INSTANTS, max_size=10))],
    )
    return neo, limit


@settings(deadline=None, max_examples=40)
@given(_neos())
def test_every_row_is_read_and_requests_are_bounded(case: tuple[OddNeo, int]) -> None:
    neo, limit = case
    there = {key for _, key in neo.rows}
    assert there <= set(asyncio.run(_read(neo, limit)))
    assert neo.requests <= 100 + 1000 * (len(neo.rows) // limit + 1)


@settings(deadline=None, max_examples=40)
@given(_CLUSTERS, st.integers(1, 9), st.sampled_from(_ORDERS))
def test_pages_that_are_shorter_than_asked_lose_nothing(
    clusters: list[tuple[int, int]], cap: int, order: Callable[[list[Row]], list[Row]]
) -> None:
    rows = [(at, f"{at}-{n}-{m}") for n, (at, count) in enumerate(clusters) for m in range(count)]
    neo = OddNeo(list(rows), order=order, cap=cap)
    assert {key for _, key in rows} <= set(asyncio.run(_read(neo)))


async def test_quiet_days_take_one_request() -> None:
    neo = OddNeo([(_DAY * number // 50, str(number)) for number in range(100)])
    assert sorted(map(str, range(100))) == sorted(await _read(neo))
    assert neo.requests == 1


async def test_busy_days_take_few_more_requests_than_pages() -> None:
    dice = random.Random(7)
    neo = OddNeo([(dice.randrange(_LENGTH), str(number)) for number in range(8_000)])
    assert len(set(await _read(neo))) == 8_000
    assert neo.requests < 2 * 8_000 / 200


async def test_lying_has_more_costs_two_requests_and_no_more() -> None:
    neo = OddNeo([(5, "a")], has_more=lambda _: True, total=lambda _: 900)
    assert {"a"} == set(await _read(neo))
    assert neo.requests == 3


async def test_empty_span_that_claims_rows_is_not_cut() -> None:
    neo = OddNeo([], has_more=lambda _: True)
    assert [] == await _read(neo)
    assert neo.requests == 3


@pytest.mark.parametrize(
    "mangle",
    [
        pytest.param(lambda rows: rows[1:], id="a row is left out"),
        pytest.param(lambda rows: [rows[1], *rows[1:]], id="a row stands in another's place"),
        pytest.param(lambda rows: [], id="all are left out"),
    ],
)
async def test_page_that_loses_rows_once_is_read_again(
    mangle: Callable[[list[Row]], list[Row]],
) -> None:
    neo = OddNeo([(5, "a"), (6, "b"), (7, "c")])
    neo.order = lambda found: mangle(found) if neo.requests == 1 else found
    neo.total = lambda _: 3
    assert {"a", "b", "c"} == set(await _read(neo))
    assert neo.requests == 2


async def test_rows_of_one_instant_in_ever_other_order_are_read_until_all_are_there() -> None:
    dice = random.Random(11)
    rows = [(_DAY, str(number)) for number in range(1000)]
    neo = OddNeo(rows, order=lambda found: dice.sample(found, len(found)))
    assert set(map(str, range(1000))) == set(await _read(neo))


async def test_sweep_that_brings_nothing_new_is_not_trusted_while_rows_are_owed() -> None:
    rows = [(0, key) for key in "abcd"]
    neo = OddNeo(rows, order=lambda found: found if neo.requests > 4 else [*rows[:2], *rows[:2]])
    instant = Span(_START, _START + slices.GRAIN)
    read = [each async for each in slices.read(neo.ask, StreamFilter(limit=2), instant)]
    assert set("abcd") == {key for each in read for key in each.keys}


async def test_rows_that_differ_at_each_request_end_in_an_error() -> None:
    fresh = iter(range(10**9))
    neo = OddNeo([(5, "x")] * 500, order=lambda found: [(5, str(next(fresh))) for _ in found])
    with pytest.raises(NeoError, match="other rows") as caught:
        await _read(neo)
    assert caught.value.retryable


async def test_neo_that_does_not_keep_to_the_times_ends_in_an_error() -> None:
    rows = [(number * _SECOND * 60, str(number)) for number in range(300)]

    async def ask(wanted: StreamFilter) -> Page[Record]:
        neo.requests += 1
        shown = rows[wanted.offset : wanted.offset + wanted.limit]
        return Page([_record(*row) for row in shown], [], 300, len(shown) == wanted.limit)

    neo = OddNeo([])
    with pytest.raises(NeoError, match="does not keep to `from` and `to`") as caught:
        async for _ in slices.read(ask, StreamFilter(), _SPAN):
            pass
    assert caught.value.kind is Kind.INVALID
    assert neo.requests < 200


async def test_rejected_rows_count_for_a_full_page() -> None:
    asked: list[StreamFilter] = []

    async def ask(wanted: StreamFilter) -> Page[Record]:
        asked.append(wanted)
        return Page([], [Rejected("bad", "row")] * (2 if len(asked) == 1 else 0), 0, has_more=False)

    async for _ in slices.read(ask, StreamFilter(limit=2), _SPAN):
        pass
    assert len(asked) == 3


async def test_other_filters_go_along_and_ends_overlap() -> None:
    asked: list[StreamFilter] = []

    async def ask(wanted: StreamFilter) -> Page[Record]:
        asked.append(wanted)
        full = len(asked) == 1
        return Page([_record(0, "a")] if full else [], [], 0, has_more=False)

    wanted = StreamFilter(limit=1, email="ana@acme.test")
    async for _ in slices.read(ask, wanted, _SPAN, parallel=1):
        pass
    late, early = asked[1], asked[2]
    assert {"ana@acme.test"} == {each.email for each in asked}
    assert (_SPAN.start, _SPAN.end + slices.GRAIN) == (early.since, late.until)
    assert late.since is not None
    assert early.until == late.since + slices.GRAIN


async def test_no_more_requests_run_at_once_than_allowed() -> None:
    neo = OddNeo([(number * _DAY // 2000, str(number)) for number in range(3000)])
    running, most = 0, 0

    async def ask(wanted: StreamFilter) -> Page[Record]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        answer = await neo.ask(wanted)
        running -= 1
        return answer

    async for _ in slices.read(ask, StreamFilter(), _SPAN, parallel=3):
        pass
    assert most == 3


async def test_failed_request_ends_the_pass_and_stops_the_others() -> None:
    neo = OddNeo([(number * _DAY // 2000, str(number)) for number in range(3000)])
    before = asyncio.all_tasks()
    keys: list[str] = []

    async def ask(wanted: StreamFilter) -> Page[Record]:
        if neo.requests == 0:
            return await neo.ask(wanted)
        neo.requests += 1
        if neo.requests < 4:
            await asyncio.Event().wait()
        raise NeoError("down", Kind.UNREACHABLE)

    async def read() -> None:
        async for each in slices.read(ask, StreamFilter(), _SPAN):
            keys.extend(each.keys)

    with pytest.raises(NeoError, match="down"):
        await read()
    assert len(keys) == 200
    assert before == asyncio.all_tasks()


async def test_reading_can_be_given_up() -> None:
    neo = OddNeo([(number * _DAY // 2000, str(number)) for number in range(3000)])
    before = asyncio.all_tasks()
    async with aclosing(slices.read(neo.ask, StreamFilter(), _SPAN)) as pages:
        await anext(pages)
    assert before == asyncio.all_tasks()
