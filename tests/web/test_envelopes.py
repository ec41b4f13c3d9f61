"""Slack's envelopes: the same answers as over HTTP, each handled once, and acked in time whatever is slow."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest
from typing_extensions import override

from bot.demo.workbench import acme, commands, interactions
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.message import Draft
from bot.secret import Secret
from bot.slack import blocks, buttons
from bot.slack.settings import SlackSettings
from bot.slack.socket import Socket
from bot.store.database import Database
from bot.web import envelopes
from bot.web.door import SlackDoor
from tests.neo import server as neo_server
from tests.neo.server import SmallNeo
from tests.web import office
from tests.web.office import Clock

TOKEN = Secret(acme.APP.app_token)

Connect = Callable[..., AbstractAsyncContextManager[Socket]]


@pytest.fixture
def connect(
    door: SlackDoor,
    settings: SlackSettings,
    session: aiohttp.ClientSession,
    bench: Bench,
    clock: Clock,
) -> Connect:
    """Opens the socket of a bot whose door differs in some facts."""
    bench.socket_mode, bench.patience = True, 30

    @asynccontextmanager
    async def connected(token: Secret = TOKEN, **facts: Any) -> AsyncIterator[Socket]:
        own = replace(door, secret="", **facts)
        async with envelopes.taken(own, settings, token, session, clock) as socket:
            await asyncio.wait_for(bench.sockets.until_open(), 30)
            yield socket
        assert [] == bench.sockets.violations

    return connected


async def ask(bench: Bench, who: str, line: str) -> str:
    """The blocks that a person is shown at once."""
    outcome = await commands.run(bench, who, "#neo-spend", f"/neo-budget {line}")
    assert outcome.ok, outcome
    assert outcome.shown is not None
    return json.dumps(outcome.shown.blocks) + outcome.shown.text


async def ephemerals(bench: Bench, who: str, count: int) -> list[Any]:
    async with asyncio.timeout(30):
        while len(found := bench.workspace.ephemerals(who)) < count:
            await asyncio.sleep(0)
    return found


async def test_an_answer_rides_in_the_ack(connect: Connect, bench: Bench) -> None:
    async with connect():
        assert "$33.00" in await ask(bench, "ana", "spend")
        assert "$400.00" in await ask(bench, "ada", "top users")

    assert [] == bench.workspace.messages("#neo-spend")


async def test_a_slow_answer_follows_to_the_response_url(
    connect: Connect, bench: Bench, neo: SmallNeo
) -> None:
    go = asyncio.Event()

    async def slow(request: Any) -> Any:
        await go.wait()
        return await neo_server.says(404)(request)

    neo.replies[:] = [slow]
    async with connect(inline=0):
        assert "Working on it…" in await ask(bench, "ana", "task task-a1")
        go.set()
        [_, late] = await ephemerals(bench, "ana", 2)
    assert "task-a1" in json.dumps(late.blocks)
    assert 1 == len(bench.sockets.sent)


async def test_a_slow_answer_is_sent_before_the_bot_ends(
    connect: Connect, bench: Bench, neo: SmallNeo
) -> None:
    go = asyncio.Event()

    async def slow(request: Any) -> Any:
        await go.wait()
        return await neo_server.says(404)(request)

    neo.replies[:] = [slow]
    async with connect(inline=0):
        await ask(bench, "ana", "task task-a1")
        asyncio.get_running_loop().call_later(0.05, go.set)
    assert 2 == len(bench.workspace.ephemerals("ana"))


async def test_the_ack_is_in_time_although_the_store_is_slow(
    connect: Connect, bench: Bench, database: Database
) -> None:
    release = threading.Event()
    busy = asyncio.create_task(database.read(lambda _: release.wait(30)))
    async with connect(inline=0.05):
        assert "Working on it…" in await ask(bench, "ana", "spend")
        release.set()
        [_, late] = await ephemerals(bench, "ana", 2)
    await busy
    assert "$33.00" in json.dumps(late.blocks)


async def test_what_comes_again_after_a_lost_ack_is_handled_once_and_answered(
    connect: Connect, bench: Bench, database: Database
) -> None:
    async with connect():
        await ask(bench, "ana", "help")
        bench.sockets.lose_acks = 1
        assert "Only admins" in await ask(bench, "ana", "status")

    assert [0, 0, 1] == [sent["retry_attempt"] for sent in bench.sockets.sent]
    assert 1 == len(await database.read(office.audited))


async def test_what_comes_again_on_a_new_connection_is_handled_once(
    connect: Connect, bench: Bench, neo: SmallNeo
) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def slow(request: Any) -> Any:
        asked.set()
        await go.wait()
        return await neo_server.says(404)(request)

    neo.replies[:] = [slow]
    async with connect():
        asking = asyncio.create_task(ask(bench, "ana", "task task-a1"))
        await asked.wait()
        bench.sockets.drop()
        while len(bench.sockets.sent) < 2:
            await asyncio.sleep(0)
        go.set()
        assert "task-a1" in await asking

    assert 1 == len(neo.asked)


@dataclass(frozen=True)
class Trap(Secret):
    """A token that cannot be read once, for a reason that nobody thought of."""

    read_before: list[str] = field(default_factory=list)

    @override
    def read(self) -> str:
        self.read_before.append("")
        if len(self.read_before) == 1:
            raise RuntimeError("what nobody thought of")
        return acme.APP.app_token


async def test_a_fault_of_the_bot_s_own_does_not_end_it(
    connect: Connect, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    async with connect(Trap()):
        assert "$33.00" in await ask(bench, "ana", "spend")

    assert "the socket failed" in caplog.messages


async def test_people_of_other_teams_are_refused_as_over_http(
    connect: Connect, bench: Bench, database: Database
) -> None:
    async with connect():
        assert "only members of the workspace" in await ask(bench, "gus", "spend")

    assert ["U0GUEST"] == [actor for actor, _, _ in await database.read(office.audited)]


def envelope(kind: str, payload: dict[str, Any], number: str = "1") -> dict[str, Any]:
    return {
        "envelope_id": number,
        "type": kind,
        "payload": payload,
        "accepts_response_payload": False,
    }


FORM = {
    "user_id": "U0ANA",
    "team_id": "T0ACME",
    "api_app_id": acme.APP.id,
    "command": "/neo-budget",
    "text": "spend",
}


async def test_one_command_in_two_envelopes_is_handled_once(
    connect: Connect, bench: Bench, database: Database
) -> None:
    form = {**FORM, "text": "status", "trigger_id": "1.2"}
    async with connect():
        for number in ("1", "2"):
            sent = {**envelope("slash_commands", form, number), "accepts_response_payload": True}
            said = await bench.sockets.deliver(sent, 30)
            assert said is not None
            assert "Only admins" in said["text"]

    assert 1 == len(await database.read(office.audited))


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        pytest.param("slash_commands", {**FORM, "api_app_id": "A0OTHER"}, id="a command"),
        pytest.param("slash_commands", {**FORM, "user_id": ""}, id="a command of nobody"),
        pytest.param("slash_commands", {**FORM, "user_id": ["U0ANA"]}, id="a command of a list"),
        pytest.param("interactive", {"api_app_id": "A0OTHER"}, id="a press"),
        pytest.param("events_api", {"api_app_id": "A0OTHER"}, id="an event"),
    ],
)
async def test_what_is_not_for_this_app_is_acked_without_a_word(
    connect: Connect,
    bench: Bench,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    payload: dict[str, Any],
) -> None:
    async with connect():
        assert await bench.sockets.deliver(envelope(kind, payload), 30) is None

    assert "not for this app" in caplog.text
    assert [] == bench.workspace.ephemerals("ana")


async def test_an_answer_that_the_ack_may_not_hold_goes_to_the_response_url(
    connect: Connect, bench: Bench
) -> None:
    async with connect():
        bench.sockets.sent.clear()
        await ask(bench, "ana", "help")
        form = {**bench.sockets.sent[0]["payload"], "text": "spend", "trigger_id": "2"}
        assert await bench.sockets.deliver(envelope("slash_commands", form), 30) is None
        [_, said] = await ephemerals(bench, "ana", 2)

    assert "$33.00" in json.dumps(said.blocks)


async def test_a_press_is_acked(connect: Connect, bench: Bench) -> None:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Runbook"},
        "action_id": "runbook",
    }
    row = {"type": "actions", "elements": [button]}
    message = bench.workspace.post(Draft("C0SPEND", acme.APP.user_id, "x", blocks=[row]))
    async with connect():
        outcome = await interactions.press(bench, "ana", message, "runbook")

    assert (True, "") == (outcome.ok, outcome.body)


async def test_a_press_does_what_it_says_once_although_its_ack_is_lost(
    connect: Connect, bench: Bench, database: Database
) -> None:
    alert = office.alert(office.ANA)
    await database.write(office.fire, alert)
    row = blocks.actions(blocks.button("Acknowledge", buttons.ACK, alert.id))
    assert row is not None
    message = bench.workspace.post(Draft("C0SPEND", acme.APP.user_id, "x", blocks=[row]))
    async with connect():
        bench.sockets.lose_acks = 1
        outcome = await interactions.press(bench, "ana", message, buttons.ACK)

    assert (True, "") == (outcome.ok, outcome.body)
    [said] = bench.workspace.thread("C0SPEND", message.ts)
    assert "ana@acme.test acknowledged" in said.text
    assert ["ack"] == [action for _, action, _ in await database.read(office.audited)]


async def test_an_event_counts_once_in_whatever_envelope_it_comes(
    connect: Connect, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.web.reception")
    async with connect():
        for number, event in (("1", "Ev1"), ("2", "Ev1"), ("3", "Ev2")):
            payload = {"api_app_id": acme.APP.id, "event_id": event}
            await bench.sockets.deliver(envelope("events_api", payload, number), 30)

    assert ["Ev1", "Ev2"] == [record.__dict__["event"] for record in caplog.records]
