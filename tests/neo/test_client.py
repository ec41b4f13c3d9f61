"""What the client asks of Neo, and what it makes of the answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.neo.error import Kind, NeoError
from bot.neo.filter import StreamFilter, SummaryFilter, TaskFilter
from rules.money import Money
from rules.window import Span
from tests.neo import clients, server
from tests.neo.server import page, row, says

_PAGE = says(200, page(row()))
_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_streams_come_as_priced_records(session: Any, naps: clients.Naps) -> None:
    async with server.serving(says(200, page(row(), "bad", total=5, has_more=True))) as neo:
        read = await clients.client(neo, session, naps).streams(StreamFilter())
    assert [Money(2_500_000_000)] == [each.credits for each in read.records]
    assert (1, 5, True) == (len(read.rejected), read.total, read.has_more)
    assert ["acme"] == [each.source for each in read.records]


async def test_every_filter_of_streams_is_sent(session: Any, naps: clients.Naps) -> None:
    wanted = StreamFilter(
        task_id="t/1",
        stream_id="3c90",
        status="failed",
        model="a&b",
        since=_AT,
        until=_AT + timedelta(microseconds=5),
        limit=7,
        offset=3,
        sort="cost",
        email="ana+x@acme.test",
        is_byok=False,
    )
    async with server.serving(_PAGE) as neo:
        await clients.client(neo, session, naps).streams(wanted)
    assert neo.asked[0].path == "/api/v1/usage/streams"
    assert neo.asked[0].query == {
        "task_id": "t/1",
        "stream_id": "3c90",
        "status": "failed",
        "model": "a&b",
        "from": "2026-03-01T12:00:00Z",
        "to": "2026-03-01T12:00:00.000005Z",
        "limit": "7",
        "offset": "3",
        "sort": "cost",
        "email": "ana+x@acme.test",
        "is_byok": "false",
    }


async def test_every_filter_of_tasks_is_sent(session: Any, naps: clients.Naps) -> None:
    wanted = TaskFilter(status="blocked", search="ana", is_byok=True, task_id="t")
    async with server.serving(_PAGE) as neo:
        read = await clients.client(neo, session, naps).tasks(wanted)
        await clients.client(neo, session, naps).task_records(wanted)
    query = {"status": "blocked", "search": "ana", "is_byok": "true", "task_id": "t"}
    assert [query | {"limit": "200", "offset": "0"}] * 2 == [each.query for each in neo.asked]
    assert ["task-1"] == [each.id for each in read.records]


async def test_every_stream_of_a_span_is_read(session: Any, naps: clients.Naps) -> None:
    span = Span(_AT, _AT + timedelta(hours=1))
    wanted = StreamFilter(email="ana@acme.test")
    async with server.serving(says(200, page(row(email=None)))) as neo:
        client = clients.client(neo, session, naps)
        streams = [each async for each in client.every_stream(span, "me", wanted)]
        tasks = [each async for each in client.every_task(span, "me")]
        stand_ins = [each async for each in client.every_task_record(span, "me")]
    assert ["me"] == [each.user for read in streams for each in read.records]
    assert ["me"] == [each.user for read in tasks for each in read.records]
    assert ["task:task-1"] == [each.key for read in stand_ins for each in read.records]
    assert ["streams", "tasks", "tasks"] == [each.path.rpartition("/")[2] for each in neo.asked]
    assert neo.asked[0].query == {
        "email": "ana@acme.test",
        "from": "2026-03-01T12:00:00Z",
        "to": "2026-03-01T13:00:00.001000Z",
        "limit": "200",
        "offset": "0",
    }


async def test_task_is_drilled_into(session: Any, naps: clients.Naps) -> None:
    calls = [
        {"tool_name": "bash", "timestamp": 1_772_366_400_000, "duration_ms": 70, "index": 0},
        {"tool_name": "bash", "timestamp": "now"},
        {"tool_name": "bash", "timestamp": 10**20, "duration_ms": 1},
        "odd",
    ]
    body = row(stream_id=None, tool_call_history=calls, tool_breakdown={"bash": {"calls": 2}})
    async with server.serving(says(200, body)) as neo:
        detail = await clients.client(neo, session, naps).task("a/b ü")
    assert detail is not None
    assert neo.asked[0].path == "/api/v1/usage/tasks/a%2Fb%20%C3%BC"
    assert ("task-1", (("bash", 2, 0),)) == (detail.task.id, detail.usage.tools)
    assert [("bash", _AT, timedelta(milliseconds=70))] == [
        (call.tool, call.at, call.took) for call in detail.calls
    ]


async def test_task_without_history_has_no_calls(session: Any, naps: clients.Naps) -> None:
    async with server.serving(says(200, row())) as neo:
        detail = await clients.client(neo, session, naps).task("task-1")
    assert detail is not None
    assert detail.calls == ()


async def test_unknown_task_is_none(session: Any, naps: clients.Naps) -> None:
    async with server.serving(says(404, {"error": "no"})) as neo:
        assert await clients.client(neo, session, naps).task("t") is None


@pytest.mark.parametrize("task_id", ["", ".", ".."])
async def test_task_id_that_is_no_path_is_not_asked_for(
    task_id: str, session: Any, naps: clients.Naps
) -> None:
    async with server.serving(_PAGE) as neo:
        assert await clients.client(neo, session, naps).task(task_id) is None
    assert neo.asked == []


@pytest.mark.parametrize(
    ("status", "kind"), [(403, Kind.FORBIDDEN), (401, Kind.REFUSED), (500, Kind.BROKEN)]
)
async def test_task_that_is_refused_is_an_error(
    status: int, kind: Kind, session: Any, naps: clients.Naps
) -> None:
    async with server.serving(says(status, {})) as neo:
        with pytest.raises(NeoError) as caught:
            await clients.client(neo, session, naps).task("t")
    assert kind is caught.value.kind


@pytest.mark.parametrize("status", [403, 404])
async def test_optional_endpoint_that_is_not_there_is_none(
    status: int, session: Any, naps: clients.Naps
) -> None:
    async with server.serving(says(status, {"error": "no"})) as neo:
        client = clients.client(neo, session, naps)
        answers = [
            await client.summary(SummaryFilter()),
            await client.user(),
            await client.credits(),
            await client.subscription(),
        ]
    assert [None] * 4 == answers
    assert [
        "/api/v1/usage/summary",
        "/api/v1/user",
        "/api/v1/billing/credits",
        "/api/v1/billing/subscription",
    ] == [each.path for each in neo.asked]


async def test_optional_endpoint_may_still_fail(session: Any, naps: clients.Naps) -> None:
    async with server.serving(says(401, {})) as neo:
        with pytest.raises(NeoError, match="answered 401"):
            await clients.client(neo, session, naps).user()


async def test_summary_takes_a_span_and_periods(session: Any, naps: clients.Naps) -> None:
    body = {"by_model": {}, "by_status": {}, "total_neo_credits": 1.5, "total_tasks": 3}
    async with server.serving(says(200, body)) as neo:
        wanted = SummaryFilter(since=_AT, until=_AT, group_by="day")
        summary = await clients.client(neo, session, naps).summary(wanted)
    assert summary is not None
    assert (Money(15_000_000_000), 3) == (summary.credits, summary.tasks)
    at = "2026-03-01T12:00:00Z"
    assert {"from": at, "to": at, "group_by": "day"} == neo.asked[0].query
