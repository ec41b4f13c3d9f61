"""What is served where, and how."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import aiohttp
import pytest

from bot.store.database import Database
from bot.web import site
from bot.web.door import AdminDoor, SlackDoor
from bot.web.in_force import InForce
from tests.web import office
from tests.web.office import Clock

STRICT = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "neo-budget-bot",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.fixture
async def ports(door: SlackDoor, database: Database, clock: Clock) -> AsyncIterator[dict[str, str]]:
    apps = {
        "public": site.public_app(door, clock),
        "without slack": site.public_app(None, clock),
        "beside a socket": site.public_app(replace(door, secret=""), clock),
        "admin": site.admin_app(AdminDoor(database, office.at_work, "", local=True), clock),
        "locked": site.admin_app(AdminDoor(database, office.at_work, "t", local=False), clock),
    }
    async with AsyncExitStack() as stack:
        yield {
            name: f"http://127.0.0.1:{await stack.enter_async_context(site.serving(app, '127.0.0.1', 0))}"
            for name, app in apps.items()
        }


PAGES = {
    ("public", "GET", "/healthz"): 200,
    ("public", "POST", "/slack/commands"): 401,
    ("public", "GET", "/readyz"): 404,
    ("public", "GET", "/metrics"): 404,
    ("public", "GET", "/"): 404,
    ("public", "POST", "/healthz"): 405,
    ("without slack", "GET", "/healthz"): 200,
    ("without slack", "POST", "/slack/commands"): 401,
    ("without slack", "POST", "/slack/interactions"): 401,
    ("without slack", "GET", "/slack/events"): 401,
    ("without slack", "POST", "/slack/"): 404,
    ("beside a socket", "GET", "/healthz"): 200,
    ("beside a socket", "POST", "/slack/commands"): 401,
    ("admin", "GET", "/readyz"): 200,
    ("admin", "GET", "/metrics"): 200,
    ("admin", "GET", "/healthz"): 404,
    ("admin", "POST", "/slack/commands"): 404,
    ("locked", "GET", "/readyz"): 401,
}


async def test_each_port_has_its_own_paths_and_strict_headers(
    ports: dict[str, str], session: aiohttp.ClientSession
) -> None:
    found = {}
    for page in PAGES:
        port, method, path = page
        async with session.request(method, ports[port] + path) as response:
            found[page] = response.status
            assert STRICT == {name: response.headers.get(name) for name in STRICT}, page
    assert PAGES == found


NO_HTTP = {
    "no method": b"<script> / HTTP/1.1\r\n\r\n",
    "a header without end": b"GET / HTTP/1.1\r\nX: " + b"a" * 9000,
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
}


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP.keys())
async def test_what_is_no_http_is_told_nothing(clock: Clock, sent: bytes) -> None:
    async with site.serving(site.public_app(None, clock), "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
        writer.close()
        await writer.wait_closed()
    status, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)

    assert ("400", "") == (status.split(" ")[1], body)
    assert STRICT == {name: headers.get(name) for name in STRICT}


async def test_a_fault_of_ours_tells_nothing_of_itself(
    database: Database, clock: Clock, session: aiohttp.ClientSession
) -> None:
    def broken() -> InForce:
        raise RuntimeError("hunter2")

    app = site.admin_app(AdminDoor(database, broken, "", local=True), clock)
    async with (
        site.serving(app, "127.0.0.1", 0) as port,
        session.get(f"http://127.0.0.1:{port}/readyz", headers={"Accept": "text/html"}) as response,
    ):
        assert 500 == response.status
        assert STRICT == {name: response.headers.get(name) for name in STRICT}
        assert "hunter2" not in await response.text()


async def test_healthz_says_ok(ports: dict[str, str], session: aiohttp.ClientSession) -> None:
    async with session.get(f"{ports['public']}/healthz") as response:
        assert "ok" == await response.text()


async def test_a_port_that_is_taken_is_said_in_one_sentence(clock: Clock) -> None:
    async with site.serving(site.public_app(None, clock), "127.0.0.1", 0) as port:
        with pytest.raises(
            site.PortError, match=re.escape(f"127.0.0.1:{port}: Address already in use; ")
        ):
            async with site.serving(site.public_app(None, clock), "127.0.0.1", port):
                pass


async def test_a_host_that_is_not_there_is_said_in_one_sentence(clock: Clock) -> None:
    with pytest.raises(site.PortError, match=r"cannot listen on bot\.invalid:0: [A-Z]") as caught:
        async with site.serving(site.public_app(None, clock), "bot.invalid", 0):
            pass
    assert "Errno" not in str(caught.value)


async def test_a_port_is_free_again_after_serving(clock: Clock) -> None:
    async with site.serving(site.public_app(None, clock), "127.0.0.1", 0) as port:
        pass
    async with site.serving(site.public_app(None, clock), "127.0.0.1", port) as again:
        assert port == again
