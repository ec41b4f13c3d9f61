"""Secrets are planted wherever one can be configured, and look like nothing: whatever fails, none of them is told."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from click.testing import CliRunner

from bot.cli import door
from bot.clock import SystemClock
from bot.demo.neo import accounts, asked, wire
from tests.cli import processes
from tests.cli.processes import House, Process
from tests.jobs import reading

PLANTED = {"neo-key": "neo_sk_Zq8vLw3"} | {
    name: f"{name}-Zq8vLw3"
    for name in (
        "neo-token",
        "slack-bot",
        "slack-signing",
        "slack-app",
        "hook",
        "hook-path",
        "heartbeat-path",
        "operator",
    )
}
ENVIRON = {
    "NEO_KEY": PLANTED["neo-key"],
    "SLACK_BOT": PLANTED["slack-bot"],
    "HOOK": PLANTED["hook"],
    "OPERATOR": PLANTED["operator"],
}
RULES = "rules: [{name: user-spend, metric: spend, group_by: [user], window: month, thresholds: {warning: 5 USD}}]"


REFUSAL = {"ok": False, "error": " ".join(PLANTED.values()), "code": PLANTED["neo-key"]}
STRAY = "stray-Zq8vLw3"


async def refuse(request: web.Request) -> web.Response:
    """A Slack and a webhook that take nothing, and say back every secret that they could know."""
    return web.json_response(REFUSAL, status=200 if request.path.startswith("/api/") else 403)


def forbid(_asked: asked.Asked, reply: wire.Reply) -> wire.Reply:
    """And such a Neo."""
    return replace(reply, status=403, payload=REFUSAL)


@pytest.fixture
async def stranger() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with processes.built(tmp_path) as built:
        account = accounts.Account(email="ada@acme.test")
        for name in ("neo-key", "neo-token"):
            built.neo.accounts.accept(PLANTED[name], account)
        created = SystemClock().now() - timedelta(seconds=1)
        built.neo.book.add(reading.make(1, created, credits=Decimal(6)))
        yield built


def config(house: House, stranger: str) -> dict[str, Any]:
    """Secrets by variable, by file and in the open."""
    for name in ("neo-token", "slack-app"):
        (house.folder / name).write_text(PLANTED[name])
    return {
        "sources": [
            {"name": "acme", "base_url": house.neo_url, "api_key": "${NEO_KEY}"},
            {"name": "blue", "base_url": house.neo_url, "token_file": "neo-token"},
        ],
        "slack": {
            "bot_token": "${SLACK_BOT}",
            "signing_secret": PLANTED["slack-signing"],
            "app_token_file": "slack-app",
            "api_url": f"{stranger}/api/",
        },
        "receivers": {
            "finops": {"slack": "#neo-spend"},
            "pager": {
                "webhook": {
                    "url": f"{stranger}/{PLANTED['hook-path']}",
                    "secret": "${HOOK}",
                    "allow_http": True,
                    "allow_private": True,
                }
            },
        },
        "notify": {
            "default": ["finops", "pager"],
            "heartbeat": {"url": f"https://hc.acme.test/ping?key={PLANTED['heartbeat-path']}"},
        },
        "digests": [{"name": "daily", "to": ["finops", "pager"]}],
        "server": {
            "host": "127.0.0.1",
            "port": 0,
            "admin_host": "0.0.0.0",
            "admin_port": unused_port(),
            "admin_token": "${OPERATOR}",
        },
        "log": {"level": "debug"},
    }


BAD = {
    "a key that is a list": 'sources: [{name: a, api_key: ["@"]}]',
    "a key that is a mapping": 'slack: {bot_token: {a: "@"}, app_token: "@"}',
    "a key under another name": 'slack: {bot_tokn: "@"}',
    "a key where a command belongs": 'slack: {bot_token: "@", signing_secret: "@", command: "@"}',
    "a key in an address": 'sources: [{name: a, base_url: "https://@:@h", token: "@"}]',
    "a broken variable": 'slack: {bot_token: "${@"}',
    "a quote that is open": 'server: {admin_token: "@',
    "a sign that YAML takes for an alias": "server: {admin_token: *@}",
    "a sign that YAML takes for a tag": "server: {admin_token: !@}",
    "a sign that YAML takes for an anchor": "server: {admin_token: &@ [x]}",
    "a sign that YAML takes for nothing": "server: {admin_token: %@}",
    "a key that is given twice": "server: {admin_token: @, admin_token: @, host: ''}",
}
"""Configurations at fault; each @ is a secret, STRAY, that nothing else holds."""


def bad_configs(house: House) -> Iterator[Path]:
    for number, text in enumerate(BAD.values()):
        path = house.folder / f"bad-{number}.yaml"
        path.write_text(text.replace("@", STRAY))
        yield path


COMMANDS = (
    "check",
    "doctor",
    "doctor --format json",
    "slack manifest --socket",
    "query spend --by user",
    "why user-spend user=ana@acme.test",
    "digest daily --send",
    "rules replay",
    "backfill",
)


ALONE = ("reconcile", "backup bot.db.copy", "restore bot.db.copy")
"""What is done while the bot does not run."""


async def told_by_commands(*lines: str) -> dict[str, str]:
    """What each command says."""
    told = {}
    for line in lines:
        words = line.split(" ")
        found = await asyncio.to_thread(CliRunner().invoke, door.group, words, env=ENVIRON)
        told[line] = f"{found.output}{found.exception!r}"
    return told


async def pages(port: int) -> dict[str, str]:
    """What the operator's port says, to whom it knows and to whom it does not."""
    told = {}
    async with aiohttp.ClientSession() as session:
        for token in ("", PLANTED["operator"]):
            for path in ("readyz", "metrics", "nothing"):
                url, headers = (
                    f"http://127.0.0.1:{port}/{path}",
                    {"Authorization": f"Bearer {token}"},
                )
                async with session.get(url, headers=headers) as response:
                    told[f"{path} {bool(token)}"] = f"{response.headers}{await response.text()}"
    return told


