"""How a request is carried: with which credential, how often, and with which words it is given up."""

import asyncio
import socket
import struct
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from typing_extensions import override

from bot.neo.client import Client
from bot.neo.error import Kind, NeoError
from bot.neo.filter import StreamFilter, TaskFilter
from tests.neo import clients, server
from tests.neo.server import page, row, says

_PAGE = says(200, page(row()))


async def _refused(client: Client) -> NeoError:
    with pytest.raises(NeoError) as caught:
        await client.streams(StreamFilter())
    assert clients.KEY not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("settings", "header", "expected"),
    [
        pytest.param({"api_key": clients.KEY}, "x-api-key", clients.KEY, id="a key"),
        pytest.param({"token": "a.b.c"}, "authorization", "Bearer a.b.c", id="a JWT"),
    ],
)
async def test_exactly_one_credential_is_sent(
    settings: dict[str, str], header: str, expected: str, session: Any, naps: clients.Naps
) -> None:
    async with server.serving(_PAGE) as neo:
        await clients.client(neo, session, naps, **settings).streams(StreamFilter())
    sent = {"x-api-key", "authorization"} & neo.asked[0].headers.keys()
    assert ({header}, expected) == (sent, neo.asked[0].headers[header])


async def test_credential_is_read_again_on_401(
    tmp_path: Path, session: Any, naps: clients.Naps
) -> None:
    path = tmp_path / "token"
    path.write_text("old")

    async def expired(request: web.Request) -> web.StreamResponse:
        path.write_text("new\n")
        return web.json_response({"error": "expired"}, status=401)

    async with server.serving(_PAGE, expired, _PAGE) as neo:
        client = clients.client(neo, session, naps, token_file=path)
        for _ in range(3):
            await client.streams(StreamFilter())
    sent = [each.headers["authorization"] for each in neo.asked]
    assert ["Bearer old", "Bearer old", "Bearer new", "Bearer new"] == sent


async def test_unchanged_credential_is_not_sent_twice(session: Any, naps: clients.Naps) -> None:
    async with server.serving(says(401, {"error": f"bad key {clients.KEY}"})) as neo:
        error = await _refused(clients.client(neo, session, naps))
    assert (Kind.REFUSED, False) == (error.kind, error.retryable)
    assert f"acme: GET {neo.url}/api/v1/usage/streams answered 401" in str(error)
    assert "the source's api_key" in str(error)
    assert (1, []) == (len(neo.asked), naps.seconds)


async def test_new_credential_that_is_refused_too_ends_it(
    tmp_path: Path, session: Any, naps: clients.Naps
) -> None:
    path = tmp_path / "token"
    path.write_text("0")

    async def expired(request: web.Request) -> web.StreamResponse:
        path.write_text(path.read_text() + "0")
        return web.json_response({}, status=401)

    async with server.serving(expired) as neo:
        error = await _refused(clients.client(neo, session, naps, token_file=path))
    assert (Kind.REFUSED, 2) == (error.kind, len(neo.asked))


@pytest.mark.parametrize(
    ("template", "message"),
    [
        pytest.param("${NEO_TEST_NOT_SET}", "NEO_TEST_NOT_SET is not set", id="not set"),
        pytest.param("${NEO_TEST_NOT_SET:-}", "is empty", id="empty"),
        pytest.param("a\nX-Evil: 1", "characters that no credential has", id="two lines"),
        pytest.param("schlüssel", "characters that no credential has", id="not ASCII"),
    ],
)
async def test_credential_that_cannot_be_sent_is_refused_here(
    template: str, message: str, session: Any, naps: clients.Naps
) -> None:
    async with server.serving(_PAGE) as neo:
        error = await _refused(clients.client(neo, session, naps, api_key=template))
    assert (Kind.REFUSED, []) == (error.kind, neo.asked)
    assert message in str(error)
    assert "api_key of source acme" in str(error)


