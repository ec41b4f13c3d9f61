"""Slack's requests over HTTP: what is not signed is a bare 401, what is slow comes later, what is repeated counts once."""

import asyncio
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
from bot.store.database import Database
from bot.web import reception, signed, site
from bot.web.allowance import Allowance
from bot.web.door import AdminDoor, SlackDoor
from tests.neo import server as neo_server
from tests.neo.server import SmallNeo
from tests.web import office, requests
from tests.web.office import Clock


@pytest.mark.parametrize(
    ("body", "headers"), requests.UNSIGNED.values(), ids=requests.UNSIGNED.keys()
)
async def test_what_slack_did_not_sign_is_a_bare_401(
    bot: str, body: bytes, headers: Mapping[str, str]
) -> None:
    answers = {path: await requests.send(bot, path, body, headers) for path in requests.PATHS}

    assert dict.fromkeys(requests.PATHS, (401, b"")) == answers


@pytest.mark.parametrize("expected", ["100-continue", "100-Continue", "foo"])
async def test_what_slack_signed_is_answered_whatever_it_expects(bot: str, expected: str) -> None:
    status, said = await requests.send(
        bot,
        requests.PATHS[0],
        requests.BODY,
        {**requests.sealed(requests.BODY), "Expect": expected},
    )

    assert 200 == status
    assert b"/neo-budget" in said


@pytest.mark.parametrize(
    ("path", "body"), requests.MALFORMED.values(), ids=requests.MALFORMED.keys()
)
async def test_what_is_signed_but_malformed_is_a_bare_401(bot: str, path: str, body: bytes) -> None:
    assert (401, b"") == await requests.send(bot, path, body, requests.sealed(body))


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_other_methods_are_refused_alike(
    bot: str, session: aiohttp.ClientSession, method: str
) -> None:
    async with session.request(
        method, f"{bot}/slack/commands", headers=requests.sealed(b"")
    ) as response:
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
    status, answer = await requests.send(
        bot, requests.PATHS[0], requests.BODY, requests.sealed(requests.BODY)
    )

    assert 200 == status
    assert "ephemeral" == json.loads(answer)["response_type"]
    assert "/neo-budget" in json.loads(answer)["text"]


async def test_without_an_app_id_any_signed_command_is_answered(
    door: SlackDoor, clock: Clock
) -> None:
    body = urlencode({**requests.FORM, "api_app_id": "A0OTHER"}).encode()
    app = site.public_app(replace(door, app_id=""), clock)
    async with site.serving(app, "127.0.0.1", 0) as port:
        status, _ = await requests.send(
            f"http://127.0.0.1:{port}", requests.PATHS[0], body, requests.sealed(body)
        )

    assert 200 == status


async def test_the_check_of_the_certificate_is_acknowledged(bot: str) -> None:
    body = b"ssl_check=1&token=x"

    assert (200, b"") == await requests.send(bot, requests.PATHS[0], body, requests.sealed(body))
    assert (401, b"") == await requests.send(bot, requests.PATHS[0], body, {})


EVENT = json.dumps({"api_app_id": acme.APP.id, "type": "event_callback", "event_id": "Ev1"})
OVERHEARD = {
    "a command": (requests.PATHS[0], requests.BODY),
    "a press": (requests.PATHS[1], requests.payload(type="block_actions")),
    "an event": (requests.PATHS[2], EVENT.encode()),
    "a check of the certificate": (requests.PATHS[0], b"ssl_check=1&token=x"),
}


@pytest.mark.parametrize(("path", "body"), OVERHEARD.values(), ids=OVERHEARD.keys())
async def test_what_was_overheard_and_is_sent_again_is_refused(
    bot: str, clock: Clock, path: str, body: bytes
) -> None:
    assert 200 == (await requests.send(bot, path, body, requests.sealed(body)))[0]
    clock.time += 299 * office.SECOND
    assert (401, b"") == await requests.send(bot, path, body, requests.sealed(body))

    stamp = str(int(requests.STAMP) + 1)
    assert 200 == (await requests.send(bot, path, body, requests.sealed(body, stamp)))[0]


