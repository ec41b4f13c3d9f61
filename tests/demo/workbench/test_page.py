"""The page: what it is served with, what each person sees, what changes live, what is typed and pressed."""

import json
import re
from importlib import resources

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench.bench import Bench
from bot.demo.workbench.message import Draft, Json
from tests.demo.workbench.stand_ins import LEADS, SPEND, Bot

STATIC = resources.files("bot.demo.workbench") / "static"


async def changes(response: aiohttp.ClientResponse) -> Json:
    """Read the stream up to its next change."""
    async for line in response.content:
        if line.startswith(b"data: "):
            value: Json = json.loads(line[6:])
            return value
    raise AssertionError("the stream ended")


async def post(session: aiohttp.ClientSession, url: str, value: Json) -> Json:
    async with session.post(url, json=value) as response:
        answer: Json = await response.json()
        return answer


async def state(session: aiohttp.ClientSession, bench: Bench, viewer: str) -> Json:
    async with session.get(f"{bench.url}/page/state", params={"viewer": viewer}) as response:
        value: Json = await response.json()
        return value


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/static/frame.css", "/static/icon.svg"])
async def test_the_page_may_run_and_load_only_what_is_served_here(
    bench: Bench, session: aiohttp.ClientSession, path: str
) -> None:
    async with session.get(bench.url + path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert (200, "nosniff") == (response.status, response.headers["X-Content-Type-Options"])
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path", ["/static/..%2fpage.py", "/static/none.js", "/static/app.py", "/files/F404"]
)
async def test_nothing_else_is_served(
    bench: Bench, session: aiohttp.ClientSession, path: str
) -> None:
    async with session.get(bench.url + path) as response:
        assert 404 == response.status


def test_no_script_makes_markup_of_text_and_nothing_comes_from_outside() -> None:
    for file in STATIC.iterdir():
        text = file.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text
        ), file.name
        assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", text), file.name


async def test_a_page_of_another_site_is_refused(
    bench: Bench, session: aiohttp.ClientSession
) -> None:
    async with session.get(bench.url, headers={"Host": "evil.test"}) as response:
        assert 403 == response.status
    form = {"viewer": "U0ANA", "channel": SPEND, "text": "hello"}
    async with session.post(f"{bench.url}/page/lines", data=json.dumps(form)) as response:
        assert 415 == response.status
    assert [] == bench.workspace.messages(SPEND)


async def test_each_person_sees_what_is_theirs(
    bench: Bench, session: aiohttp.ClientSession
) -> None:
    workspace = bench.workspace
    workspace.post(Draft(LEADS, "U0NEOBOT", "leads only"))
    workspace.post(Draft(SPEND, "U0NEOBOT", "psst", only_for="U0ANA"))
    root = workspace.post(Draft(SPEND, "U0NEOBOT", "for all"))
    workspace.post(Draft(SPEND, "U0NEOBOT", "reply", thread_ts=root.ts))

    seen = {who: await state(session, bench, who) for who in ("U0ADA", "U0ANA", "U0GUEST")}
    assert ["for all", "reply", "leads only"] == [
        message["text"] for message in seen["U0ADA"]["messages"]
    ]
    assert ["for all", "reply", "psst"] == [
        message["text"] for message in seen["U0ANA"]["messages"]
    ]
    assert ["neo-spend"] == [channel["name"] for channel in seen["U0GUEST"]["channels"]]


async def test_an_edit_arrives_live(
    bench: Bench, session: aiohttp.ClientSession, slack: AsyncWebClient
) -> None:
    first = await slack.chat_postMessage(channel=SPEND, text="old")
    async with session.get(f"{bench.url}/page/stream", params={"viewer": "U0ANA"}) as response:
        await response.content.readline()
        await slack.chat_update(channel=SPEND, ts=first["ts"], text="new")
        changed = await changes(response)
        await slack.chat_delete(channel=SPEND, ts=first["ts"])
        removed = await changes(response)

    assert ("message", "new") == (changed["kind"], changed["message"]["text"])
    assert changed["message"]["edited"]
    assert {"kind": "removed", "in": SPEND, "ts": first["ts"]} == removed


async def test_what_is_not_theirs_does_not_arrive(
    bench: Bench, session: aiohttp.ClientSession, slack: AsyncWebClient
) -> None:
    async with session.get(f"{bench.url}/page/stream", params={"viewer": "U0BEN"}) as response:
        await response.content.readline()
        await slack.chat_postMessage(channel=LEADS, text="leads only")
        await slack.chat_postEphemeral(channel=SPEND, user="U0ANA", text="psst")
        await slack.chat_postMessage(channel=SPEND, text="for all")
        arrived = await changes(response)

    assert "for all" == arrived["message"]["text"]


async def test_a_typed_command_goes_to_the_bot(
    bench: Bench, session: aiohttp.ClientSession, bot: Bot
) -> None:
    line = {"viewer": "U0ANA", "channel": SPEND, "text": "/neo-budget top"}

    assert {"ok": True, "error": ""} == await post(session, f"{bench.url}/page/lines", line)
    assert 1 == len(bot.requests)
    in_thread = await post(session, f"{bench.url}/page/lines", {**line, "thread": "1.0"})
    assert "not_supported_in_threads" == in_thread["error"]


async def test_it_says_how_the_bot_is_reached(
    bench: Bench, session: aiohttp.ClientSession, bot: Bot
) -> None:
    async def link() -> Json:
        async with session.get(f"{bench.url}/page/link") as response:
            found: Json = await response.json()
            return found

    assert {"isSocket": False, "isOpen": True, "sockets": 0, "url": bench.bot_url} == await link()
    bench.socket_mode = True
    assert (True, False) == ((found := await link())["isSocket"], found["isOpen"])
    bench.socket_mode, bench.bot_url = False, ""
    assert not (await link())["isOpen"]


async def test_a_typed_line_is_said_in_the_channel(
    bench: Bench, session: aiohttp.ClientSession
) -> None:
    line = {"viewer": "U0ANA", "channel": SPEND, "text": "thanks @ada <b>"}
    await post(session, f"{bench.url}/page/lines", line)

    assert ["thanks <@U0ADA|ada> &lt;b&gt;"] == [
        message.text for message in bench.workspace.messages(SPEND)
    ]


@pytest.mark.parametrize(
    ("channel", "expected"), [(LEADS, "channel_not_found"), ("C0OLD", "is_archived")]
)
async def test_nobody_speaks_where_they_may_not(
    bench: Bench, session: aiohttp.ClientSession, channel: str, expected: str
) -> None:
    line = {"viewer": "U0ANA", "channel": channel, "text": "hello"}

    assert {"ok": False, "error": expected} == await post(session, f"{bench.url}/page/lines", line)


async def test_a_pressed_button_goes_to_the_bot(
    bench: Bench, session: aiohttp.ClientSession, bot: Bot
) -> None:
    button = {
        "type": "button",
        "action_id": "ack",
        "text": {"type": "plain_text", "text": "Acknowledge"},
    }
    blocks = [{"type": "actions", "elements": [button]}]
    message = bench.workspace.post(Draft(SPEND, "U0NEOBOT", "alert", blocks=blocks))
    pressed = {"viewer": "U0ANA", "channel": SPEND, "ts": message.ts, "action": "ack"}

    assert {"ok": True, "error": ""} == await post(session, f"{bench.url}/page/presses", pressed)
    assert 1 == len(bot.requests)
    for wrong in ({"ts": "1.0"}, {"action": "none"}):
        assert not (await post(session, f"{bench.url}/page/presses", {**pressed, **wrong}))["ok"]
