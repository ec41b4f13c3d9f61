"""All checks, in the order in which they are mended: this machine, Neo, Slack, webhooks."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp

from bot.config import Config
from bot.doctor import check, local, neo, slack, webhooks
from bot.doctor.check import Check
from bot.doctor.clocks import Clocks
from bot.neo.client import Client
from bot.neo.transport import Patience

_PATIENCE = Patience(connect=5, total=20, tries=2, first=0.2, obeyed=5)
"""Somebody waits for the answer."""


async def examine(config: Config, clock: Callable[[], datetime]) -> list[Check]:
    """Asks everything at once, and changes nothing; works beside a bot that runs."""
    now, clocks = clock(), Clocks(clock)
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), trace_configs=[clocks.trace()]
    ) as session:
        asked: list[Awaitable[list[Check]]] = [local.examine(config, now)]
        for source in config.sources:
            client = Client(source, session, config.money, patience=_PATIENCE)
            asked.append(
                _with_clock(
                    neo.examine(client, config.money, now), clocks, source.name, source.base_url
                )
            )
        if config.slack is not None:
            found = slack.examine(config, config.slack, session)
            asked.append(_with_clock(found, clocks, "slack", config.slack.api_url))
        asked.append(_webhooks(config))
        parts = await asyncio.gather(*asked)
    return [each for part in parts for each in part]


async def _with_clock(
    asked: Awaitable[list[Check]], clocks: Clocks, name: str, url: str
) -> list[Check]:
    """The checks, and what the answers told of the time."""
    return [*await asked, *clocks.checks(f"{name}: clock", url)]


async def _webhooks(config: Config) -> list[Check]:
    nobody = check.warn("receivers", "there are none: nobody is told", "name one in `receivers`")
    asked = [webhooks.examine(name, each) for name, each in config.webhooks.items()]
    if config.notify.heartbeat is not None:
        asked.append(webhooks.heartbeat(config.notify.heartbeat))
    return [*([] if config.receivers else [nobody]), *await asyncio.gather(*asked)]
