"""Socket Mode as Slack has it: tickets for one use, acks in time, and no ack that was not asked for."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench import acme, commands
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.outbound import Outcome
from bot.demo.workbench.sockets import MOST, TRIES
from tests.demo.workbench.stand_ins import refusal

Link = aiohttp.ClientWebSocketResponse


@pytest.fixture(autouse=True)
def socket_mode(bench: Bench) -> None:
    bench.socket_mode, bench.patience = True, 30


async def address(slack: AsyncWebClient) -> str:
    url: str = (await slack.apps_connections_open(app_token=acme.APP.app_token))["url"]
    return url


@asynccontextmanager
async def linked(slack: AsyncWebClient, session: aiohttp.ClientSession) -> AsyncIterator[Link]:
    async with session.ws_connect(await address(slack)) as link:
        yield link


def say(bench: Bench) -> asyncio.Task[Outcome]:
    return asyncio.create_task(commands.run(bench, "ana", "#neo-spend", "/neo-budget spend"))


async def test_a_connection_is_greeted_and_gets_what_people_say(
    bench: Bench, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    async with linked(slack, session) as link:
        hello = await link.receive_json()
        assert ("hello", 1) == (hello["type"], hello["num_connections"])
        saying = say(bench)
        envelope = await link.receive_json()
        assert ("slash_commands", True) == (envelope["type"], envelope["accepts_response_payload"])
        assert ("U0ANA", "spend") == (envelope["payload"]["user_id"], envelope["payload"]["text"])
        await link.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "much"}})
        outcome = await saying

    assert outcome.ok
    assert outcome.shown is not None
    assert "much" == outcome.shown.text


async def test_an_ack_may_say_nothing(
    bench: Bench, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    async with linked(slack, session) as link:
        await link.receive_json()
        saying = say(bench)
        await link.send_json({"envelope_id": (await link.receive_json())["envelope_id"]})
        outcome = await saying

    assert (True, None) == (outcome.ok, outcome.shown)


async def test_what_is_not_acked_in_time_comes_again_until_slack_gives_up(
    bench: Bench, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    bench.patience = 0.05
    async with linked(slack, session) as link:
        await link.receive_json()
        outcome = await say(bench)
        envelopes = [await link.receive_json() for _ in range(TRIES)]

    assert "operation_timeout" == outcome.error
    assert 1 == len({each["envelope_id"] for each in envelopes})
    assert [(0, ""), *((n, "timeout") for n in range(1, TRIES))] == [
        (each["retry_attempt"], each["retry_reason"]) for each in envelopes
    ]


async def test_what_was_on_a_connection_that_broke_comes_by_the_next(
    bench: Bench, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    async with linked(slack, session) as first:
        await first.receive_json()
        saying = say(bench)
        envelope = await first.receive_json()
        bench.sockets.drop()
        assert aiohttp.WSMsgType.CLOSED is (await first.receive()).type
    async with linked(slack, session) as second:
        await second.receive_json()
        assert envelope["envelope_id"] == (await second.receive_json())["envelope_id"]
        await second.send_json({"envelope_id": envelope["envelope_id"]})
        assert (await saying).ok


async def test_after_a_notice_all_goes_to_another_connection(
    bench: Bench, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    async with linked(slack, session) as old, linked(slack, session) as fresh:
        assert "hello" == (await fresh.receive_json())["type"]
        bench.sockets.open[0].leaving = True
        saying = say(bench)
        envelope = await fresh.receive_json()
        await bench.sockets.disconnect("warning")
        words = [await old.receive_json() for _ in range(2)]
        assert ["hello", "disconnect"] == [each["type"] for each in words]
        await old.send_json({"envelope_id": envelope["envelope_id"]})
        assert (await saying).ok

    assert [] == bench.sockets.violations


async def test_without_a_connection_nothing_can_be_said(bench: Bench) -> None:
    assert "dispatch_failed" == (await say(bench)).error


ID = "envelope"


@pytest.mark.parametrize(
    ("acks", "fault"),
    [
        pytest.param(["{"], "not JSON", id="no JSON"),
        pytest.param(["[]"], "not an ack", id="no object"),
        pytest.param([{"envelope_id": ID, "text": "x"}], "not an ack", id="a key too many"),
        pytest.param([{"envelope_id": "other"}], "an ack of no envelope", id="of no envelope"),
        pytest.param([{"envelope_id": ID}] * 2, "one ack too many", id="twice"),
        pytest.param(
            [{"envelope_id": ID, "payload": {}}],
            "that takes none",
            id="an answer to what takes none",
        ),
    ],
)
async def test_a_wrong_ack_is_written_down(
    bench: Bench,
    slack: AsyncWebClient,
    session: aiohttp.ClientSession,
    acks: list[Any],
    fault: str,
) -> None:
    envelope = {"envelope_id": ID, "type": "x", "payload": {}, "accepts_response_payload": False}
    async with linked(slack, session) as link:
        await link.receive_json()
        sending = asyncio.create_task(bench.sockets.deliver(envelope, 30))
        await link.receive_json()
        for ack in acks:
            await link.send_str(ack if isinstance(ack, str) else json.dumps(ack))
        async with asyncio.timeout(30):
            while not bench.sockets.violations:
                await asyncio.sleep(0)
        sending.cancel()

    [violation] = bench.sockets.violations
    assert fault in violation


async def test_an_address_is_good_for_once(
    slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    url = await address(slack)
    async with session.ws_connect(url):
        pass
    for wrong in (url, url.partition("?")[0]):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(wrong)


async def test_an_app_has_so_many_connections_and_no_more(
    bench: Bench, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    links = [await session.ws_connect(await address(slack)) for _ in range(MOST + 1)]
    words = [await link.receive_json() for link in links]
    for link in links:
        await link.close()

    assert ["hello"] * MOST + ["disconnect"] == [each["type"] for each in words]
    assert "too_many_websockets" == words[-1]["reason"]


async def test_where_it_is_turned_off_a_connection_ends_at_once(
    bench: Bench, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    bench.socket_mode = False
    async with linked(slack, session) as link:
        assert "link_disabled" == (await link.receive_json())["reason"]
        assert aiohttp.WSMsgType.CLOSE is (await link.receive()).type


async def test_each_token_has_its_own_methods(slack: AsyncWebClient) -> None:
    opening, own = slack.apps_connections_open, acme.APP.app_token

    assert "invalid_auth" == await refusal(opening(app_token="xapp-guessed"))
    assert "not_allowed_token_type" == await refusal(opening(app_token=acme.APP.token))
    assert "not_allowed_token_type" == await refusal(slack.users_info(user="U0ANA", token=own))
