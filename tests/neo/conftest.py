"""What the tests of the Neo edge share."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.neo import clients


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def naps() -> clients.Naps:
    return clients.Naps()