async def test_redirect_is_not_followed(session: Any, naps: clients.Naps) -> None:
    async with server.serving(_PAGE) as other:
        target = f"{other.url}/x?{clients.KEY}"
        async with server.serving(says(302, {}, Location=target)) as neo:
            error = await _refused(clients.client(neo, session, naps))
    assert (Kind.INVALID, False, []) == (error.kind, error.retryable, other.asked)
    assert "answered 302 (to http://127.0.0.1): it redirects" in str(error)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        pytest.param(400, Kind.INVALID, "a fault of the bot", id="bad request"),
        pytest.param(403, Kind.FORBIDDEN, "members and viewers never may", id="forbidden"),
        pytest.param(404, Kind.MISSING, "check the source's base_url", id="not found"),
        pytest.param(418, Kind.INVALID, "does not know what to do", id="anything else"),
    ],
)
async def test_lasting_refusal_is_told_at_once(
    status: int, kind: Kind, words: str, session: Any, naps: clients.Naps
) -> None:
    said = {"error": "no\nway", "code": "forbidden", "error_id": "e-1", "message": clients.KEY}
    async with server.serving(says(status, said)) as neo:
        error = await _refused(clients.client(neo, session, naps))
    assert (kind, False, 1) == (error.kind, error.retryable, len(neo.asked))
    assert f"answered {status} (forbidden, no way, e-1): " in str(error)
    assert words in str(error)


@pytest.mark.parametrize("body", ["<html>", "[1]", '{"error": 5}', "[" * 100_000])
async def test_refusal_without_words_is_told_too(
    body: str, session: Any, naps: clients.Naps
) -> None:
    async with server.serving(says(403, body)) as neo:
        assert "answered 403: the account" in str(
            await _refused(clients.client(neo, session, naps))
        )


async def test_words_of_a_refusal_are_masked_and_cut(session: Any, naps: clients.Naps) -> None:
    async with server.serving(says(403, {"error": f"key {clients.KEY} " + "x" * 10**6})) as neo:
        error = await _refused(clients.client(neo, session, naps))
    assert "neo_sk_***" in str(error)
    assert len(str(error)) < 600


@pytest.mark.parametrize("status", [429, 500, 503, 408])
async def test_passing_trouble_is_tried_again(
    status: int, session: Any, naps: clients.Naps
) -> None:
    trouble = says(status, {"error": "x"})
    async with server.serving(trouble, trouble, _PAGE) as neo:
        read = await clients.client(neo, session, naps).streams(StreamFilter())
    assert (1, 3) == (read.count, len(neo.asked))
    assert [0.5, 1.0] == naps.seconds


async def test_lasting_trouble_ends_after_the_last_try(session: Any, naps: clients.Naps) -> None:
    async with server.serving(says(500, {"error": "x"})) as neo:
        error = await _refused(clients.client(neo, session, naps, patience={"longest": 2.0}))
    assert (Kind.BROKEN, True, 5) == (error.kind, error.retryable, len(neo.asked))
    assert [0.5, 1.0, 2.0, 2.0] == naps.seconds


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({"Retry_After": "7"}, 7.0, id="seconds"),
        pytest.param({"Retry_After": "0"}, 0.0, id="no wait"),
        pytest.param(
            {
                "Retry_After": "Sun, 01 Mar 2026 12:00:09 GMT",
                "Date": "Sun, 01 Mar 2026 12:00:00 GMT",
            },
            9.0,
            id="a date, by Neo's own clock",
        ),
        pytest.param(
            {
                "Retry_After": "Sun, 01 Mar 2026 11:00:00 GMT",
                "Date": "Sun, 01 Mar 2026 12:00:00 GMT",
            },
            0.0,
            id="a date in the past",
        ),
        pytest.param({"Retry_After": "soon"}, 0.5, id="nonsense is not obeyed"),
        pytest.param({"Retry_After": "-5"}, 0.5, id="nor is a negative number"),
    ],
)
async def test_retry_after_is_obeyed(
    headers: dict[str, str], expected: float, session: Any, naps: clients.Naps
) -> None:
    async with server.serving(says(429, {}, **headers), _PAGE) as neo:
        await clients.client(neo, session, naps).streams(StreamFilter())
    assert [expected] == naps.seconds


