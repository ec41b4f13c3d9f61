"""Counts of what the bot has done since it was started, and when it last did each: what Prometheus calls counters."""

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class What(StrEnum):
    """What is counted."""

    POLLS = "polls"
    EVALUATIONS = "evaluations"
    DELIVERIES = "deliveries"
    RATE_LIMITED = "rate_limited"
    HEARTBEATS = "heartbeats"
    REQUESTS_LIMITED = "requests_limited"


class Count(NamedTuple):
    """How often, and when last; `labels` are values whose names the reader knows."""

    labels: tuple[str, ...]
    number: int = 0
    last: datetime | None = None


class Counts:
    """All counts of one process; `now` tells when something is counted."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._counts: dict[tuple[What, tuple[str, ...]], Count] = {}

    def expect(self, what: What, *labels: str) -> None:
        """Has it told as 0 until it happens: an increase can only be seen from a number on."""
        self._counts.setdefault((what, labels), Count(labels))

    def add(self, what: What, *labels: str) -> None:
        known = self._counts.get((what, labels), Count(labels))
        self._counts[what, labels] = Count(labels, known.number + 1, self._now())

    def of(self, what: What) -> Iterator[Count]:
        """What was counted of it, by labels."""
        for key in sorted(self._counts):
            if key[0] is what:
                yield self._counts[key]
