"""Captures what a real Alertmanager sends for the same alerts as ours: `python -m tests.webhook.capture`.

It needs Debian's package prometheus-alertmanager, and writes tests/data/webhook/alertmanager.json, which
test_alertmanager_agrees.py holds against our own payloads. Everything stays on this machine.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.notify.notification import (
    AlertBody,
    Body,
    ChangesBody,
    Destination,
    Notification,
    TableBody,
    Via,
)
from bot.webhook import alertmanager
from tests.house import tree
from tests.slack import samples

BINARY = "prometheus-alertmanager"
CAPTURED = "tests/data/webhook/alertmanager.json"
RECEIVER = "pager"
_PATIENCE = 30.0
_FIRING, _UNSHOWN = "firing", 2

CASES: dict[str, Body] = {
    "an alert": AlertBody(samples.FIRING),
    "an alert that is over": AlertBody(samples.RESOLVED),
    "a label that must be escaped, and part of a second": AlertBody(
        replace(
            samples.FIRING,
            labels={"user": 'a", x="b\\\n\té'},
            since=samples.FIRING.since.replace(microsecond=123400),
        )
    ),
    "a table that does not show all": TableBody(
        replace(samples.TABLE, count=len(samples.TABLE.rows) + _UNSHOWN)
    ),
    "what became of many": ChangesBody(
        replace(samples.CHANGES, count=len(samples.CHANGES.rows) + _UNSHOWN)
    ),
}


def ours(body: Body) -> alertmanager.Json:
    """Our payload for it."""
    place = Destination(RECEIVER, Via.WEBHOOK, RECEIVER)
    at = samples.at(13, 5)
    made = alertmanager.message(
        Notification("n-0001", place, body, None, broadcast=False, created=at, attempted=None)
    )
    assert made is not None
    return made


@dataclass
class Hook:
    """Takes what Alertmanager sends."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        kind = request.headers["Content-Type"]
        self.got.append(
            {"method": request.method, "content_type": kind, "body": await request.json()}
        )
        return web.Response()

    async def until(self, statuses: list[str]) -> dict[str, Any]:
        """The first that shows alerts of just these statuses."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                for each in self.got:
                    if statuses == sorted(one["status"] for one in each["body"]["alerts"]):
                        return each
                await asyncio.sleep(0.1)


@asynccontextmanager
async def hooked() -> AsyncIterator[Hook]:
    hook, app = Hook(), web.Application()
    app.router.add_post("/in", hook.take)
    async with TestServer(app) as server:
        hook.url = str(server.make_url("/in"))
        yield hook


def _config(hook: Hook, group_by: list[str], most: int) -> str:
    """Alertmanager's configuration, in YAML, which JSON is."""
    route = {
        "receiver": RECEIVER,
        "group_by": group_by,
        "group_wait": "1s",
        "group_interval": "1s",
        "repeat_interval": "1h",
    }
    webhooks = [{"url": hook.url, "max_alerts": most}]
    return json.dumps(
        {"route": route, "receivers": [{"name": RECEIVER, "webhook_configs": webhooks}]}
    )


@asynccontextmanager
async def running(folder: Path, config: str) -> AsyncIterator[str]:
    """An Alertmanager of its own; gives its address."""
    (folder / "alertmanager.yml").write_text(config, encoding="utf-8")
    port = unused_port()
    process = await asyncio.create_subprocess_exec(
        BINARY,
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.external-url=http://alertmanager.acme.test",
        "--cluster.listen-address=",
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _ready(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(_PATIENCE):
        while True:
            try:
                async with session.get(f"{url}/-/ready") as response:
                    if response.ok:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.1)


async def _post(session: aiohttp.ClientSession, url: str, alerts: list[dict[str, Any]]) -> None:
    async with session.post(f"{url}/api/v2/alerts", json=alerts) as response:
        response.raise_for_status()


def _unshown(payload: alertmanager.Json) -> list[dict[str, Any]]:
    """Alerts of the same group that Alertmanager sorts behind all others, and so leaves out."""
    labels = payload["alerts"][0]["labels"]
    return [
        {"labels": {**labels, "severity": "warning", "user": f"zz-{number}@acme.test"}}
        for number in range(payload["truncatedAlerts"])
    ]


async def capture(payload: alertmanager.Json) -> dict[str, Any]:
    """What Alertmanager makes of the alerts of our payload: first all fire, then some are over."""
    wanted = sorted(each["status"] for each in payload["alerts"])
    kept = ("labels", "annotations", "startsAt")
    firing = [{name: each[name] for name in kept} for each in payload["alerts"]]
    over = [
        {**each, "endsAt": told["endsAt"]}
        for each, told in zip(firing, payload["alerts"], strict=True)
        if told["status"] != _FIRING
    ]
    most = len(firing) if payload["truncatedAlerts"] else 0
    with tempfile.TemporaryDirectory() as folder:
        async with (
            hooked() as hook,
            running(Path(folder), _config(hook, list(payload["groupLabels"]), most)) as url,
            aiohttp.ClientSession() as session,
        ):
            await _ready(session, url)
            await _post(session, url, [*firing, *_unshown(payload)])
            await hook.until([_FIRING] * len(firing))
            if over:
                await _post(session, url, over)
            return await hook.until(wanted)


async def _version() -> str:
    asked = await asyncio.create_subprocess_exec(
        BINARY, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asked.communicate()
    return said.decode().splitlines()[0]


async def main() -> None:
    found = {name: await capture(ours(body)) for name, body in CASES.items()}
    captured = {"version": await _version(), "captured": found}
    text = json.dumps(captured, indent=2, ensure_ascii=False)
    (tree.ROOT / CAPTURED).write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
