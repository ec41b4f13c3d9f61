"""Stand-ins for what tests must hold in their hands: the clock."""

import asyncio
from datetime import datetime, timedelta


class FakeClock:
    """A clock that moves only when it is told to, or slept on."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._steady = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._steady

    async def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)

    def advance(self, span: timedelta) -> None:
        """Time passes."""
        self._now += span
        self._steady += span.total_seconds()

    def set_to(self, now: datetime) -> None:
        """The wall clock is set; monotonic time is not."""
        self._now = now
