"""Who may use the operator's port."""

from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest

from bot.store.database import Database
from bot.web import site
from bot.web.door import AdminDoor
from tests.web import office
from tests.web.office import Clock

TOKEN = "s3same-ü"


@pytest.fixture
def door(database: Database) -> AdminDoor:
    return AdminDoor(database, office.at_work, TOKEN, local=False)


@pytest.fixture
async def url(door: AdminDoor, clock: Clock) -> AsyncIterator[str]:
    async with site.serving(site.admin_app(door, clock), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


REFUSED = {
    "no header": {},
    "an empty header": {"Authorization": ""},
    "no token": {"Authorization": "Bearer"},
    "an empty token": {"Authorization": "Bearer "},
    "another token": {"Authorization": "Bearer guess"},
    "half of the token": {"Authorization": f"Bearer {TOKEN[:3]}"},
    "another scheme": {"Authorization": f"Basic {TOKEN}"},
    "the token alone": {"Authorization": TOKEN},
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED.keys())
async def test_without_the_token_nothing_is_shown(
    url: str, session: aiohttp.ClientSession, headers: Mapping[str, str]
) -> None:
    for path in ("/readyz", "/metrics", "/", "/nothing"):
        async with session.get(url + path, headers=headers) as response:
            assert (401, "Bearer") == (response.status, response.headers["WWW-Authenticate"])
            assert "as `Authorization: Bearer" in await response.text()


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
async def test_the_token_opens(url: str, session: aiohttp.ClientSession, scheme: str) -> None:
    for path in ("/readyz", "/metrics"):
        headers = {"Authorization": f"{scheme} {TOKEN}"}
        async with session.get(url + path, headers=headers) as response:
            assert 200 == response.status


class TestWithoutAConfiguredToken:
    @pytest.fixture
    def door(self, database: Database) -> AdminDoor:
        return AdminDoor(database, office.at_work, "", local=False)

    async def test_nobody_is_let_in(self, url: str, session: aiohttp.ClientSession) -> None:
        headers = {"Authorization": "Bearer "}
        async with session.get(f"{url}/readyz", headers=headers) as response:
            assert 401 == response.status
            assert "needs server.admin_token" in await response.text()


class TestOnThisMachinesOwnPort:
    @pytest.fixture
    def door(self, database: Database) -> AdminDoor:
        return AdminDoor(database, office.at_work, "", local=True)

    async def test_no_token_is_needed(self, url: str, session: aiohttp.ClientSession) -> None:
        async with session.get(f"{url}/readyz") as response:
            assert 200 == response.status

    @pytest.mark.parametrize("host", ["localhost:8081", "127.0.0.1", "[::1]:8081"])
    async def test_it_answers_to_its_own_names(
        self, url: str, session: aiohttp.ClientSession, host: str
    ) -> None:
        async with session.get(f"{url}/readyz", headers={"Host": host}) as response:
            assert 200 == response.status

    @pytest.mark.parametrize("host", ["evil.test:8081", "localhost.evil.test", "10.0.0.1", "", "["])
    async def test_a_name_that_was_led_here_gets_nothing(
        self, url: str, session: aiohttp.ClientSession, host: str
    ) -> None:
        async with session.get(f"{url}/readyz", headers={"Host": host}) as response:
            assert 401 == response.status
            assert "this machine's own name only" in await response.text()


class TestOnThisMachinesOwnPortWithAToken:
    @pytest.fixture
    def door(self, database: Database) -> AdminDoor:
        return AdminDoor(database, office.at_work, TOKEN, local=True)

    async def test_the_token_opens_under_any_name(
        self, url: str, session: aiohttp.ClientSession
    ) -> None:
        headers = {"Host": "bot.acme.test", "Authorization": f"Bearer {TOKEN}"}
        async with session.get(f"{url}/readyz", headers=headers) as response:
            assert 200 == response.status
