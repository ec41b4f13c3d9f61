"""The page in the browser: its files, its state, its live changes, and what people type and press."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from typing import Final

from aiohttp import web

from bot.demo.workbench import commands, interactions, view
from bot.demo.workbench.bench import BENCH, Bench
from bot.demo.workbench.directory import Person
from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.message import Draft, Json
from bot.demo.workbench.outbound import Outcome
from bot.demo.workbench.workspace import Change

KEEP_ALIVE: Final = 15.0
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

Streams = set[asyncio.Queue[Change | None]]
STREAMS = web.AppKey("streams", Streams)


def routes() -> list[web.RouteDef]:
    return [
        web.get("/", index),
        web.get("/static/{name}", static),
        web.get("/page/state", state),
        web.get("/page/link", link),
        web.get("/page/stream", stream),
        web.post("/page/lines", type_line),
        web.post("/page/presses", press),
    ]


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse a page of another site that reaches for this one: names that are not ours, posts that are not JSON."""
    if request.url.host not in ("127.0.0.1", "localhost", "::1"):
        raise web.HTTPForbidden(text="the workbench answers on loopback only")
    if (
        request.method == "POST"
        and request.path.startswith("/page/")
        and request.content_type != "application/json"
    ):
        raise web.HTTPUnsupportedMediaType(text="send JSON")
    return await handler(request)


async def harden(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


async def index(_request: web.Request) -> web.Response:
    return _file("index.html")


async def static(request: web.Request) -> web.Response:
    return _file(request.match_info["name"])


async def state(request: web.Request) -> web.Response:
    bench = request.app[BENCH]
    return web.json_response(
        view.state(bench.workspace, _viewer(bench, request.query.get("viewer", "")))
    )


async def link(request: web.Request) -> web.Response:
    """How people's commands and presses reach the bot, and whether they can."""
    bench = request.app[BENCH]
    sockets = len(bench.sockets.open)
    is_open = bool(sockets if bench.socket_mode else bench.bot_url)
    return web.json_response(
        {"isSocket": bench.socket_mode, "isOpen": is_open, "sockets": sockets, "url": bench.bot_url}
    )


async def stream(request: web.Request) -> web.StreamResponse:
    """Send every change that the viewer sees, as Server-Sent Events, until either side hangs up."""
    bench = request.app[BENCH]
    viewer = _viewer(bench, request.query.get("viewer", ""))
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    gone = suppress(ConnectionResetError)  # the reader may hang up at any time
    with _changes(bench, request.app[STREAMS]) as queue, gone:
        await response.prepare(request)
        await response.write(b": hello\n\n")
        async for change in _until_closed(queue):
            shown = view.change(bench.workspace, viewer, change) if change else None
            text = f"data: {json.dumps(shown)}\n\n" if shown else ": still here\n\n"
            await response.write(text.encode())
    return response


async def close_streams(app: web.Application) -> None:
    for queue in app[STREAMS]:
        queue.put_nowait(None)


async def type_line(request: web.Request) -> web.Response:
    """A line from the box: a slash command goes to the bot, anything else is said in the channel."""
    bench, typed = request.app[BENCH], await request.json()
    try:
        return _told(await _type(bench, typed))
    except SlackError as error:
        return _told(Outcome(error=error.code))


async def press(request: web.Request) -> web.Response:
    bench, pressed = request.app[BENCH], await request.json()
    message = bench.workspace.find(pressed["channel"], pressed["ts"])
    if message is None:
        return _told(Outcome(error="message_not_found"))
    try:
        return _told(
            await interactions.press(
                bench, pressed["viewer"], message, pressed["action"], choice=pressed.get("choice")
            )
        )
    except SlackError as error:
        return _told(Outcome(error=error.code))


async def _type(bench: Bench, typed: Json) -> Outcome:
    person, channel = _viewer(bench, typed["viewer"]), bench.workspace.channel(typed["channel"])
    if not view.sees(bench.workspace, channel, person):
        raise SlackError("channel_not_found")
    if typed["text"].startswith("/"):
        if typed.get("thread"):
            raise SlackError("not_supported_in_threads")
        return await commands.run(bench, person.id, channel.id, typed["text"])
    if channel.is_archived:
        raise SlackError("is_archived")
    text = commands.escape(bench.workspace, typed["text"])
    said = bench.workspace.post(Draft(channel.id, person.id, text, thread_ts=typed.get("thread")))
    return Outcome(shown=said)


@contextmanager
def _changes(bench: Bench, streams: Streams) -> Iterator[asyncio.Queue[Change | None]]:
    queue: asyncio.Queue[Change | None] = asyncio.Queue()
    unsubscribe = bench.workspace.subscribe(queue.put_nowait)
    streams.add(queue)
    try:
        yield queue
    finally:
        streams.discard(queue)
        unsubscribe()


async def _until_closed(queue: asyncio.Queue[Change | None]) -> AsyncIterator[Change | None]:
    """Give the changes as they come, and None when a while has passed without one."""
    while True:
        try:
            change = await asyncio.wait_for(queue.get(), KEEP_ALIVE)
        except TimeoutError:
            yield None
            continue
        if change is None:
            return
        yield change


def _viewer(bench: Bench, reference: str) -> Person:
    """Give the person who looks: the first one of the workspace where none is named."""
    return (
        bench.workspace.person(reference)
        if reference
        else next(iter(bench.workspace.people.values()))
    )


def _told(outcome: Outcome) -> web.Response:
    answer: Json = {"ok": outcome.ok, "error": outcome.error}
    return web.json_response(answer)


def _file(name: str) -> web.Response:
    kind = KINDS.get(name[name.rfind(".") :])
    file = resources.files("bot.demo.workbench").joinpath("static", name)
    if kind is None or not file.is_file():
        raise web.HTTPNotFound
    return web.Response(body=file.read_bytes(), content_type=kind, charset="utf-8")
