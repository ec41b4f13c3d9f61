"""The stage of the demo: two servers, usage that goes on, and a configuration that fits them."""

import asyncio

from bot import app, standing
from bot.clock import SystemClock
from bot.demo import door
from tests.fakes import FakeClock


async def test_the_bot_fits_between_both_servers() -> None:
    clock = SystemClock()
    async with door.staged(clock, 0) as staged:
        folder = staged.folder
        stands = standing.load(staged.config, {})
        assert not stands.faults
        async with app.opened(stands, clock) as bot:
            await bot.poll("acme")
            while not staged.bench.workspace.messages(door.CHANNEL):
                await asyncio.sleep(0.01)
        assert [] == staged.neo.log.violations
    assert not folder.exists()


async def test_usage_goes_on() -> None:
    async with door.staged(FakeClock(SystemClock().now()), 0) as staged:
        streams = len(staged.neo.book)
        while len(staged.neo.book) == streams:
            await asyncio.sleep(0)
