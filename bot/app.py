"""The composition root: joins the configuration, the store, the edges and the jobs into one bot."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from http import HTTPStatus
from types import SimpleNamespace

import aiohttp

from bot import __version__
from bot.clock import Clock
from bot.config import Config
from bot.counts import Counts, What
from bot.jobs import attach, deliver, digest
from bot.jobs.deliver import Deliverer
from bot.jobs.sink import Sink
from bot.neo.client import Client
from bot.neo.error import NeoError
from bot.neo.transport import Patience
from bot.notify import policy
from bot.notify.agreement import Agreement
from bot.notify.notification import DigestBody, Notification, Receipt, SinkError
from bot.service import Bot, Edges
from bot.slack import client as slack_client
from bot.slack.channels import Channels
from bot.slack.people import Directory
from bot.slack.settings import SlackSettings
from bot.slack.sink import SlackSink
from bot.standing import Standing
from bot.store.database import Database
from bot.store.sources import Backfill
from bot.web import envelopes, site
from bot.web.desk import Desk
from bot.web.door import AdminDoor, SlackDoor
from bot.webhook import sink as webhook

log = logging.getLogger(__name__)

_DRAIN = 8.0
"""Seconds that deliveries under way get to end when the bot is told to stop."""

_AGAIN = 3
_LONGEST_WAIT = 30.0
"""How often, and after how many seconds at most, a digest sent by hand is tried again."""


async def run(
    standing: Standing, clock: Clock, ready: Callable[[Bot, int], Awaitable[None]] | None = None
) -> None:
    """Runs the bot until SIGTERM or SIGINT; SIGHUP reads the configuration again.

    `ready` is called once with the bot and the port that Slack's requests come to.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    slack = standing.config.slack
    async with opened(standing, clock) as bot, _listening(bot) as port:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        # The files are watched anyway: a wish to read them again must not end what only begins.
        loop.add_signal_handler(signal.SIGHUP, lambda: None)
        await bot.begin()
        await bot.revive()
        timetable = bot.timetable()
        loop.add_signal_handler(signal.SIGHUP, lambda: timetable.soon("reload", bot.reload))
        timetable.start()
        log.info(
            "the bot runs",
            extra={
                "version": __version__,
                "rules": len(standing.rules),
                "port": port,
                "slack": slack.transport if slack else "none",
            },
        )
        if ready is not None:
            await ready(bot, port)
        await stop.wait()
        log.info("the bot stops")
        await timetable.stop()
        draining = asyncio.create_task(_drain(bot.deliverer), name="drain")
    await draining


async def backfill(
    standing: Standing, since: datetime, clock: Clock, progress: Callable[[str, Backfill], None]
) -> None:
    """Reads the history of every source back to `since`; goes on where an earlier reading stopped."""
    async with opened(standing, clock) as bot:
        await bot.begin()
        for name, poller in bot.pollers.items():
            await poller.backfill(since, clock.now(), partial(progress, name))


async def reconcile(standing: Standing, clock: Clock) -> dict[str, Agreement | NeoError | None]:
    """Holds the ledger of each source against Neo's own totals; None where it was not read yet, else why it failed."""
    told: dict[str, Agreement | NeoError | None] = {}
    async with opened(standing, clock) as bot:
        for name in bot.readers:
            try:
                told[name] = await bot.compare(name)
            except NeoError as error:
                told[name] = error
    return told


async def send_digest(standing: Standing, name: str, clock: Clock) -> None:
    """Sends a digest now, beside a bot that may be running.

    Each receiver is tried; raises SinkError that names those that got it, where others did not.
    """
    edition = next(each for each in standing.editions if each.settings.name == name)
    async with AsyncExitStack() as stack:
        database = await Database.open(standing.config.store.path, write=False)
        stack.push_async_callback(database.close)
        session = await stack.enter_async_context(_session())
        sinks = await _sinks(stack, standing.config, session, clock)
        now = clock.now()
        facts = await database.read(
            digest.facts, edition, standing.rules, standing.stale_after, now
        )
        letters = [
            Notification(
                policy.identity(place, name, now.isoformat()),
                place,
                DigestBody(facts),
                None,
                broadcast=False,
                created=now,
                attempted=now,
            )
            for place in edition.destinations
        ]
        await _send_all(letters, sinks, clock)


async def _send_all(letters: list[Notification], sinks: Mapping[str, Sink], clock: Clock) -> None:
    taken, failed = [], []
    for letter in letters:
        receiver = letter.destination.receiver
        try:
            receipt = await _send(letter, sinks[deliver.key(letter.destination)], clock)
        except SinkError as error:
            failed.append(f"{receiver}: {error}")
        else:
            taken.append(receiver)
            await _attach(letter, sinks[deliver.key(letter.destination)], receipt)
    if failed:
        got = f"sent to {', '.join(taken)}" if taken else "nobody got it"
        raise SinkError(f"{'; '.join(failed)}; {got}", retryable=False)


