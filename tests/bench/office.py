"""A bot whose door is open to signed commands, over a ledger of the bench."""

import asyncio
import gc
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot import app, standing
from bot.answers import alerts
from bot.demo.workbench import acme, server
from bot.demo.workbench.directory import Directory as Company
from bot.demo.workbench.directory import Person
from bot.demo.workbench.workspace import Workspace
from bot.store import dearest, sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.dearest import Selection
from bot.store.sources import Backfill
from bot.web import site
from bot.web.door import SlackDoor
from rules import loading
from rules.labels import EVERYTHING
from rules.window import Span
from tests.bench import pages
from tests.bench.asking import Order
from tests.fakes import FakeClock

HOST = "127.0.0.1"
SECRET = acme.APP.signing_secret
_MEMBERS = 1_000
_ADMINS = 200
"""People who ask, one after another: no answer is the same as the one before it, and nobody asks more than a person may."""

_BUSY = """
  - {name: busy-model, metric: streams, group_by: [model], window: month, thresholds: {info: 1}}
"""
"""There are alerts, however little the usage is."""
_MONTH = timedelta(days=30)
_TASKS = 50


@dataclass(frozen=True, slots=True)
class Office:
    """A bot whose door is open; `alerts` fire, and of `tasks` there is usage.

    While `fresh` is set, each answer is read from the ledger, whatever was read for another.
    """

    port: int
    database: Database
    fresh: asyncio.Event
    alerts: Sequence[str]
    tasks: Sequence[str]

    def order(self, typed: str, number: int, askers: int) -> Order:
        """The same typed so often, each time about another alert, task or person; members ask of their own spend."""
        who = member if typed == "spend" else admin
        said = [(who(each), self._filled(typed, each)) for each in range(number)]
        return order_to(self.port, said, askers)

    def _filled(self, typed: str, number: int) -> str:
        """What was done to all alerts is then undone."""
        times, alert = divmod(number, len(self.alerts))
        task = self.tasks[number % len(self.tasks)]
        undo = " undo" if times % 2 else ""
        return typed.format(number=number, alert=self.alerts[alert], task=task, undo=undo)


def member(number: int) -> str:
    """The Slack id of somebody with usage."""
    return f"U{number % _MEMBERS:05d}"


def admin(number: int) -> str:
    return f"UADMIN{number % _ADMINS:03d}"


def order_to(port: int, said: Sequence[tuple[str, str]], askers: int = 8) -> Order:
    stamp = int(pages.END.timestamp())
    return Order(port, acme.directory().team.id, SECRET, stamp, said, askers)


@asynccontextmanager
async def serving(path: str, number: int) -> AsyncIterator[Office]:
    """The bot's door for so many requests, on a clock that begins at the end of the usage, of which all is known and judged."""
    clock = _Ticking(pages.END)
    workspace = Workspace(_company(), now=clock.now)
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(server.serving(workspace, enforce_limits=False))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stands = standing.load(_configured(folder, path, slack.api_url), {})
        bot = await stack.enter_async_context(app.opened(stands, clock))
        settings = stands.config.slack
        assert settings is not None
        await bot.database.write(_read_to_the_end)
        # Messages are sent one a second, and cost as much however few ask.
        await bot.deliverer.stop()
        await bot.judge()
        desk = replace(app.desk(bot, settings), neo={})  # what Neo takes to answer is not ours
        for asking in {who(each) for each in range(number) for who in (member, admin)}:
            await desk.directory.person(asking, pages.END)  # Slack tells that once in five minutes
        door = replace(SlackDoor.of(desk, settings, bot.counts), inline=60)
        gc.collect()
        gc.freeze()  # as `run` does
        public, fresh = site.public_app(door, clock), asyncio.Event()
        public.middlewares.append(_forgetting(bot.database, fresh))
        port = await stack.enter_async_context(site.serving(public, HOST, 0))
        yield Office(port, bot.database, fresh, *await bot.database.read(_known))


def _forgetting(database: Database, fresh: asyncio.Event) -> Middleware:
    @web.middleware
    async def forget(request: web.Request, handler: Handler) -> web.StreamResponse:
        if fresh.is_set():
            await database.read(_forget)
        return await handler(request)

    return forget


def _forget(db: Connection) -> None:
    if db.kept is not None:
        db.kept.clear()


def _configured(folder: Path, store: str, api_url: str) -> Path:
    """A configuration with the rules of a team, and a channel that is told of what they find."""
    (folder / "rules.yaml").write_text(loading.pack("team") + _BUSY, encoding="utf-8")
    settings = {
        "sources": [
            {"name": pages.SOURCE, "base_url": "http://127.0.0.1:9", "api_key": "neo_sk_bench"}
        ],
        "timezone": "Europe/Berlin",
        "store": {"path": str(Path(store).absolute())},
        "slack": {
            "bot_token": acme.APP.token,
            "signing_secret": SECRET,
            "admins": [admin(number) for number in range(_ADMINS)],
            "api_url": api_url,
        },
        "receivers": {"finops": {"slack": "#neo-spend"}},
        "rules": "rules.yaml",
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return path


class _Ticking(FakeClock):
    """A clock that moves on each time it is read: no two answers are of the same moment."""

    def now(self) -> datetime:
        self.advance(timedelta(milliseconds=1))
        return super().now()


def _company() -> Company:
    """The workspace of the demo, with many more people in it, whose usage is in the ledger."""
    demo = acme.directory()
    many = [
        Person(member(number), f"user{number:05d}", "", f"user{number:05d}@acme.test")
        for number in range(_MEMBERS)
    ]
    admins = [Person(admin(number), f"admin{number}", "") for number in range(_ADMINS)]
    return replace(demo, people=(*demo.people, *many, *admins))


def _read_to_the_end(db: Connection) -> None:
    """As after a backfill, so that what came before can be compared with."""
    begun = pages.END - timedelta(days=365)
    sources.backfilled(db, pages.SOURCE, Backfill(begun, begun, done=True))
    sources.advance(db, pages.SOURCE, cursor=pages.END, complete_at=pages.END)


def _known(db: Connection) -> tuple[list[str], list[str]]:
    """The ids of alerts that fire, and of tasks."""
    found, _ = dearest.tasks(db, Selection(EVERYTHING), Span(pages.END - _MONTH, pages.END), _TASKS)
    return [alert.id for alert in alerts.firing(db)], [each.task for each in found]
