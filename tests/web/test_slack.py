"""Slack's requests over HTTP: what is not signed is a bare 401, what is slow comes later, what is repeated counts once."""

import asyncio
import gzip
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.demo.workbench import acme, commands, interactions
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.message import Draft
from bot.slack import signature
from bot.web import signed, site
from bot.web.door import SlackDoor
from tests.neo import server as neo_server
from tests.neo.server import SmallNeo
from tests.web import office
from tests.web.office import Clock

SECRET = acme.APP.signing_secret
STAMP = str(int(office.NOW.timestamp()))
FORM = {
    "user_id": "U0ADA",
    "team_id": "T0ACME",
    "api_app_id": acme.APP.id,
    "command": "/neo-budget",
    "text": "help",
}
BODY = urlencode(FORM).encode()
LARGE = BODY + b"&x=" + b"x" * signed.LARGEST
PATHS = ("/slack/commands", "/slack/interactions", "/slack/events")


def sealed(body: bytes, stamp: str = STAMP, secret: str = SECRET) -> dict[str, str]:
    """The headers with which Slack sends a body."""
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature.sign(body, secret, stamp),
    }


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in sealed(BODY).items() if key != name}


UNSIGNED: dict[str, tuple[bytes, Mapping[str, str]]] = {
    "nothing signed": (BODY, {}),
    "no signature": (BODY, without("X-Slack-Signature")),
    "no timestamp": (BODY, without("X-Slack-Request-Timestamp")),
    "another secret": (BODY, sealed(BODY, secret="guessed")),
    "an empty secret": (BODY, sealed(BODY, secret="")),
    "another body": (BODY + b"x", sealed(BODY)),
    "an old timestamp": (BODY, sealed(BODY, str(int(STAMP) - 301))),
    "a future timestamp": (BODY, sealed(BODY, str(int(STAMP) + 301))),
    "an empty timestamp": (BODY, sealed(BODY, "")),
    "a timestamp in words": (BODY, sealed(BODY, "now")),
    "a negative timestamp": (BODY, sealed(BODY, "-1")),
    "a timestamp with a fraction": (BODY, sealed(BODY, f"{STAMP}.0")),
    "an endless timestamp": (BODY, sealed(BODY, STAMP * 100)),
    "an empty signature": (BODY, {**sealed(BODY), "X-Slack-Signature": ""}),
    "a signature beyond ASCII": (BODY, {**sealed(BODY), "X-Slack-Signature": "v0=ü\u2028"}),
    "a signature of another version": (
        BODY,
        {
            **sealed(BODY),
            "X-Slack-Signature": sealed(BODY)["X-Slack-Signature"].replace("v0", "v1"),
        },
    ),
    "something expected that there is not": (BODY, {"Expect": "foo"}),
    "a body that is too large": (LARGE, sealed(LARGE)),
    "a body that is signed before it is compressed": (
        gzip.compress(BODY),
        {**sealed(BODY), "Content-Encoding": "gzip"},
    ),
}


async def send(url: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(url + path, data=body, headers=headers) as response,
    ):
        return response.status, await response.read()


@pytest.mark.parametrize(("body", "headers"), UNSIGNED.values(), ids=UNSIGNED.keys())
async def test_what_slack_did_not_sign_is_a_bare_401(
    bot: str, body: bytes, headers: Mapping[str, str]
) -> None:
    answers = {path: await send(bot, path, body, headers) for path in PATHS}

    assert dict.fromkeys(PATHS, (401, b"")) == answers


@pytest.mark.parametrize("expected", ["100-continue", "100-Continue", "foo"])
async def test_what_slack_signed_is_answered_whatever_it_expects(bot: str, expected: str) -> None:
    status, said = await send(bot, PATHS[0], BODY, {**sealed(BODY), "Expect": expected})

    assert 200 == status
    assert b"/neo-budget" in said


def payload(**facts: object) -> bytes:
    return urlencode({"payload": json.dumps({"api_app_id": acme.APP.id, **facts})}).encode()