async def _attach(letter: Notification, sink: Sink, receipt: Receipt) -> None:
    """Without its chart a digest is sent all the same."""
    if isinstance(letter.body, DigestBody) and letter.body.digest.chart:
        try:
            await attach.put(sink, receipt, letter.body.digest.chart)
        except SinkError as error:
            log.warning("the digest stays without its chart", extra={"error": str(error)})


async def _send(letter: Notification, sink: Sink, clock: Clock) -> Receipt:
    """Posts; where the receiver says how long to wait, waits and tries again."""
    for _ in range(_AGAIN):
        try:
            return await sink.post(letter)
        except SinkError as error:
            if not error.retryable or error.retry_after is None:
                raise
            await clock.sleep(min(error.retry_after, _LONGEST_WAIT))
    return await sink.post(letter)


@asynccontextmanager
async def opened(standing: Standing, clock: Clock) -> AsyncIterator[Bot]:
    """A bot with everything it needs, open."""
    config = standing.config
    async with AsyncExitStack() as stack:
        database = await Database.open(config.store.path, write=True)
        stack.push_async_callback(database.close)
        counts = Counts(clock.now)
        session = await stack.enter_async_context(
            _session(_watched(counts, [source.name for source in config.sources]))
        )
        patience = Patience(sleep=clock.sleep, monotonic=clock.monotonic)
        clients = {
            source.name: Client(source, session, config.money, patience=patience)
            for source in config.sources
        }
        sinks = await _sinks(stack, config, session, clock)
        bot = Bot(standing, Edges(database, session, clients, sinks), clock, counts)
        stack.push_async_callback(_drain, bot.deliverer)
        yield bot


async def _drain(deliverer: Deliverer) -> None:
    try:
        async with asyncio.timeout(_DRAIN):
            await deliverer.stop()
    except TimeoutError:
        log.warning("a delivery did not end in time; it is looked for at the next start")


async def _sinks(
    stack: AsyncExitStack, config: Config, session: aiohttp.ClientSession, clock: Clock
) -> dict[str, Sink]:
    """What sends to each receiver, by its name."""
    sinks: dict[str, Sink] = {}
    if config.slack is not None:
        web = slack_client.build(config.slack, session)
        directory = Directory(web, config.slack.admins, config.people)
        sinks[deliver.SLACK] = SlackSink(
            web,
            Channels(web, config.people),
            lambda user: directory.is_admin(user, clock.now()),
            config.slack.command,
        )
    for name, settings in config.webhooks.items():
        sinks[name] = await stack.enter_async_context(webhook.opened(name, settings, clock.now))
    return sinks


@asynccontextmanager
async def _listening(bot: Bot) -> AsyncIterator[int]:
    """All that people and the operator come in by is open; gives the port that is there for Slack."""
    server, slack = bot.standing.config.server, bot.standing.config.slack
    async with AsyncExitStack() as stack:
        door = _slack_door(bot, slack) if slack else None
        public = site.serving(site.public_app(door, bot.clock), server.host, server.port)
        port = await stack.enter_async_context(public)
        socket = None
        if door and slack and slack.app_token is not None:
            taken = envelopes.taken(door, slack, slack.app_token, bot.edges.session, bot.clock)
            socket = await stack.enter_async_context(taken)
        operators = AdminDoor.of(bot.database, bot.in_force, server, socket, bot.counts)
        admin = site.admin_app(operators, bot.clock)
        await stack.enter_async_context(site.serving(admin, server.admin_host, server.admin_port))
        yield port


def _slack_door(bot: Bot, settings: SlackSettings) -> SlackDoor:
    return SlackDoor.of(desk(bot, settings), settings, bot.counts)


def desk(bot: Bot, settings: SlackSettings) -> Desk:
    """Where the bot's commands are answered."""
    web = slack_client.build(settings, bot.edges.session)
    directory = Directory(web, settings.admins, bot.standing.config.people)
    return Desk(bot.database, directory, bot.edges.clients, bot.in_force, settings.command, bot.act)


def _session(*watched: aiohttp.TraceConfig) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trace_configs=list(watched))


def _watched(counts: Counts, sources: Iterable[str]) -> aiohttp.TraceConfig:
    """Counts each time that Neo or Slack asks for patience, whoever asked; requests to Neo name their source."""
    counts.expect(What.RATE_LIMITED, "slack", "")
    for source in sources:
        counts.expect(What.RATE_LIMITED, "neo", source)

    async def answered(
        _: object, traced: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        if end.response.status == HTTPStatus.TOO_MANY_REQUESTS:
            source = traced.trace_request_ctx
            counts.add(What.RATE_LIMITED, "neo" if source else "slack", source or "")

    config = aiohttp.TraceConfig()
    config.on_request_end.append(answered)
    return config
