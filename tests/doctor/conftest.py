"""What the tests of the doctor share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.doctor import ward
from tests.doctor.ward import Ward


@pytest.fixture
async def patient(tmp_path: Path) -> AsyncIterator[Ward]:
    async with ward.built(tmp_path) as built:
        yield built