NESTED = b"[" * 30_000
MALFORMED = {
    "a command without a body": (PATHS[0], b""),
    "a command that is no form": (PATHS[0], b"hello"),
    "a command in JSON": (PATHS[0], json.dumps(FORM).encode()),
    "a command that is not UTF-8": (PATHS[0], BODY + b"&x=\xff\xfe"),
    "a command that is not UTF-8 once unquoted": (PATHS[0], BODY + b"&x=%FF%FE"),
    "a command with half a surrogate": (PATHS[0], BODY + b"&x=%ED%A0%80"),
    "a command of nobody": (PATHS[0], urlencode({**FORM, "user_id": ""}).encode()),
    "a command of another app": (PATHS[0], urlencode({**FORM, "api_app_id": "A0OTHER"}).encode()),
    "a command of no app": (PATHS[0], urlencode({"user_id": "U0ADA"}).encode()),
    "a command with a thousand fields": (PATHS[0], BODY + b"&a=1" * 1000),
    "an interaction without a payload": (PATHS[1], BODY),
    "an interaction whose payload is no JSON": (PATHS[1], b"payload=%7B"),
    "an interaction whose payload is no object": (PATHS[1], b"payload=%5B%5D"),
    "an interaction that is nested too deep": (PATHS[1], b"payload=" + NESTED),
    "an interaction of another app": (PATHS[1], payload(api_app_id="A0OTHER")),
    "an event that is no JSON": (PATHS[2], b"{"),
    "an event that is no object": (PATHS[2], b"[1]"),
    "an event that is not UTF-8": (PATHS[2], b'{"type": "\xff"}'),
    "an event that is nested too deep": (PATHS[2], NESTED),
    "an event with an endless number": (PATHS[2], b'{"a": ' + b"1" * 10_000 + b"}"),
    "an event of another app": (PATHS[2], b'{"api_app_id": "A0OTHER", "event_id": "Ev1"}'),
}


@pytest.mark.parametrize(("path", "body"), MALFORMED.values(), ids=MALFORMED.keys())
async def test_what_is_signed_but_malformed_is_a_bare_401(bot: str, path: str, body: bytes) -> None:
    assert (401, b"") == await send(bot, path, body, sealed(body))


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_other_methods_are_refused_alike(
    bot: str, session: aiohttp.ClientSession, method: str
) -> None:
    async with session.request(method, f"{bot}/slack/commands", headers=sealed(b"")) as response:
        assert (401, b"") == (response.status, await response.read())


RAW = {
    "compressed garbage": (b"Content-Encoding: gzip\r\nContent-Length: 4\r\n", b"\x00\x01\x02\x03"),
    "a broken chunk": (b"Transfer-Encoding: chunked\r\n", b"zz\r\nhello\r\n0\r\n\r\n"),
    "an unknown charset": (b"Content-Type: x; charset=klingon\r\nContent-Length: 1\r\n", b"x"),
}


@pytest.mark.parametrize(("headers", "body"), RAW.values(), ids=RAW.keys())
async def test_a_request_that_is_broken_below_the_signature_is_no_fault_of_ours(
    bot: str, headers: bytes, body: bytes
) -> None:
    port = int(bot.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /slack/commands HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers)
    writer.write(b"\r\n" + body)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert answer.split(b" ")[1] in (b"400", b"401")


async def test_a_signed_command_is_answered_to_its_asker_alone(bot: str) -> None:
    status, answer = await send(bot, PATHS[0], BODY, sealed(BODY))

    assert 200 == status
    assert "ephemeral" == json.loads(answer)["response_type"]
    assert "/neo-budget" in json.loads(answer)["text"]


async def test_without_an_app_id_any_signed_command_is_answered(
    door: SlackDoor, clock: Clock
) -> None:
    body = urlencode({**FORM, "api_app_id": "A0OTHER"}).encode()
    app = site.public_app(replace(door, app_id=""), clock)
    async with site.serving(app, "127.0.0.1", 0) as port:
        status, _ = await send(f"http://127.0.0.1:{port}", PATHS[0], body, sealed(body))

    assert 200 == status


async def test_the_check_of_the_certificate_is_acknowledged(bot: str) -> None:
    body = b"ssl_check=1&token=x"

    assert (200, b"") == await send(bot, PATHS[0], body, sealed(body))
    assert (401, b"") == await send(bot, PATHS[0], body, {})


async def test_a_repeated_command_is_not_answered_twice(
    bot: str, bench: Bench, clock: Clock
) -> None:
    first = await send(bot, PATHS[0], BODY, sealed(BODY))
    clock.time += 299 * office.SECOND
    again = await send(bot, PATHS[0], BODY, sealed(BODY))
    other = urlencode({**FORM, "trigger_id": "2"}).encode()
    another = await send(bot, PATHS[0], other, sealed(other))

    assert "answered already" in json.loads(again[1])["text"]
    assert first == another
    assert first != again


