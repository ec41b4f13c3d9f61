"""What stands in for the world around the workbench: the time, the bot, and the way Slack's refusals are read."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

SPEND = "C0SPEND"
LEADS = "G0LEADS"


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def forward(self, **span: float) -> None:
        self.time += timedelta(**span)


@dataclass
class Bot:
    """A stand-in for the bot: keeps what it was sent, answers `answer`, waits for `go` if it is not set."""

    url: str = ""
    answer: web.Response | None = None
    go: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        self.requests.append((request.path, dict(request.headers), await request.read()))
        await self.go.wait()
        return self.answer or web.Response()


async def refusal(call: Awaitable[object]) -> str:
    """Give the error with which Slack refuses a call."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
