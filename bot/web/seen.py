"""Remembers what was met lately, so that what comes twice counts once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

LIMIT = 10_000

T = TypeVar("T")


class Made(Generic[T]):
    """What was made of the keys of the last `keep`, at most `limit` of them: the oldest go first."""

    def __init__(self, keep: timedelta, limit: int = LIMIT) -> None:
        self._keep = keep
        self._limit = limit
        self._met: dict[str, tuple[datetime, T]] = {}

    def once(self, key: str, now: datetime, make: Callable[[], T]) -> T:
        """What was made of the key when it was met first, which may be now."""
        self._forget(now)
        if key not in self._met:
            self._met[key] = (now, make())
        return self._met[key][1]

    def of(self, key: str, now: datetime) -> T | None:
        """What was made of the key, if that is still known."""
        made = self._met.get(key)
        return made[1] if made and now - made[0] < self._keep else None

    def undo(self, key: str) -> None:
        """The key is as if it had not been met."""
        self._met.pop(key, None)

    def _forget(self, now: datetime) -> None:
        while self._met:
            key, (met, _) = next(iter(self._met.items()))
            if now - met < self._keep and len(self._met) < self._limit:
                return
            del self._met[key]


class Seen:
    """Keys of the last `keep`, at most `limit` of them."""

    def __init__(self, keep: timedelta, limit: int = LIMIT) -> None:
        self._made: Made[object] = Made(keep, limit)

    def first(self, key: str, now: datetime) -> bool:
        """Whether the key is met for the first time; from now on it is known."""
        mark = object()
        return self._made.once(key, now, lambda: mark) is mark

    def undo(self, key: str) -> None:
        """The key is as if it had not been met."""
        self._made.undo(key)
