"""A store in memory for each test."""

from collections.abc import Iterator

import pytest

from bot.store.connection import Connection
from tests.store import usage


@pytest.fixture
def db() -> Iterator[Connection]:
    db = usage.fresh()
    yield db
    db.close()
