"""A Neo and the store that reads it, for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.jobs import reading
from tests.jobs.reading import Reading


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[Reading]:
    async with reading.opened(tmp_path) as opened:
        yield opened
