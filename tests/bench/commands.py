"""Signed slash commands through the bot's own door: how many a second, and how long while history is read."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from bot.demo.workbench import acme, server
from bot.demo.workbench.workspace import Workspace
from bot.jobs.passes import Pass, Reader, nothing_more
from bot.neo import page
from bot.secret import Secret
from bot.slack import client, signature
from bot.slack.people import Directory
from bot.slack.settings import SlackSettings
from bot.store.database import Database
from bot.web import site
from bot.web.desk import Desk
from bot.web.door import SlackDoor
from bot.web.in_force import InForce
from rules.window import Span
from tests.bench import measure, pages
from tests.bench.measure import ROOT, Figures
from tests.fakes import FakeClock

_ASKERS = 8
_HOST = "127.0.0.1"
_MEMBER = "user00007@acme.test"
_SECRET = acme.APP.signing_secret


def bare(count: str) -> Figures:
    """What aiohttp alone answers."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"text": "ok"})

    async def run() -> Figures:
        app = web.Application()
        app.router.add_post("/slack/commands", answer)
        async with site.serving(app, _HOST, 0) as port:
            return await _asked(port, count, "spend team")

    return asyncio.run(run())


def signed(path: str, count: str, text: str) -> Figures:
    """What the bot answers, from its ledger: to a member of their own usage, to an admin of all."""

    async def run() -> Figures:
        async with _serving(path) as (port, _):
            return await _asked(port, count, text)

    return asyncio.run(run())


def beside(path: str, source: str, count: str) -> Figures:
    """The same, one after another, while history is read as fast as it can be."""

    async def run() -> Figures:
        async with _serving(path) as (port, database):
            reading = asyncio.create_task(_backfill(database, source))
            figures = await _asked(port, count, "spend team", askers=1)
            figures["read"] = float(not reading.done())
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            return figures

    return asyncio.run(run())


@asynccontextmanager
async def _serving(path: str) -> AsyncIterator[tuple[int, Database]]:
    """The public port, on a clock that stands at the end of the usage."""
    clock = FakeClock(pages.END)
    workspace = Workspace(acme.directory(), now=clock.now)
    database = await Database.open(path, write=True)
    async with (
        server.serving(workspace, enforce_limits=False) as slack,
        aiohttp.ClientSession() as session,
    ):
        settings = SlackSettings(
            bot_token=Secret(acme.APP.token), api_url=slack.api_url, app_token=Secret("xapp-1")
        )
        directory = Directory(client.build(settings, session), ("U0ADA",), {_MEMBER: "U0ANA"})
        door = SlackDoor(
            Desk(database, directory, {}, _in_force, "/neo-budget"), _SECRET, "", (), inline=60
        )
        async with site.serving(site.public_app(door, clock), _HOST, 0) as port:
            yield port, database
    await database.close()


def _in_force() -> InForce:
    return InForce("bench", ZoneInfo("Europe/Berlin"), (pages.SOURCE,), timedelta(minutes=10))


class _Shelf:
    """A Neo whose pages lie ready."""

    source = SimpleNamespace(name=pages.SOURCE)

    def __init__(self, path: str) -> None:
        self._path = path

    async def every_stream(self, *_: object) -> AsyncIterator[page.Page[Any]]:
        for body in pages.bodies(self._path):
            await asyncio.sleep(0)  # where the network would be waited for
            yield page.parse(body, pages.convert)


async def _backfill(database: Database, source: str) -> None:
    reader = Reader(cast("Any", _Shelf(source)), database)
    everything = Span(pages.END - timedelta(days=365), pages.END)
    while True:
        await reader.records(Pass(everything, pages.END, "unknown", live=False), nothing_more)


async def _asked(port: int, count: str, text: str, askers: int = _ASKERS) -> Figures:
    """What a process of its own saw that asked so many times."""
    words = ["-m", "tests.bench.commands", "ask", str(port), count, text, str(askers)]
    asking = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await asking.communicate()
    if asking.returncode:
        raise RuntimeError("the asking process failed")
    figures: Figures = json.loads(told)
    return figures


def ask(port: str, count: str, text: str, askers: str) -> Figures:
    """Asks over so many connections, each again as soon as it has its answer."""
    requests = [_request(text, number) for number in range(int(count))]
    took: list[float] = []

    async def run() -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(_connection(int(port), requests, took) for _ in range(int(askers))))
        return time.perf_counter() - begun

    total = asyncio.run(run())
    took.sort()
    return {
        "per_second": len(took) / total,
        "p99": took[int(0.99 * len(took))],
        "p50": took[len(took) // 2],
    }


async def _connection(port: int, requests: list[bytes], took: list[float]) -> None:
    reader, writer = await asyncio.open_connection(_HOST, port)
    while requests:
        request = requests.pop()
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        took.append(time.perf_counter() - begun)
        if not head.startswith(b"HTTP/1.1 200") or b"text" not in body:
            raise RuntimeError(f"no answer: {head!r} {body[:200]!r}")
    writer.close()


def _request(text: str, number: int) -> bytes:
    fields = {
        "team_id": acme.directory().team.id,
        "user_id": "U0ADA" if "team" in text else "U0ANA",
        "command": "/neo-budget",
        "text": text,
        "trigger_id": str(number),  # no request is like another, as with Slack
        "response_url": "https://hooks.slack.com/commands/1",
    }
    body = urlencode(fields).encode()
    stamp = str(int(pages.END.timestamp()))
    head = (
        f"POST /slack/commands HTTP/1.1\r\nHost: {_HOST}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\n"
        f"X-Slack-Signature: {signature.sign(body, _SECRET, stamp)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    measure.tell({"bare": bare, "signed": signed, "beside": beside, "ask": ask})
