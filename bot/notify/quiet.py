"""Quiet times: when messages wait, by the clock on the wall of one time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules import window
from rules.terms import Severity

_DAY = timedelta(days=1)
_LONGEST = 8
"""Days after which every pattern of weekdays and hours has come round."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Whole `days` (Monday is 0) and `hours` of every day, which may cross midnight; `spared` severities never wait."""

    zone: ZoneInfo
    days: frozenset[int] = frozenset()
    hours: tuple[time, time] | None = None
    spared: frozenset[Severity] = frozenset()

    def at(self, now: datetime) -> bool:
        """Whether it is quiet at `now`."""
        day = window.local_date(self.zone, now)
        if day.weekday() in self.days:
            return True
        if self.hours is None:
            return False
        start, end = self.hours
        clock = now.astimezone(self.zone).time()
        return start <= clock < end if start < end else clock >= start or clock < end

    def until(self, now: datetime) -> datetime:
        """When the quiet time that holds at `now` ends, in UTC; `now` itself where there is none."""
        if not self.at(now):
            return now
        first = window.local_date(self.zone, now)
        edges = sorted(
            edge
            for ahead in range(_LONGEST + 1)
            for edge in self._edges(first + ahead * _DAY)
            if edge > now
        )
        return next((edge for edge in edges if not self.at(edge)), edges[-1])

    def _edges(self, day: date) -> list[datetime]:
        """The moments of a local date at which it may get loud: its start, and the end of the hours."""
        found = [window.day_start(self.zone, day)]
        if self.hours is not None:
            found.append(datetime.combine(day, self.hours[1], tzinfo=self.zone).astimezone(UTC))
        return found
