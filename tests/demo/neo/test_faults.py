import asyncio
import json
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.demo.neo import faults, server, state, usage, wire

KEY = {"X-Api-Key": "neo_sk_admin"}
STREAMS = "/api/v1/usage/streams"


def ids(answered: Any) -> list[str]:
    return [row["stream_id"] for row in answered.body["data"]]


def named(*numbers: int) -> list[str]:
    return [usage.stream_id(number) for number in numbers]


async def test_faults_are_used_up_in_order(ask: Any, neo: state.Neo) -> None:
    neo.faults.add(faults.answer(429, retry_after="7"))
    neo.faults.add(faults.answer(503), times=2)

    answers = [await ask("usage/streams") for _ in range(4)]

    assert [429, 503, 503, 200] == [each.status for each in answers]
    assert ("7", "rate_limited") == (answers[0].headers["Retry-After"], answers[0].body["code"])
    assert [] == neo.faults.faults


async def test_a_fault_without_a_count_stays_until_cleared(ask: Any, neo: state.Neo) -> None:
    neo.faults.add(faults.answer(500), times=None)
    assert [500, 500] == [(await ask("user")).status for _ in range(2)]

    neo.faults.clear()
    assert (await ask("user")).status == 200


async def test_a_fault_waits_for_the_request_it_wants(ask: Any, neo: state.Neo) -> None:
    neo.faults.add(faults.answer(502), when=faults.on("/usage/streams", offset="2"))

    assert (await ask("usage/tasks?offset=2")).status == 200
    assert (await ask("usage/streams")).status == 200
    assert (await ask("usage/streams?offset=2")).status == 502
    assert (await ask("usage/streams?offset=2")).status == 200


async def test_a_parameter_that_is_a_python_word_is_written_with_an_underscore(
    ask: Any, neo: state.Neo
) -> None:
    neo.faults.add(faults.answer(502), when=faults.on("", from_="2026-03-01T00:00:00Z"))
    assert (await ask("usage/streams?from=2026-03-01T00:00:00Z")).status == 502


async def test_a_page_can_lie_about_what_follows(ask: Any, neo: state.Neo) -> None:
    neo.faults.add(faults.lie(total=99, has_more=True))

    body = (await ask("usage/streams")).body
    assert (99, True, 4) == (body["total"], body["has_more"], len(body["data"]))


async def test_rows_appear_between_two_pages(ask: Any, neo: state.Neo) -> None:
    newest = neo.book.stream(usage.stream_id(2))
    arriving = replace(newest, stream_id=usage.stream_id(7), created=newest.created + 1)
    neo.faults.add(faults.afterwards(lambda: neo.book.add(arriving)))

    assert named(2, 4) == ids(await ask("usage/streams?limit=2"))
    assert named(4, 3) == ids(await ask("usage/streams?limit=2&offset=2"))


async def test_rows_are_repeated_on_the_next_page(ask: Any, neo: state.Neo) -> None:
    neo.faults.add(faults.repeat_rows(), times=2)

    assert named(2, 4) == ids(await ask("usage/streams?limit=2"))
    assert named(4, 3, 1) == ids(await ask("usage/streams?limit=2&offset=2"))


async def test_rows_are_shuffled_and_dropped(ask: Any, neo: state.Neo) -> None:
    neo.faults.add(faults.shuffle_rows(seed=1))
    shuffled = ids(await ask("usage/streams"))
    assert named(2, 4, 3, 1) != shuffled
    assert sorted(named(2, 4, 3, 1)) == sorted(shuffled)

    neo.faults.add(faults.drop_rows(slice(1, 3)))
    assert named(2, 1) == ids(await ask("usage/streams"))


async def test_rows_are_malformed_where_wanted(ask: Any, neo: state.Neo) -> None:
    neo.faults.add(
        faults.chain(
            faults.set_fields(slice(1), status="thinking", new_field={"a": 1}, created_at=None),
            faults.drop_fields("task_id", which=slice(1, 2)),
            faults.change_rows(lambda _: "no row", slice(2, 3)),
        )
    )

    first, second, third, last = (await ask("usage/streams")).body["data"]

    assert ("thinking", {"a": 1}, None) == (
        first["status"], first["new_field"], first["created_at"],
    )  # fmt: skip
    assert "task_id" not in second
    assert third == "no row"
    assert usage.stream_id(1) == last["stream_id"]


async def test_faults_of_rows_leave_other_answers_alone(ask: Any, neo: state.Neo) -> None:
    neo.faults.add(faults.drop_rows(slice(None)))
    assert (await ask("user")).body["email"] == "ana@acme.test"


async def test_a_body_cut_short_is_no_json(base_url: str, neo: state.Neo) -> None:
    neo.faults.add(faults.send(wire.cut()))

    async with aiohttp.ClientSession(base_url) as session:
        async with session.get(STREAMS, headers=KEY) as response:
            body = await response.read()
        assert response.status == 200
        with pytest.raises(json.JSONDecodeError):
            json.loads(body)


@pytest.mark.parametrize(
    ("sending", "failure"),
    [
        pytest.param(wire.truncate(), aiohttp.ClientPayloadError, id="closed half-way"),
        pytest.param(wire.reset(), aiohttp.ClientError, id="reset half-way"),
        pytest.param(wire.reset(0), aiohttp.ClientError, id="reset before the body"),
    ],
)
async def test_a_connection_breaks_within_the_body(
    base_url: str, neo: state.Neo, sending: wire.Sending, failure: type[Exception]
) -> None:
    neo.faults.add(faults.send(sending))

    soon = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(base_url, timeout=soon) as session:
        with pytest.raises(failure):
            async with session.get(STREAMS, headers=KEY) as response:
                await response.read()
        async with session.get(STREAMS, headers=KEY) as response:
            assert (await response.json())["total"] == 4


async def test_a_trickle_arrives_whole_in_the_end(ask: Any, neo: state.Neo) -> None:
    neo.faults.add(faults.send(wire.trickle(pause=0, chunk=100)))
    assert (await ask("usage/streams")).body["total"] == 4


async def test_a_hanging_answer_ends_when_its_caller_gives_up(
    base_url: str, neo: state.Neo
) -> None:
    ended = asyncio.Event()

    async def hang(request: web.Request, reply: wire.Reply) -> web.StreamResponse:
        try:
            return await wire.hang(request, reply)
        finally:
            ended.set()

    neo.faults.add(faults.send(hang))

    async with aiohttp.ClientSession(base_url) as session:
        with pytest.raises(TimeoutError):
            await session.get(STREAMS, headers=KEY, timeout=aiohttp.ClientTimeout(total=0.05))
        await asyncio.wait_for(ended.wait(), 10)


async def test_a_hanging_answer_does_not_hold_up_the_end_of_the_server(neo: state.Neo) -> None:
    neo.faults.add(faults.send(wire.hang))

    async with aiohttp.ClientSession() as session:
        async with server.serving(neo, clock=lambda: usage.EPOCH) as url:
            waiting = asyncio.create_task(session.get(url + STREAMS, headers=KEY))
            while not neo.log.requests:
                await asyncio.sleep(0)
        with pytest.raises(aiohttp.ClientError):
            await waiting


async def test_a_fault_hides_no_violation(ask: Any, neo: state.Neo) -> None:
    neo.faults.add(faults.answer(503))

    assert (await ask("usage/streams?limit=0")).status == 503
    assert [400] == [each.status for each in neo.log.violations]
