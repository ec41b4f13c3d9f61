"""Remembers what was met lately, so that what comes twice counts once."""

from datetime import datetime, timedelta

LIMIT = 10_000


class Seen:
    """Keys of the last `keep`, at most `limit` of them: the oldest go first."""

    def __init__(self, keep: timedelta, limit: int = LIMIT) -> None:
        self._keep = keep
        self._limit = limit
        self._met: dict[str, datetime] = {}

    def first(self, key: str, now: datetime) -> bool:
        """Whether the key is met for the first time; from now on it is known."""
        self._forget(now)
        if key in self._met:
            return False
        self._met[key] = now
        return True

    def _forget(self, now: datetime) -> None:
        while self._met:
            key, met = next(iter(self._met.items()))
            if now - met < self._keep and len(self._met) < self._limit:
                return
            del self._met[key]
