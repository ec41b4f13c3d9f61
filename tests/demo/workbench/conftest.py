"""A workbench on loopback, a clock that the test moves, and a bot that answers as it is told."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench import acme, server
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.workspace import Workspace
from tests.demo.workbench.stand_ins import Bot, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    return Workspace(acme.directory(), now=clock.now)


@pytest.fixture
async def bench(workspace: Workspace) -> AsyncIterator[Bench]:
    async with server.serving(workspace, enforce_limits=False) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def slack(bench: Bench, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(
        acme.APP.token, base_url=bench.api_url, session=session, retry_handlers=[]
    )


@pytest.fixture
async def bot(bench: Bench) -> AsyncIterator[Bot]:
    stand_in = Bot()
    stand_in.go.set()
    app = web.Application()
    app.router.add_post("/slack/{door}", stand_in.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stand_in.url = bench.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield stand_in
    stand_in.go.set()
    await runner.cleanup()
