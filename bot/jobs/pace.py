"""How fast a destination may be written to: one message a second, and nothing while it asks to wait."""

import asyncio

from bot.clock import Clock
from bot.notify.notification import Destination, Via

_PACE = 1.0


class Pace:
    """Keeps when each address is free again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free: dict[str, float] = {}

    async def wait(self, destination: Destination, closing: asyncio.Event) -> None:
        """Waits until the destination is free, or until it is time to stop."""
        wait = self._free.get(destination.address, 0.0) - self._clock.monotonic()
        if wait <= 0:
            return
        waits = [
            asyncio.create_task(self._clock.sleep(wait)),
            asyncio.create_task(closing.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    def busy(self, destination: Destination, asked: float | None = None) -> None:
        """Nothing more goes there for the seconds that it asked for; a webhook that asked for none has no pace."""
        pace = 0.0 if destination.via is Via.WEBHOOK else _PACE
        free = self._clock.monotonic() + max(asked or 0.0, pace)
        self._free[destination.address] = max(free, self._free.get(destination.address, 0.0))
