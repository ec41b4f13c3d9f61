"""A small Neo for tests: a real local server that answers as it is told, and keeps what it was asked."""

import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.house import tree

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Asked:
    """One request."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass(slots=True)
class SmallNeo:
    """Gives its replies in order; the last one again and again."""

    replies: list[Reply]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(request.raw_path.partition("?")[0], dict(request.query), headers))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return await reply(request)


def self_signed() -> ssl.SSLContext:
    """A certificate that nobody has reason to trust."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tree.ROOT / "tests/data/tls/self-signed.pem")
    return context


@asynccontextmanager
async def serving(*replies: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[SmallNeo]:
    neo = SmallNeo(list(replies))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", neo.answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        neo.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
        yield neo
    finally:
        await runner.cleanup()


def says(status: int, body: object = None, **headers: str) -> Reply:
    """A reply with a JSON body (bytes and text go as they are); `Retry_After` names a header."""

    async def reply(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body.encode() if isinstance(body, str) else body
        raw = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
        return web.Response(status=status, body=raw, headers=named, content_type="application/json")

    return reply


def row(**changes: object) -> dict[str, object]:
    """A row of a stream that lacks nothing."""
    return {
        "task_id": "task-1",
        "stream_id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
        "model": "sonnet",
        "status": "completed",
        "created_at": "2026-03-01T10:00:00Z",
        "step_count": 3,
        "tool_calls": 2,
        "agent_triggers": 1,
        "email": "ana@acme.test",
        "is_byok": False,
        "neo_credits": 0.25,
    } | changes


def page(*rows: object, total: int | None = None, has_more: bool = False) -> dict[str, object]:
    return {
        "data": list(rows),
        "total": len(rows) if total is None else total,
        "has_more": has_more,
    }