async def test_long_retry_after_is_left_to_the_caller(session: Any, naps: clients.Naps) -> None:
    async with server.serving(says(429, {}, Retry_After="61")) as neo:
        error = await _refused(clients.client(neo, session, naps))
    assert (Kind.LIMITED, timedelta(seconds=61)) == (error.kind, error.retry_after)
    assert (1, []) == (len(neo.asked), naps.seconds)


@pytest.mark.parametrize("status", [429, 503])
async def test_every_request_waits_when_one_was_asked_to(
    status: int, session: Any, naps: clients.Naps
) -> None:
    async with server.serving(says(status, {}, Retry_After="7"), _PAGE) as neo:
        client = clients.client(neo, session, naps, patience={"tries": 1})
        await _refused(client)
        assert [] == naps.seconds
        await asyncio.gather(client.streams(StreamFilter()), client.tasks(TaskFilter()))
    assert (7.0, 3) == (naps.seconds[0], len(neo.asked))


class Held:
    """An answer that asks to wait, kept back until it is released."""

    def __init__(self, seconds: str) -> None:
        self.came, self.release = asyncio.Event(), asyncio.Event()
        self._reply = says(429, {}, Retry_After=seconds)

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.came.set()
        await self.release.wait()
        return await self._reply(request)


async def test_a_shorter_wait_that_is_asked_for_later_shortens_nothing(
    session: Any, naps: clients.Naps
) -> None:
    held = Held("5")
    async with server.serving(held, says(429, {}, Retry_After="20"), _PAGE) as neo:
        client = clients.client(neo, session, naps, patience={"tries": 1})
        slow = asyncio.create_task(_refused(client))
        await held.came.wait()
        await _refused(client)
        held.release.set()
        await slow
        await client.streams(StreamFilter())
    assert [20.0] == naps.seconds


async def test_a_wait_that_grows_meanwhile_is_waited_out_to_its_end(session: Any) -> None:
    held, slow = Held("20"), list[asyncio.Task[NeoError]]()

    class Meanwhile(clients.Naps):
        @override
        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds)
            held.release.set()
            await slow[0]

    naps = Meanwhile()
    async with server.serving(held, says(429, {}, Retry_After="5"), _PAGE) as neo:
        client = clients.client(neo, session, naps, patience={"tries": 1})
        slow.append(asyncio.create_task(_refused(client)))
        await held.came.wait()
        await _refused(client)
        await client.streams(StreamFilter())
    assert [5.0, 20.0] == naps.seconds


async def test_no_request_is_sent_while_neo_wants_to_be_left_alone_for_long(
    session: Any, naps: clients.Naps
) -> None:
    async with server.serving(says(503, {}, Retry_After="61"), _PAGE) as neo:
        client = clients.client(neo, session, naps)
        await _refused(client)
        error = await _refused(client)
        assert (Kind.LIMITED, timedelta(seconds=61)) == (error.kind, error.retry_after)
        assert "was not sent: Neo asked to be left alone for another 61 s" in str(error)
        assert (1, []) == (len(neo.asked), naps.seconds)
        naps.seconds.append(61)
        assert 1 == (await client.streams(StreamFilter())).count


async def test_a_wait_of_years_is_cut_to_an_hour_and_said(session: Any, naps: clients.Naps) -> None:
    async with server.serving(says(429, {}, Retry_After="999999999")) as neo:
        error = await _refused(clients.client(neo, session, naps))
    assert timedelta(hours=1) == error.retry_after
    assert "the bot waits an hour" in str(error)


