"""Who may use the operator's port."""

import hmac

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import address
from bot.web import keys
from bot.web.door import AdminDoor

_CLOSED = "This port is open beyond this machine, so it needs server.admin_token.\n"
_WANTED = "Send the value of server.admin_token as `Authorization: Bearer …`.\n"
_ELSEWHERE = (
    "Without a token this port answers under this machine's own name only, such as 127.0.0.1.\n"
)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets in who is on this machine's own port, or brings the token."""
    door = request.app[keys.ADMIN]
    if _is_at_home(door, request) or _knows(door, request.headers.get("Authorization", "")):
        return await handler(request)
    return web.Response(
        status=401,
        text=_ELSEWHERE if door.local else _WANTED if door.token else _CLOSED,
        headers={"WWW-Authenticate": "Bearer"},
    )


def _is_at_home(door: AdminDoor, request: web.Request) -> bool:
    """Whether this machine was asked by its own name: a page in its browser can lead a name of its own here."""
    return door.local and address.is_loopback(address.host(f"http://{request.host}"))


def _knows(door: AdminDoor, header: str) -> bool:
    scheme, _, given = header.partition(" ")
    if not door.token or scheme.lower() != "bearer":
        return False
    # Bytes, because comparing text fails on characters beyond ASCII.
    given_bytes = given.strip().encode(errors="replace")
    return hmac.compare_digest(given_bytes, door.token.encode())
