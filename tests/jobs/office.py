"""A store with an outbox, what delivers from it, a Slack workbench, and a webhook's receiver."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.demo.workbench import acme
from bot.demo.workbench import server as workbench
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.message import Message
from bot.demo.workbench.workspace import Workspace
from bot.jobs import deliver
from bot.jobs.deliver import Deliverer
from bot.notify.notification import Destination, Via
from bot.notify.routing import Routes
from bot.secret import Secret
from bot.slack import client
from bot.slack.channels import Channels
from bot.slack.settings import SlackSettings
from bot.slack.sink import SlackSink
from bot.store import messages, outbox
from bot.store.database import Database
from bot.store.outbox import Waiting
from bot.webhook import sink as webhook
from bot.webhook.settings import WebhookSettings
from tests.fakes import FakeClock
from tests.store import mail
from tests.store.mail import FINOPS, NOW, PAGER

OTHER = Destination("other", Via.SLACK, "#sec-leads")
LOST = Destination("lost", Via.SLACK, "#no-such-channel")
ROUTES = Routes(
    {each.receiver: each for each in (FINOPS, OTHER, LOST, PAGER)}, ("finops",), "other"
)


@dataclass(slots=True)
class Hook:
    """A server that takes webhooks, and answers with the statuses it is told, then with 204.

    With one of those it asks to wait for so many seconds.
    """

    statuses: list[int] = field(default_factory=list)
    retry_after: int = 0
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        key = request.headers["Idempotency-Key"]
        self.got.append((key, json.loads(await request.read())))
        if not self.statuses:
            return web.Response(status=204)
        asked = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        return web.Response(status=self.statuses.pop(0), headers=asked)


@dataclass(slots=True)
class Office:
    """Everything that a delivery needs; time passes only when it is told to, or slept on."""

    path: Path
    clock: FakeClock
    bench: Bench
    hook: Hook
    sinks: dict[str, Any]
    database: Database
    deliverer: Deliverer

    async def deliver(self, later: float = 0) -> None:
        """Sends all that is due after so many seconds."""
        self.clock.advance(timedelta(seconds=later))
        await self.deliverer.drain()

    async def restart(self) -> None:
        """The process dies and comes back: what is in the store is all there is."""
        await self.database.close()
        self.database = await Database.open(self.path, write=True)
        self.deliverer = Deliverer(self.database, self.sinks, ROUTES, self.clock)

    def said(self, place: Destination = FINOPS) -> list[str]:
        """What the channel shows, replies that are only in threads aside."""
        return [_words(each) for each in self.messages(place)]

    def messages(self, place: Destination = FINOPS) -> list[Message]:
        return self.bench.workspace.messages(place.address)

    def replies(self, to: Message) -> list[str]:
        return [_words(each) for each in self.bench.workspace.thread(to.channel, to.ts)]

    async def waiting(self) -> Waiting:
        return await self.database.read(outbox.waiting)

    async def errors(self) -> list[tuple[str, str]]:
        """State and error of each row of the outbox."""
        return await self.database.read(
            lambda db: db.execute("SELECT state, error FROM outbox ORDER BY rowid").fetchall()
        )


def _words(message: Message) -> str:
    return message.text.removeprefix("🗒️ ")


async def nobody(_user: str) -> bool:
    """Nobody is an admin."""
    return False


@asynccontextmanager
async def opened(folder: Path, clock: FakeClock | None = None) -> AsyncIterator[Office]:
    clock, hook, app = clock or FakeClock(NOW), Hook(), web.Application()
    app.router.add_post("/in", hook.take)
    path = folder / "bot.db"
    async with (
        workbench.serving(
            Workspace(acme.directory(), now=clock.now), enforce_limits=False
        ) as bench,
        TestServer(app) as receiver,
        aiohttp.ClientSession() as session,
        webhook.opened("pager", _webhook(str(receiver.make_url("/in"))), clock.now) as pager,
    ):
        settings = SlackSettings.model_validate(
            {"bot_token": acme.APP.token, "signing_secret": "x", "api_url": bench.api_url}
        )
        api = client.build(settings, session)
        slack = SlackSink(api, Channels(api, {}), nobody)
        sinks: dict[str, Any] = {deliver.SLACK: slack, "pager": pager}
        database = await Database.open(path, write=True)
        deliverer = Deliverer(database, sinks, ROUTES, clock)
        office = Office(path, clock, bench, hook, sinks, database, deliverer)
        try:
            yield office
        finally:
            await office.deliverer.stop()
            await office.database.close()


def _webhook(url: str) -> WebhookSettings:
    return WebhookSettings(url=url, secret=Secret("s"), allow_http=True, allow_private=True)


async def queue(office: Office, message: str, text: str, place: Destination = FINOPS) -> None:
    await office.database.write(mail.queue, message, text, place, office.clock.now())


async def answer(office: Office, message: str, text: str, place: Destination = FINOPS) -> None:
    await office.database.write(mail.answer, message, text, place, office.clock.now())


async def rewrite(office: Office, message: str, text: str) -> None:
    await office.database.write(messages.write, message, FINOPS, mail.note(text), NOW)