async def test_a_refusal_that_lasts_makes_no_other_request_wait(
    session: Any, naps: clients.Naps
) -> None:
    async with server.serving(says(403, {}, Retry_After="7"), _PAGE) as neo:
        client = clients.client(neo, session, naps)
        await _refused(client)
        await client.streams(StreamFilter())
    assert [] == naps.seconds


async def _cut_short(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "9999"})
    await response.prepare(request)
    await response.write(b'{"data": [')
    assert request.transport is not None
    request.transport.close()
    return response


async def _hangs(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def _trickles(request: web.Request) -> web.StreamResponse:
    """Never silent for long, and never done."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.05)


async def _resets(request: web.Request) -> web.StreamResponse:
    """In the middle of a page."""
    response = web.StreamResponse(headers={"Content-Length": "9999"})
    await response.prepare(request)
    await response.write(b'{"data": [')
    assert request.transport is not None
    connection = request.transport.get_extra_info("socket")
    at_once = struct.pack("ii", 1, 0)  # lingering for no time at all is what makes it a reset
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    request.transport.abort()
    return response


async def _hangs_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize(
    ("trouble", "kind", "words"),
    [
        pytest.param(_cut_short, Kind.BROKEN, "broke off its answer", id="fewer bytes than said"),
        pytest.param(says(200, '{"data": ['), Kind.BROKEN, "not JSON", id="half of the JSON"),
        pytest.param(says(200, "<html>"), Kind.BROKEN, "not JSON", id="a web page"),
        pytest.param(says(200, {"data": 1}), Kind.BROKEN, "not a page", id="not a page"),
        pytest.param(says(200, "x" * 5000), Kind.BROKEN, "more than 4000", id="too large"),
        pytest.param(_hangs, Kind.UNREACHABLE, "no answer in 0.5 s", id="no answer in time"),
        pytest.param(_trickles, Kind.UNREACHABLE, "no answer in 0.5 s", id="a slow trickle"),
        pytest.param(_resets, Kind.BROKEN, "broke off its answer", id="a reset within a page"),
        pytest.param(_hangs_up, Kind.UNREACHABLE, "check base_url", id="connection lost"),
    ],
)
async def test_broken_answer_is_tried_again_and_told(
    trouble: server.Reply, kind: Kind, words: str, session: Any, naps: clients.Naps
) -> None:
    patience = {"total": 0.5 if trouble in (_hangs, _trickles) else 60, "largest": 4000, "tries": 2}
    async with server.serving(trouble, _PAGE) as neo:
        client = clients.client(neo, session, naps, patience=patience)
        assert (await client.streams(StreamFilter())).count == 1
    async with server.serving(trouble) as neo:
        error = await _refused(clients.client(neo, session, naps, patience=patience))
    assert (kind, True) == (error.kind, error.retryable)
    assert words in str(error)


async def test_unreachable_host_is_told(session: Any, naps: clients.Naps) -> None:
    async with server.serving(_PAGE) as neo:
        url = neo.url
    error = await _refused(clients.client(url, session, naps))
    assert (Kind.UNREACHABLE, 4) == (error.kind, len(naps.seconds))
    assert f"acme: GET {url}/api/v1/usage/streams failed" in str(error)


async def test_a_name_that_cannot_be_resolved_is_told(session: Any, naps: clients.Naps) -> None:
    error = await _refused(clients.client("https://neo.invalid", session, naps))
    assert (Kind.UNREACHABLE, 4) == (error.kind, len(naps.seconds))
    assert "Cannot connect to host neo.invalid:443" in str(error)
    assert "check base_url, the network and any proxy" in str(error)


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    session: Any, naps: clients.Naps
) -> None:
    async with server.serving(_PAGE, tls=server.self_signed()) as neo:
        error = await _refused(clients.client(neo, session, naps))
    assert (Kind.UNREACHABLE, True) == (error.kind, error.retryable)
    assert "certificate verify failed" in str(error)
    assert [] == neo.asked, "no credential was sent"
