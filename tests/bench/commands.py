"""Signed slash commands through the bot's own door: how many a second, and how long while history is read."""

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, NoReturn, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from bot.acts.acting import Deed
from bot.demo.workbench import acme, server
from bot.demo.workbench.directory import Directory as Company
from bot.demo.workbench.directory import Person
from bot.demo.workbench.workspace import Workspace
from bot.jobs.passes import Pass, Reader, nothing_more
from bot.neo import page
from bot.notify.acted import Acted
from bot.notify.answer import Refusal
from bot.secret import Secret
from bot.slack import client, signature
from bot.slack.people import Directory
from bot.slack.settings import SlackSettings
from bot.store import ledger, sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import Backfill
from bot.web import site
from bot.web.allowance import Allowance
from bot.web.desk import Desk
from bot.web.door import SlackDoor
from bot.web.in_force import InForce
from rules.money import Money
from rules.window import Span
from tests.bench import measure, pages
from tests.bench.measure import ROOT, Figures
from tests.fakes import FakeClock

_ASKERS = 8
_HOST = "127.0.0.1"
_MEMBERS = 1_000
"""People who ask, one after another: no answer is the same as the one before it."""

_POLL = 1.0
"""Seconds between two polls that bring something new: in life it is a minute, and answers stay true for longer."""

_NEWS = 20
_SECRET = acme.APP.signing_secret


def bare(number: str) -> Figures:
    """What aiohttp alone answers."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"text": "ok"})

    async def run() -> Figures:
        app = web.Application()
        app.router.add_post("/slack/commands", answer)
        async with site.serving(app, _HOST, 0) as port:
            return await _asked(port, number, "spend team")

    return asyncio.run(run())


def signed(path: str, number: str, text: str) -> Figures:
    """What the bot answers, from its ledger: to members of their own usage, to an admin of all.

    Beside it a poll brings news every second, so nothing that was read is good for longer.
    """

    async def run() -> Figures:
        async with (
            _serving(path, int(number)) as (port, database),
            _meanwhile(_polls(database, path)),
        ):
            return await _asked(port, number, text)

    return asyncio.run(run())


def beside(path: str, source: str, number: str) -> Figures:
    """The same, one after another, while history is read as fast as it can be."""

    async def run() -> Figures:
        async with (
            _serving(path, int(number)) as (port, database),
            _meanwhile(_backfill(database, source)),
        ):
            return await _asked(port, number, "spend team", askers=1)

    return asyncio.run(run())


@asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, NoReturn]) -> AsyncIterator[None]:
    """Does the work beside what is measured. If it ended, nothing was measured."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def _serving(path: str, number: int) -> AsyncIterator[tuple[int, Database]]:
    """The public port for so many requests, on a clock that begins at the end of the usage, of which all is known."""
    clock = _Ticking(pages.END)
    workspace = Workspace(_company(), now=clock.now)
    database = await Database.open(path, write=True)
    await database.write(_read_to_the_end)
    async with (
        server.serving(workspace, enforce_limits=False) as slack,
        aiohttp.ClientSession() as session,
    ):
        settings = SlackSettings(
            bot_token=Secret(acme.APP.token), api_url=slack.api_url, app_token=Secret("xapp-1")
        )
        directory = Directory(client.build(settings, session), ("U0ADA",), {})
        asking = len(acme.directory().people) + min(number, _MEMBERS)
        for person in workspace.directory.people[:asking]:
            await directory.person(
                person.id, pages.END
            )  # Slack tells who they are once in five minutes

        async def act(deed: Deed) -> Acted | Refusal:
            return await database.write(deed, clock.now())

        door = SlackDoor(
            Desk(database, directory, {}, lambda: _FORCE, "/neo-budget", act),
            _SECRET,
            "",
            (),
            inline=60,
            allowance=Allowance(burst=sys.maxsize // 10**9),  # one asks what many would
        )
        gc.collect()
        gc.freeze()  # as `run` does
        async with site.serving(site.public_app(door, clock), _HOST, 0) as port:
            yield port, database
    await database.close()


class _Ticking(FakeClock):
    """A clock that moves on each time it is read: no two answers are of the same moment."""

    def now(self) -> datetime:
        self.advance(timedelta(milliseconds=1))
        return super().now()


def _company() -> Company:
    """The workspace of the demo, with many more people in it, whose usage is in the ledger."""
    demo = acme.directory()
    many = [
        Person(f"U{number:05d}", f"user{number:05d}", "", f"user{number:05d}@acme.test")
        for number in range(_MEMBERS)
    ]
    return replace(demo, people=(*demo.people, *many))


def _read_to_the_end(db: Connection) -> None:
    """As after a backfill, so that what came before can be compared with."""
    begun = pages.END - timedelta(days=365)
    sources.backfilled(db, pages.SOURCE, Backfill(begun, begun, done=True))
    sources.advance(db, pages.SOURCE, cursor=pages.END, complete_at=pages.END)


async def _polls(database: Database, path: str) -> NoReturn:
    """Every second the costs of some records change."""
    source = f"{path}.pages"
    pages.write(source, str(_NEWS))
    records = next(pages.batches(source, _NEWS))
    number = 0
    while True:
        number += 1
        changed = [each._replace(credits=each.credits + Money(number)) for each in records]
        await database.write(partial(ledger.add, records=changed, seen=pages.END, live=True))
        await asyncio.sleep(_POLL)


_FORCE = InForce("bench", ZoneInfo("Europe/Berlin"), (pages.SOURCE,), timedelta(minutes=10))


class _Shelf:
    """A Neo whose pages lie ready."""

    source = SimpleNamespace(name=pages.SOURCE)

    def __init__(self, path: str) -> None:
        self._path = path

    async def every_stream(self, *_: object) -> AsyncIterator[page.Page[Any]]:
        for body in pages.bodies(self._path):
            await asyncio.sleep(0)  # where the network would be waited for
            yield page.parse(body, pages.convert)


async def _backfill(database: Database, source: str) -> NoReturn:
    reader = Reader(cast("Any", _Shelf(source)), database)
    everything = Span(pages.END - timedelta(days=365), pages.END)
    while True:
        await reader.records(Pass(everything, pages.END, "unknown", live=False), nothing_more)


async def _asked(port: int, number: str, text: str, askers: int = _ASKERS) -> Figures:
    """What a process of its own saw that asked so many times."""
    words = ["-m", "tests.bench.commands", "ask", str(port), number, text, str(askers)]
    asking = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await asking.communicate()
    if asking.returncode:
        raise RuntimeError("the asking process failed")
    figures: Figures = json.loads(told)
    return figures


def ask(port: str, number: str, text: str, askers: str) -> Figures:
    """Asks over so many connections, each again as soon as it has its answer."""
    requests = [_request(text, each) for each in range(int(number))]
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
        "user_id": "U0ADA" if "team" in text else f"U{number % _MEMBERS:05d}",
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