async def test_a_pressed_link_is_acknowledged_and_no_more(bot: str, bench: Bench) -> None:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Runbook"},
        "action_id": "runbook",
        "url": "https://wiki.acme.test",
    }
    message = bench.workspace.post(
        Draft("C0SPEND", acme.APP.user_id, "x", blocks=[{"type": "actions", "elements": [button]}])
    )
    outcome = await interactions.press(bench, "ana", message, "runbook")

    assert (200, "") == (outcome.status, outcome.body)


async def test_the_challenge_of_the_events_api_is_answered(bot: str) -> None:
    body = b'{"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"}'
    status, answer = await send(bot, PATHS[2], body, sealed(body))

    assert (200, {"challenge": "3eZbrw1a"}) == (status, json.loads(answer))


async def test_an_event_that_slack_repeats_counts_once(
    bot: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.web.slack")
    facts: dict[str, Any] = {"api_app_id": acme.APP.id, "type": "event_callback"}
    for event, attempt in (("Ev1", 0), ("Ev1", 1), ("Ev2", 0)):
        body = json.dumps({**facts, "event_id": event, "attempt": attempt}).encode()
        assert (200, b"") == await send(bot, PATHS[2], body, sealed(body))

    assert ["Ev1", "Ev2"] == [record.__dict__["event"] for record in caplog.records]


class Gate:
    """A Neo that answers only once it is let go."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def reply(self, request: Any) -> Any:
        await self.open.wait()
        return await neo_server.says(404)(request)


def answered(bench: Bench, who: str, so_many: int) -> Callable[[], bool]:
    return lambda: len(bench.workspace.ephemerals(who)) >= so_many


async def until(bench: Bench, condition: Callable[[], bool]) -> None:
    """Waits for what happens in the workspace."""
    happened = asyncio.Event()
    bench.workspace.subscribe(lambda _: happened.set() if condition() else None)
    if not condition():
        await asyncio.wait_for(happened.wait(), 60)


@pytest.fixture
def gate(neo: SmallNeo) -> Gate:
    gate = Gate()
    neo.replies[:] = [gate.reply]
    return gate


async def test_a_slow_answer_follows_to_the_response_url(
    gate: Gate, door: SlackDoor, bench: Bench, clock: Clock
) -> None:
    app = site.public_app(replace(door, inline=0), clock)
    async with site.serving(app, "127.0.0.1", 0) as port:
        bench.bot_url = f"http://127.0.0.1:{port}"
        outcome = await commands.run(bench, "ana", "#neo-spend", "/neo-budget task task-a1")
        assert outcome.shown is not None
        assert "Working on it…" == outcome.shown.text
        gate.open.set()
        await until(bench, answered(bench, "ana", 2))

    [_, late] = bench.workspace.ephemerals("ana")
    assert "task-a1" in json.dumps(late.blocks)
    assert [] == bench.workspace.messages("#neo-spend")


async def test_a_slow_answer_is_sent_before_the_bot_ends(
    gate: Gate, door: SlackDoor, bench: Bench, clock: Clock
) -> None:
    app = site.public_app(replace(door, inline=0), clock)
    async with site.serving(app, "127.0.0.1", 0) as port:
        bench.bot_url = f"http://127.0.0.1:{port}"
        await commands.run(bench, "ana", "#neo-spend", "/neo-budget task task-a1")
        asyncio.get_running_loop().call_soon(gate.open.set)

    assert 2 == len(bench.workspace.ephemerals("ana"))


async def test_a_slow_answer_goes_to_no_other_host(
    gate: Gate, door: SlackDoor, bench: Bench, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    app = site.public_app(replace(door, inline=0, hosts=("hooks.slack.com",)), clock)
    async with site.serving(app, "127.0.0.1", 0) as port:
        bench.bot_url, bench.patience = f"http://127.0.0.1:{port}", 60
        gate.open.set()
        outcome = await commands.run(bench, "ana", "#neo-spend", "/neo-budget task task-a1")

    assert outcome.shown is not None
    assert "task-a1" in json.dumps(outcome.shown.blocks)
    assert 1 == len(bench.workspace.ephemerals("ana"))
    assert "check slack.response_hosts" in caplog.text


async def test_a_slow_answer_that_slack_does_not_take_is_logged(
    gate: Gate, door: SlackDoor, bench: Bench, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    form = {**FORM, "user_id": "U0ANA", "text": "task a", "response_url": f"{bench.url}/nowhere"}
    body = urlencode(form).encode()
    app = site.public_app(replace(door, inline=0), clock)
    async with site.serving(app, "127.0.0.1", 0) as port:
        status, _ = await send(f"http://127.0.0.1:{port}", PATHS[0], body, sealed(body))
        gate.open.set()

    assert 200 == status
    assert "answer not delivered" in caplog.text