async def failures(process: Process, house: House) -> None:
    """Waits until what can fail has failed."""
    waited = {"not connected to Slack", "finops>slack", "pager>webhook"}
    while waited:
        line = await process.until('"level": "')
        waited = {words for words in waited if words not in line}
    house.neo.faults.add(forbid, times=None)
    await process.until("poll failed")


def stored(folder: Path) -> dict[str, str]:
    return {
        path.name: path.read_bytes().decode(errors="replace") for path in folder.glob("bot.db*")
    }


async def test_no_secret_is_told_anywhere(house: House, stranger: str) -> None:
    settings = config(house, stranger)
    path = house.config(RULES, **settings)
    async with processes.started("run", "--config", path, **ENVIRON) as process:
        await failures(process, house)
        limits = Path(f"/proc/{process.running.pid}/limits").read_text()
        told = await pages(settings["server"]["admin_port"])
        told |= await told_by_commands(
            *(f"--config {path} {words}" for words in COMMANDS),
            *(f"--config {bad} check" for bad in bad_configs(house)),
        )
        house.config(RULES, **{**settings, "slack": {"bot_token": [PLANTED["slack-bot"]]}})
        process.running.send_signal(signal.SIGHUP)
        await process.until("the changed configuration is refused")
        told |= stored(house.folder)
        assert 0 == await process.ends(signal.SIGTERM)
    path = house.config(RULES, **settings)
    told |= await told_by_commands(
        *(f"--config {path} {words.replace('bot.db', str(house.store))}" for words in ALONE)
    )
    told |= stored(house.folder) | {"the log": process.said}

    assert {} == {
        where: found
        for where, text in told.items()
        if (found := [value for value in (*PLANTED.values(), STRAY) if value in text])
    }
    assert "Max core file size        0 " in limits
    assert os.environ.keys().isdisjoint(ENVIRON)
