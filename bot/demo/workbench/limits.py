"""Slack's rate limits: a bucket of calls for each method, and for each channel that is posted to."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

BURST = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """`burst` calls at once, then `per_minute`."""

    per_minute: int
    burst: int


class Tier(Enum):
    """Slack's tiers; `POST` is counted for each channel, the others for each method."""

    ONE = Pace(1, 1)
    TWO = Pace(20, 20)
    THREE = Pace(50, 50)
    FOUR = Pace(100, 100)
    POST = Pace(60, BURST)
    FREE = Pace(600, 600)


class Limits:
    """What is left of each bucket. Time is what the caller says it is."""

    def __init__(self, *, enforced: bool = True):
        self.enforced = enforced
        self._buckets: dict[tuple[str, str], tuple[float, datetime]] = {}

    def wait(self, method: str, channel: str, tier: Tier, now: datetime) -> int:
        """Take one call; give 0, or the whole seconds to wait when none is left."""
        if not self.enforced:
            return 0
        key = (method, channel if tier is Tier.POST else "")
        pace = tier.value
        left, since = self._buckets.get(key, (float(pace.burst), now))
        left = min(pace.burst, left + (now - since).total_seconds() * pace.per_minute / 60)
        if left < 1:
            self._buckets[key] = (left, now)
            return math.ceil((1 - left) * 60 / pace.per_minute)
        self._buckets[key] = (left - 1, now)
        return 0
