"""An empty store for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.store.connection import Connection
from bot.store.database import Database
from tests.store import usage


@pytest.fixture
def db() -> Iterator[Connection]:
    db = usage.fresh()
    yield db
    db.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bot.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    database = await Database.open(path, write=True)
    yield database
    await database.close()
