"""A destination that asks to wait is left alone for so long, whatever else ends there meanwhile."""

import asyncio

from bot.jobs.pace import Pace
from tests.fakes import FakeClock
from tests.store.mail import FINOPS, NOW


async def test_a_chart_that_ends_meanwhile_does_not_shorten_a_wait_that_was_asked_for() -> None:
    clock = FakeClock(NOW)
    pace = Pace(clock)
    pace.busy(FINOPS, 90)
    pace.busy(FINOPS)
    await pace.wait(FINOPS, asyncio.Event())
    assert 90 == clock.monotonic()
