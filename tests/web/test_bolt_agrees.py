"""A judge from outside: Bolt, Slack's own framework, takes and refuses the same requests as we do, or less strictly."""

from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import Clock as SlackClock

from bot.demo.workbench import acme
from bot.web import site
from tests.web import office, requests
from tests.web.requests import BODY, MALFORMED, PATHS, STAMP, UNSIGNED, payload, sealed

GOOD: dict[str, tuple[str, bytes, Mapping[str, str]]] = {
    name: (path, body, sealed(body, stamp))
    for name, path, body, stamp in (
        ("a command", PATHS[0], BODY, STAMP),
        ("a command five minutes old", PATHS[0], BODY, str(int(STAMP) - 300)),
        ("a command five minutes ahead", PATHS[0], BODY, str(int(STAMP) + 300)),
        ("a command without text", PATHS[0], BODY.replace(b"text=help", b"text="), STAMP),
        ("a command beyond ASCII", PATHS[0], BODY + b"&user_name=J%C3%BCrgen", STAMP),
        ("a certificate check", PATHS[0], urlencode({"ssl_check": "1"}).encode(), STAMP),
        (
            "a pressed button",
            PATHS[1],
            payload(type="block_actions", actions=[{"action_id": "a", "block_id": "b"}]),
            STAMP,
        ),
        ("a challenge", PATHS[2], b'{"type": "url_verification", "challenge": "c"}', STAMP),
    )
}
BAD = {name: (PATHS[0], body, headers) for name, (body, headers) in UNSIGNED.items()} | {
    name: (path, body, sealed(body)) for name, (path, body) in MALFORMED.items()
}
STRICTER = {
    "a body that is too large": "Slack sends nothing nearly as large, and what is read costs memory",
    "a command in JSON": "a slash command is a form",
    "a command that is not UTF-8 once unquoted": "what is no text cannot be answered rightly",
    "a command with half a surrogate": "what is no text cannot be answered rightly",
    "a command of nobody": "who asks decides what may be seen",
    "a command of another app": "slack.app_id names ours, and Bolt has no such setting",
    "a command with a thousand fields": "Slack sends a dozen, and each costs time",
    "another timestamp first": "Bolt goes by the last, a proxy that checks may go by the first",
    "the same signature twice": "Slack signs once, and what was added on the way is no longer Slack's",
    "an interaction without a payload": "a command has a path of its own; Bolt serves all on one",
}
"""What Bolt takes and we refuse, and why."""


@pytest.fixture
async def bolt(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """An app of Bolt's that takes whatever Slack signed, at the same moment."""
    monkeypatch.setattr(SlackClock, "now", lambda _: office.NOW.timestamp())

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0ACME", bot_token=acme.APP.token)

    judge = AsyncApp(signing_secret=acme.APP.signing_secret, authorize=authorize)

    async def taken(ack: AsyncAck) -> None:
        await ack()

    judge.command("/neo-budget")(taken)
    judge.action("a")(taken)

    async def ask(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await judge.async_dispatch(await to_bolt_request(request)))

    app = web.Application()
    app.add_routes([web.post(path, ask) for path in PATHS])
    async with site.serving(app, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


async def taken(url: str, sent: Mapping[str, tuple[str, bytes, Mapping[str, str]]]) -> set[str]:
    """The names of those that are answered with 200."""
    found = {name: (await requests.send(url, *request))[0] for name, request in sent.items()}
    return {name for name, status in found.items() if status == 200}


async def test_what_slack_sends_both_take(bot: str, bolt: str) -> None:
    assert set(GOOD) == await taken(bolt, GOOD) == await taken(bot, GOOD)


async def test_what_bolt_refuses_we_refuse(bot: str, bolt: str) -> None:
    assert STRICTER.keys() == await taken(bolt, BAD)
    assert set() == await taken(bot, BAD)
