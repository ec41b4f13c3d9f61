"""How often one person may ask: so many times at once, and after that one time in every so long."""

from datetime import datetime, timedelta

BURST, EVERY = 30, timedelta(seconds=2)
"""More than anyone types or presses, and less than keeps the bot from its work."""

MOST = 10_000
"""So many people are remembered."""


class Allowance:
    """A bucket of tokens for each person.

    A bucket is kept as the moment at which it is full again: each request moves that by `every`.
    """

    def __init__(self, burst: int = BURST, every: timedelta = EVERY) -> None:
        self._room, self._every = (burst - 1) * every, every
        self._full: dict[str, datetime] = {}

    def wait(self, person: str, now: datetime) -> timedelta:
        """How long the person is to wait; nothing where the request is granted, which takes a token."""
        self._forget(now)
        # No further ahead than an empty bucket: the clock may have been set back.
        full = min(max(self._full.pop(person, now), now), now + self._room + self._every)
        too_soon = full - now - self._room
        if too_soon <= timedelta(0):
            full += self._every
        self._full[person] = full
        return max(too_soon, timedelta(0))

    def __len__(self) -> int:
        return len(self._full)

    def _forget(self, now: datetime) -> None:
        """Who asked least lately goes first: those whose bucket is full again, and those who are too many."""
        while self._full:
            person, full = next(iter(self._full.items()))
            if full > now and len(self._full) < MOST:
                return
            del self._full[person]
