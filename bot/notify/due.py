"""When a digest is due: at a time of day in a zone, on every day, on one weekday or on one day of the month.

Each tells of what is over: a daily one of the day before, a weekly one of the seven local dates before its day, a monthly
one of the calendar month before, and not before that is settled.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules import window
from rules.window import Every, Period

GRACE = timedelta(hours=6)
"""A digest that could not be sent on time is sent this late, and skipped after that."""

LONGEST_SETTLING = timedelta(days=7)
"""A monthly digest waits no longer for its month to settle; what comes later is told of as late."""

_DAY = timedelta(days=1)
_LOOK_BACK = 32 + LONGEST_SETTLING.days


@dataclass(frozen=True, slots=True)
class Timing:
    """When a digest goes out. `weekday` (Monday is 0) counts for weeks; `day` and `settle` for months."""

    every: Every
    weekday: int
    day: int
    at: time
    zone: ZoneInfo
    settle: timedelta = timedelta(0)


def last_due(timing: Timing, now: datetime) -> datetime:
    """The latest moment, not after `now`, at which the digest was due; in UTC."""
    today = window.local_date(timing.zone, now)
    days = (today - back * _DAY for back in range(-1, _LOOK_BACK))
    moments = (_moment(timing, day) for day in days if _is_day(timing, day))
    return next(moment for moment in moments if moment <= now)


def period(timing: Timing) -> Period:
    """What the digest tells of: the last closed one of these periods."""
    return Period(timing.every, timing.zone, week_starts=timing.weekday)


def _is_day(timing: Timing, day: date) -> bool:
    match timing.every:
        case Every.WEEK:
            return day.weekday() == timing.weekday
        case Every.MONTH:
            return day == min(day.replace(day=1) + (timing.day - 1) * _DAY, _last_of_month(day))
        case _:
            return True


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY


def _moment(timing: Timing, day: date) -> datetime:
    """The local time of that day: when it comes twice, the first; when the clock skips it, as much later as it jumped."""
    moment = datetime.combine(day, timing.at, tzinfo=timing.zone).astimezone(UTC)
    if timing.every is not Every.MONTH:
        return moment
    turn = window.day_start(timing.zone, day.replace(day=1))
    return max(moment, turn + min(timing.settle, LONGEST_SETTLING))
