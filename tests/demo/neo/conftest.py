"""A small Neo on loopback, and a way to ask it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
import yarl

from bot.demo.neo import accounts, server, state, usage

NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
ANA, WEI = "ana@acme.test", "wei@acme.test"
CREDENTIALS = {
    "neo_sk_admin": accounts.Account(email=ANA, neo_cost_rate=Decimal("0.2")),
    "neo_sk_solo": accounts.Account(email=WEI, role=accounts.Role.SOLO, cap=Decimal(5)),
    "neo_sk_member": accounts.Account(email="ben@acme.test", role=accounts.Role.MEMBER),
    "neo_sk_viewer": accounts.Account(email="joy@acme.test", role=accounts.Role.VIEWER),
    "a.jwt.token": accounts.Account(email=ANA, neo_cost_rate=Decimal("0.2")),
}


@dataclass(frozen=True)
class Answered:
    status: int
    body: Any
    headers: Any


Ask = Callable[..., Awaitable[Answered]]


def at(minutes: float) -> int:
    """Microseconds of an instant so many minutes before NOW."""
    return usage.micros(NOW - timedelta(minutes=minutes))


def streams() -> list[usage.Stream]:
    """Two streams of a task of Ana's, one of Wei's under an own key, one that failed."""
    tools = {"httpx": usage.ToolUse(2, 300), "bash": usage.ToolUse(1, 50)}
    return [
        usage.Stream(
            stream_id=usage.stream_id(1), task_id="task-a", created=at(30), email=ANA, title="Scan",
            credits=Decimal("1.25"), steps=3, llm_ms=900, total_ms=1500, tools=tools, agents={"recon": 2},
        ),
        usage.Stream(
            stream_id=usage.stream_id(2), task_id="task-a", created=at(10), email=ANA, title="Scan",
            credits=Decimal("0.75"), model="gpt-5", steps=1, llm_ms=100, total_ms=200,
            tools={"httpx": usage.ToolUse(1, 100)}, agents={"recon": 1, "triage": 1},
        ),
        usage.Stream(
            stream_id=usage.stream_id(3), task_id="task-w", created=at(20), email=WEI, model="gpt-5",
            byok=True, llm_cost=Decimal(2), neo_cost=Decimal("0.4"),
        ),
        usage.Stream(
            stream_id=usage.stream_id(4), task_id="task-f", created=at(15), email=ANA,
            credits=Decimal("0.1"), status="failed", error="sandbox gone",
        ),
    ]  # fmt: skip


@pytest.fixture
def neo() -> state.Neo:
    made = state.Neo(accounts=accounts.Accounts(CREDENTIALS))
    made.book.add(*streams())
    return made


@pytest.fixture
async def base_url(neo: state.Neo) -> AsyncIterator[str]:
    async with server.serving(neo, clock=lambda: NOW) as url:
        yield url


@pytest.fixture
async def ask(base_url: str) -> AsyncIterator[Ask]:
    """Ask for a path below /api/v1/, sent as it is written; as the admin unless told otherwise."""
    async with aiohttp.ClientSession() as session:

        async def ask(path: str, key: str = "neo_sk_admin", **rest: Any) -> Answered:
            url = yarl.URL(f"{base_url}/api/v1/{path}", encoded=True)
            headers = rest.pop("headers", {"X-Api-Key": key})
            async with session.request(
                rest.pop("method", "GET"), url, headers=headers, **rest
            ) as response:
                body = await response.json() if response.content_length else None
                return Answered(response.status, body, response.headers)

        yield ask
