"""The two applications: one that Slack can reach, one for the operator. And how they are served."""

import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Self

from aiohttp import web
from typing_extensions import override

from bot.clock import Clock
from bot.web import admin, health, keys, metrics, reception, signed, slack
from bot.web.door import AdminDoor, SlackDoor

_CLOSING = 2.0
"""Seconds at the end for requests under way; with those for answers that follow under ten."""

_LINGERING = 2.0
"""Seconds for which more of a refused request is taken, so that its sender reads the answer."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "neo-budget-bot",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class PortError(Exception):
    """The bot cannot listen where it was told to."""

    @classmethod
    def of(cls, host: str, port: int, error: OSError, mend: str) -> Self:
        # asyncio puts a sentence of its own into the place of the system's words; a name's lookup has only its own.
        of_system = error.errno is not None and not isinstance(error, socket.gaierror)
        why = os.strerror(error.errno or 0) if of_system else error.strerror
        return cls(f"cannot listen on {host}:{port}: {why}; {mend}")


def public_app(door: SlackDoor | None, clock: Clock) -> web.Application:
    """`/healthz`, and what Slack sends where the bot is reached over HTTP."""
    app = web.Application(client_max_size=signed.LARGEST)
    app.on_response_prepare.append(_harden)
    app.router.add_get("/healthz", health.alive)
    if door is not None and door.secret:
        app[keys.CLOCK] = clock
        app.cleanup_ctx.append(_receiving(door))
        app.router.add_routes(slack.routes())
    else:
        app.router.add_routes(slack.closed())
    return app


def admin_app(door: AdminDoor, clock: Clock) -> web.Application:
    """`/readyz` and `/metrics`."""
    app = web.Application(middlewares=[admin.guard])
    app.on_response_prepare.append(_harden)
    app[keys.ADMIN], app[keys.CLOCK] = door, clock
    app.router.add_get("/readyz", health.ready)
    app.router.add_get("/metrics", metrics.show)
    return app


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serves an application and gives the port, which is a free one for 0. Raises PortError."""
    # Bodies are taken as they came: the signature is over what was sent.
    runner = _Runner(
        app,
        access_log=None,
        auto_decompress=False,
        lingering_time=_LINGERING,
        shutdown_timeout=_CLOSING,
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise PortError.of(host, port, error, "change `server` in the configuration") from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


class _Connection(web.RequestHandler):
    """Where a request cannot be read, aiohttp would say at what it stumbled, and which version it is."""

    __slots__ = ()

    @override
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        response = super().handle_error(request, status, exc)
        response.headers.update(_HEADERS)
        return response


class _Server(web.Server):
    @override
    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Runner(web.AppRunner):
    @override
    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        server.__class__ = _Server  # aiohttp leaves no other way to say what a connection is
        return server


async def _harden(_: web.Request, response: web.StreamResponse) -> None:
    """Nothing that we serve is a page, is kept by anyone, or stands in a frame."""
    response.headers.update(_HEADERS)


def _receiving(door: SlackDoor) -> Callable[[web.Application], AsyncIterator[None]]:
    async def receive(app: web.Application) -> AsyncIterator[None]:
        async with reception.opened(door) as app[keys.RECEPTION]:
            yield

    return receive
