"""Slack's requests over HTTP: parse, decide, reply. Whatever Slack did not sign gets a bare 401."""

from datetime import datetime

from aiohttp import web

from bot.slack import respond, signature
from bot.slack.blocks import Message
from bot.web import keys, signed

_RETRY = "X-Slack-Retry-Num"


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
    reception, now = request.app[keys.RECEPTION], request.app[keys.CLOCK].now()
    form = signed.form(await _once(request, now))
    if form is None:
        return _refused()
    if form.get("ssl_check") == "1":
        return web.Response()
    if not reception.is_command(form):
        return _refused()
    return _said(await reception.command(form, now))


async def interactions(request: web.Request) -> web.Response:
    """A pressed button: it is acknowledged at once, and what comes of it follows."""
    reception, now = request.app[keys.RECEPTION], request.app[keys.CLOCK].now()
    form = signed.form(await _once(request, now))
    payload = signed.json_object(form.get("payload")) if form else None
    if payload is None or not reception.is_meant(payload):
        return _refused()
    reception.press(payload, now)
    return web.Response()


async def events(request: web.Request) -> web.Response:
    """The Events API, whose challenge is answered. What says to be a repetition may be the same to the letter."""
    reception, now = request.app[keys.RECEPTION], request.app[keys.CLOCK].now()
    again = _RETRY in request.headers
    raw = await (_signed(request, now) if again else _once(request, now))
    sent = signed.json_object(raw)
    if sent is None:
        return _refused()
    if sent.get("type") == "url_verification":
        return web.json_response({"challenge": sent.get("challenge")})
    if not reception.is_meant(sent):
        return _refused()
    reception.event(sent, now)
    return web.Response()


async def _signed(request: web.Request, now: datetime) -> bytes | None:
    return await signed.body(request, request.app[keys.RECEPTION].door.secret, now)


async def _once(request: web.Request, now: datetime) -> bytes | None:
    """The body, if Slack signed it and this very request was not met before.

    The signature covers time and body, and Slack sends commands and presses once: a second one was overheard.
    """
    raw = await _signed(request, now)
    if raw is None:
        return None
    key = f"request {signature.of(request.headers, now)}"
    return raw if request.app[keys.RECEPTION].seen.first(key, now) else None


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
