"""A store in memory for each test: empty, or with some usage in it."""

from collections.abc import Iterator

import pytest

from bot.store.connection import Connection
from tests.answers import world
from tests.store import usage


@pytest.fixture
def empty() -> Iterator[Connection]:
    db = usage.fresh()
    yield db
    db.close()


@pytest.fixture
def db(empty: Connection) -> Connection:
    world.fill(empty)
    return empty
