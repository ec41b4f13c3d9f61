"""What is served where, and how."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import aiohttp
import pytest

from bot.store.database import Database
from bot.web import site
from bot.web.door import AdminDoor, SlackDoor
from tests.web import office
from tests.web.office import Clock

STRICT = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
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
