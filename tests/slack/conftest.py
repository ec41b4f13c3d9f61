"""The workbench as Slack, and the bot's own client to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench import acme, server
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.workspace import Workspace
from bot.secret import Secret
from bot.slack import client
from bot.slack.settings import SlackSettings
from tests.slack import samples


@dataclass
class Time:
    """A clock that the test moves."""

    now: datetime = field(default_factory=lambda: samples.at(13, 5))

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, span: timedelta) -> None:
        self.now += span


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def bench(time: Time) -> AsyncIterator[Bench]:
    async with server.serving(
        Workspace(acme.directory(), now=time), enforce_limits=False
    ) as serving:
        yield serving


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as open_:
        yield open_


@pytest.fixture
def web(bench: Bench, session: aiohttp.ClientSession) -> AsyncWebClient:
    settings = SlackSettings(
        bot_token=Secret(acme.APP.token), signing_secret=Secret("x"), api_url=bench.api_url
    )
    return client.build(settings, session)
