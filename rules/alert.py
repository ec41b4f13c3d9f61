"""An alert: the lasting state of a series through one episode, and the steps it takes."""

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rules import metric
from rules.finding import Series
from rules.metric import Value
from rules.terms import Limit, Severity
from rules.window import Span

_DAY, _DOUBLED = timedelta(days=1), 11
"""A repeat waits no longer than this, unless the rule itself says so; a minute is as long after so many doublings."""

ID_LENGTH = 10
"""Characters of an alert's id."""


class State(StrEnum):
    """Where an alert is in its life."""

    PENDING = "pending"
    FIRING = "firing"
    CORRECTED = "corrected"
    CLOSED = "closed"
    RESOLVED = "resolved"
    REMOVED = "removed"


CAME_TRUE = "what was expected has happened: a limit of the same rule is reached"
"""The note of an alert on a forecast that ended with that."""

OPEN = frozenset({State.PENDING, State.FIRING})


class Reason(StrEnum):
    """Why we speak."""

    FIRST = "first"
    ESCALATED = "escalated"
    REPEAT = "repeat"
    CORRECTED = "corrected"
    LATE = "late"
    DELAYED = "delayed"
    RESOLVED = "resolved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a finding must last: `hold` before it fires, `keep` before it resolves, `starve` with too little to judge.

    `repeat` is how long after it was spoken of an alert is said again, if it is.
    """

    hold: timedelta = timedelta(0)
    keep: timedelta = timedelta(0)
    starve: timedelta = timedelta(0)
    by_period: bool = False
    below: bool = False
    repeat: timedelta | None = None

    def further(self, one: Value, other: Value) -> Value:
        """Which of two values of one metric is further past a limit."""
        return (min if self.below else max)(one, other, key=metric.size)

    def reaches(self, value: Value, limit: Value) -> bool:
        return self.further(limit, value) == value


@dataclass(frozen=True, slots=True)
class Alert:
    """The lasting state of a series through one episode. Values are in the metric's unit; times in UTC.

    `worst` is the value furthest past the limit in this episode. `peak` is the highest severity reached under the limits
    in force, and `peak_limit` the limit that it was reached at: once that limit is changed the peak is what holds now.
    `since` is when it began to hold, `clearing` when it began to be clear, `starved` when there began to be too little
    to judge. `spoken` is when it was last decided to speak of it, `repeats` how often that was for nothing but time since
    the peak was reached, and `acked` the peak at which somebody took it on.
    """

    series: Series
    span: Span
    by_period: bool
    state: State
    severity: Severity | None
    peak: Severity
    value: Value
    worst: Value
    limit: Limit
    peak_limit: Limit
    since: datetime
    fired: datetime | None = None
    clearing: datetime | None = None
    starved: datetime | None = None
    ended: datetime | None = None
    corrected: bool = False
    note: str = ""
    spoken: datetime | None = None
    repeats: int = 0
    acked: Severity | None = None

    @property
    def id(self) -> str:
        """Short and stable: the same episode has the same id wherever it is computed; 50 bits of a hash."""
        begins = self.span.start if self.by_period else self.since
        series = self.series
        key = repr(
            (series.meaning, series.condition, series.rule, series.values, begins.isoformat())
        )
        return base64.b32encode(hashlib.sha256(key.encode()).digest())[:ID_LENGTH].decode().lower()

    @property
    def open(self) -> bool:
        return self.state in OPEN

    def repeats_at(self, times: Timing) -> datetime | None:
        """When it is said again if it still holds: each time after twice as long, and not while somebody has taken it on."""
        if times.repeat is None or self.spoken is None or self.acked is not None:
            return None
        doubled: timedelta = times.repeat * 2 ** min(self.repeats, _DOUBLED)
        return self.spoken + min(doubled, max(times.repeat, _DAY))

    def timed(self, at: datetime) -> "Alert":
        """The same with no timer that begins after `at`, as they do once the clock was set back."""
        begun = (self.since, self.clearing or at, self.starved or at, self.spoken or at)
        if max(begun) <= at:
            return self
        return replace(
            self,
            since=min(self.since, at) if self.state is State.PENDING else self.since,
            clearing=min(self.clearing, at) if self.clearing else None,
            starved=min(self.starved, at) if self.starved else None,
            spoken=min(self.spoken, at) if self.spoken else None,
        )


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of an alert. `after` is None when a pending alert is dropped; `reason` is None when there is nothing to say."""

    before: Alert | None
    after: Alert | None
    reason: Reason | None = None

    @property
    def differs(self) -> bool:
        """Verdict, reason or limit are not those of the series' last decision; a value that moves is none."""
        if self.before is None or self.after is None or self.reason is not None:
            return True
        before, after = self.before, self.after
        return (before.state, before.severity, before.limit) != (
            after.state,
            after.severity,
            after.limit,
        )