async def test_an_event_that_slack_says_to_repeat_is_acknowledged_and_does_nothing(
    bot: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.web.reception")
    body = EVENT.encode()
    for headers in ({}, {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}):
        sealed = {**requests.sealed(body), **headers}
        assert (200, b"") == await requests.send(bot, requests.PATHS[2], body, sealed)

    assert ["event ignored"] == caplog.messages


SHORT = {
    "what no header says to be Slack's": {},
    "what is too old": requests.sealed(b"", str(int(requests.STAMP) - 301)),
    "a signature that is none": {**requests.sealed(b""), "X-Slack-Signature": "v0=0"},
    "what says to be too large": {**requests.sealed(b""), "Content-Length": "131073"},
}


@pytest.mark.parametrize("headers", SHORT.values(), ids=SHORT.keys())
async def test_the_body_is_not_waited_for_where_the_headers_tell_enough(
    bot: str, headers: dict[str, str]
) -> None:
    assert b"401" == await status_without_body(bot, headers)


async def test_a_body_that_does_not_come_is_not_waited_for_for_ever(
    bot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed, "PATIENCE", 0.01)
    assert b"401" == await status_without_body(bot, requests.sealed(b""))


async def status_without_body(bot: str, headers: dict[str, str]) -> bytes:
    """What a request is answered whose body is announced, but never sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(bot.rpartition(":")[2]))
    sent = {"Host": "x", "Content-Length": "100", **headers}
    lines = [f"{name}: {value}\r\n" for name, value in sent.items()]
    writer.write(f"POST /slack/commands HTTP/1.1\r\n{''.join(lines)}\r\n".encode())
    async with asyncio.timeout(5):
        status = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return status.split(b" ")[1]


ASKED = "/neo-budget help"
ANY = ("127.0.0.1", 0)


async def test_who_asks_too_often_is_told_when_to_try_again(
    door: SlackDoor, bench: Bench, clock: Clock, database: Database
) -> None:
    allowance = Allowance(1, office.SECOND * 60)
    operator = AdminDoor(database, office.at_work, "", local=True, counts=door.counts)
    async with (
        site.serving(site.public_app(replace(door, allowance=allowance), clock), *ANY) as port,
        site.serving(site.admin_app(operator, clock), *ANY) as admin,
        aiohttp.ClientSession() as session,
    ):
        bench.bot_url = f"http://127.0.0.1:{port}"
        said = [await commands.run(bench, who, "#neo-spend", ASKED) for who in ("ada",) * 2]
        clock.time += 60 * office.SECOND
        said.append(await commands.run(bench, "ada", "#neo-spend", ASKED))
        other = await commands.run(bench, "ana", "#neo-spend", ASKED)
        async with session.get(f"http://127.0.0.1:{admin}/metrics") as response:
            metrics = await response.text()

    assert said[0].body == said[2].body
    assert "You ask more often than I answer. Try again in 60 s." in said[1].body
    assert "/neo-budget" in other.body
    assert "neo_budget_requests_limited_total 1.0" in metrics


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
    status, answer = await requests.send(bot, requests.PATHS[2], body, requests.sealed(body))

    assert (200, {"challenge": "3eZbrw1a"}) == (status, json.loads(answer))


async def test_an_event_that_slack_repeats_counts_once(
    bot: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.web.reception")
    facts: dict[str, Any] = {"api_app_id": acme.APP.id, "type": "event_callback"}
    for event, attempt in (("Ev1", 0), ("Ev1", 1), ("Ev2", 0)):
        body = json.dumps({**facts, "event_id": event, "attempt": attempt}).encode()
        assert (200, b"") == await requests.send(
            bot, requests.PATHS[2], body, requests.sealed(body)
        )

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
        assert reception.WORKING.text == outcome.shown.text
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
    form = {
        **requests.FORM,
        "user_id": "U0ANA",
        "text": "task a",
        "response_url": f"{bench.url}/nowhere",
    }
    body = urlencode(form).encode()
    app = site.public_app(replace(door, inline=0), clock)
    async with site.serving(app, "127.0.0.1", 0) as port:
        status, _ = await requests.send(
            f"http://127.0.0.1:{port}", requests.PATHS[0], body, requests.sealed(body)
        )
        gate.open.set()

    assert 200 == status
    assert "answer not delivered" in caplog.text
