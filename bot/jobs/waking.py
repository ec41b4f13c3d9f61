"""After a start or a sleep of the machine: what is old only because nobody read it is read before it is judged."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.store import sources
from bot.store.database import Database


class Waking:
    """Which sources are still to be tried; what cannot be read in time is judged as old as it is.

    A start is a waking too. A machine that sleeps stops all clocks but that on the wall, so that one tells of it.
    """

    def __init__(self, database: Database, clock: Clock, names: Collection[str]) -> None:
        self._database = database
        self._clock = clock
        self._names = frozenset(names)
        self._seen: datetime | None = None
        self._untried: set[str] = set()
        self._until = 0.0
        self._noticing = asyncio.Lock()  # whoever comes second waits for what the first finds

    async def notice(self, stale_after: timedelta) -> None:
        """To be called again and again: that it was not for long is how a sleep is noticed."""
        async with self._noticing:
            now, last = self._clock.now(), self._seen
            self._seen = now
            if last is None or now - last > stale_after:
                await self._look(now, stale_after)

    async def _look(self, now: datetime, stale_after: timedelta) -> None:
        states = await self._database.read(sources.load)
        known = {name: state for name, state in states.items() if state.last_complete is not None}
        self._untried = set(sources.stale(known, now, stale_after) & self._names)
        self._until = self._clock.monotonic() + stale_after.total_seconds()

    def tried(self, source: str) -> None:
        """It was polled since, with whatever outcome."""
        self._untried.discard(source)

    @property
    def over(self) -> bool:
        """Whether all were tried, or waited for long enough."""
        return not self._untried or self._clock.monotonic() >= self._until
