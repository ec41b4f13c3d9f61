"""The bot's two ports between a workbench and a small Neo, all on loopback."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.acts.acting import Deed
from bot.counts import Counts
from bot.demo.workbench import acme, server
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.workspace import Workspace
from bot.neo.client import Client
from bot.neo.settings import MoneySettings, SourceSettings
from bot.neo.transport import Patience
from bot.notify.acted import Acted
from bot.notify.answer import Refusal
from bot.secret import Secret
from bot.slack import client as slack
from bot.slack.people import Directory
from bot.slack.settings import SlackSettings
from bot.store.database import Database
from bot.web import site
from bot.web.desk import Desk
from bot.web.door import SlackDoor
from tests.neo import server as neo_server
from tests.neo.server import SmallNeo
from tests.web import office
from tests.web.office import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bench(clock: Clock) -> AsyncIterator[Bench]:
    workspace = Workspace(acme.directory(), now=clock.now)
    async with server.serving(workspace, enforce_limits=False) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "bot.db", write=True)
    await opened.write(office.fill)
    yield opened
    await opened.close()


@pytest.fixture
async def neo() -> AsyncIterator[SmallNeo]:
    """A Neo that knows no task until it is told to."""
    async with neo_server.serving(neo_server.says(404)) as running:
        yield running


@pytest.fixture
def settings(bench: Bench) -> SlackSettings:
    """Admins are ada and chloe, through their user group."""
    return SlackSettings(
        bot_token=Secret(acme.APP.token),
        signing_secret=Secret(acme.APP.signing_secret),
        app_id=acme.APP.id,
        admins=("S0FINOPS",),
        api_url=bench.api_url,
        response_hosts=("127.0.0.1",),
    )


@pytest.fixture
def desk(
    database: Database,
    session: aiohttp.ClientSession,
    neo: SmallNeo,
    settings: SlackSettings,
    clock: Clock,
) -> Desk:
    directory = Directory(slack.build(settings, session), settings.admins, {})
    source = SourceSettings(name="acme", base_url=neo.url, api_key=Secret("neo_sk_1"))
    client = Client(source, session, MoneySettings(), patience=Patience(tries=1))

    async def act(deed: Deed) -> Acted | Refusal:
        return await database.write(deed, clock.now())

    return Desk(database, directory, {"acme": client}, office.in_force, settings.command, act)


@pytest.fixture
def door(desk: Desk, clock: Clock) -> SlackDoor:
    """Slow answers are waited for, however slow this machine is."""
    secret, app_id, hosts = acme.APP.signing_secret, acme.APP.id, ("127.0.0.1",)
    return SlackDoor(desk, secret, app_id, hosts, Counts(clock.now), inline=60)


@pytest.fixture
async def bot(door: SlackDoor, bench: Bench, clock: Clock) -> AsyncIterator[str]:
    """The public port's address, known to the workbench."""
    async with site.serving(site.public_app(door, clock), "127.0.0.1", 0) as port:
        bench.bot_url = f"http://127.0.0.1:{port}"
        bench.patience = 60
        yield bench.bot_url
