"""Ways of putting an answer on the wire, whole or broken."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer before it is sent: its JSON value, and the way of sending it."""

    status: int
    payload: object
    headers: Mapping[str, str] = field(default_factory=dict)
    send: "Sending"

    def body(self) -> bytes:
        return json.dumps(self.payload).encode()


Sending = Callable[[web.Request, Reply], Awaitable[web.StreamResponse]]


async def whole(_request: web.Request, reply: Reply) -> web.StreamResponse:
    return _response(reply, reply.body())


def cut(share: float = 0.5) -> Sending:
    """Send only the first part of the JSON, as if it were everything."""

    async def send(_request: web.Request, reply: Reply) -> web.StreamResponse:
        body = reply.body()
        return _response(reply, body[: int(len(body) * share)])

    return send


def truncate(share: float = 0.5) -> Sending:
    """Promise the whole body, send its first part, and close the connection."""

    async def send(request: web.Request, reply: Reply) -> web.StreamResponse:
        response = await _begin(request, reply, share)
        if request.transport is not None:
            request.transport.close()
        return response

    return send


def reset(share: float = 0.5) -> Sending:
    """Promise the whole body, send its first part, and reset the connection."""

    async def send(request: web.Request, reply: Reply) -> web.StreamResponse:
        response = await _begin(request, reply, share)
        if request.transport is not None:
            connection = request.transport.get_extra_info("socket")
            linger = struct.pack(
                "ii", 1, 0
            )  # lingering for no time at all is what makes it a reset
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            request.transport.abort()
        return response

    return send


def trickle(pause: float, chunk: int = 1) -> Sending:
    """Send the body a few bytes at a time, with a pause in seconds before each."""

    async def send(request: web.Request, reply: Reply) -> web.StreamResponse:
        body = reply.body()
        response = await _begin(request, reply, 0)
        for start in range(0, len(body), chunk):
            await asyncio.sleep(pause)
            await response.write(body[start : start + chunk])
        await response.write_eof()
        return response

    return send


async def hang(_request: web.Request, _reply: Reply) -> web.StreamResponse:
    """Never answer: wait until the caller goes away or the server stops."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")


async def _begin(request: web.Request, reply: Reply, share: float) -> web.StreamResponse:
    body = reply.body()
    headers = {**reply.headers, "Content-Type": "application/json"}
    response = web.StreamResponse(status=reply.status, headers=headers)
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: int(len(body) * share)])
    return response


def _response(reply: Reply, body: bytes) -> web.Response:
    return web.Response(
        status=reply.status, body=body, headers=reply.headers, content_type="application/json"
    )
