"""Slack's requests: parse, decide, reply. Whatever Slack did not sign gets a bare 401."""

import asyncio
import logging
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import web

from bot.notify.notification import SinkError
from bot.slack import respond
from bot.slack.blocks import Message
from bot.web import keys, signed

log = logging.getLogger(__name__)

WORKING = Message("Working on it…")
REPEATED = Message("This request was answered already.")


def routes() -> list[web.RouteDef]:
    """Every method is taken, so that a request of any kind that Slack did not sign is refused alike."""
    return [
        web.route("*", "/slack/commands", commands, expect_handler=_expected),
        web.route("*", "/slack/interactions", interactions, expect_handler=_expected),
        web.route("*", "/slack/events", events, expect_handler=_expected),
    ]


def closed() -> list[web.RouteDef]:
    """The same paths where nothing that Slack may sign is known: everything is refused."""
    return [web.route("*", route.path, _closed, expect_handler=_expected) for route in routes()]


async def commands(request: web.Request) -> web.Response:
    """A slash command."""
    door, now = request.app[keys.SLACK], request.app[keys.CLOCK].now()
    form = signed.form(await signed.body(request, door.secret, now))
    if form is None:
        return _refused()
    if form.get("ssl_check") == "1":
        return web.Response()
    if not form.get("user_id") or not signed.is_of(form, door.app_id):
        return _refused()
    if not _is_first(request, now):
        return _said(REPEATED)
    return await _answer(request.app, form, now)


async def interactions(request: web.Request) -> web.Response:
    """A pressed button. Our messages have none yet, so a press is only acknowledged."""
    door, now = request.app[keys.SLACK], request.app[keys.CLOCK].now()
    form = signed.form(await signed.body(request, door.secret, now))
    payload = signed.json_object(form.get("payload")) if form else None
    if payload is None or not signed.is_of(payload, door.app_id):
        return _refused()
    return web.Response()


async def events(request: web.Request) -> web.Response:
    """The Events API: its challenge is answered; nothing is subscribed, so an event is only noted."""
    door, now = request.app[keys.SLACK], request.app[keys.CLOCK].now()
    sent = signed.json_object(await signed.body(request, door.secret, now))
    if sent is None:
        return _refused()
    if sent.get("type") == "url_verification":
        return web.json_response({"challenge": sent.get("challenge")})
    if not signed.is_of(sent, door.app_id):
        return _refused()
    if request.app[keys.SEEN].first(f"event {sent.get('event_id')}", now):
        log.info("event ignored", extra={"event": str(sent.get("event_id"))[:100]})
    return web.Response()


async def _answer(app: web.Application, form: dict[str, str], now: datetime) -> web.Response:
    """The answer itself when it is there soon, else a word that it will come."""
    door, later, url = app[keys.SLACK], app[keys.LATER], form.get("response_url", "")
    work = later.start(door.desk.command(form, now))
    done, _ = await asyncio.wait({work}, timeout=door.inline)
    if not done and respond.is_allowed(url, door.hosts):
        _ = later.start(_send(app, work, url))
        return _said(WORKING)
    if not done:
        log.warning("a slow answer has nowhere to follow to: check slack.response_hosts")
    return _said(await work)


async def _send(app: web.Application, work: asyncio.Task[Message], url: str) -> None:
    """Sends an answer that took longer to where Slack wants it."""
    hosts = app[keys.SLACK].hosts
    try:
        await respond.answer(app[keys.SESSION], url, await work, hosts)
    except SinkError as error:
        host = urlsplit(url).hostname
        log.warning("answer not delivered", extra={"host": host, "error": str(error)})


def _is_first(request: web.Request, now: datetime) -> bool:
    """Whether this very request was not answered before; its signature covers its time and its body."""
    signature = request.headers["X-Slack-Signature"]
    return request.app[keys.SEEN].first(f"command {signature}", now)


async def _expected(request: web.Request) -> None:
    """Goes on where a body is held back until it is asked for; what else is expected is nothing to answer to."""
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # The writer counts this as the answer's; aiohttp's own way of going on resets it too.
        request.writer.output_size = 0


async def _closed(_: web.Request) -> web.Response:
    return _refused()


def _said(message: Message) -> web.Response:
    return web.json_response(respond.payload(message))


def _refused() -> web.Response:
    return web.Response(status=401)
