"""The span a rule looks at: rolling, or a calendar period in a time zone; every instant is in exactly one period.

Theory of operation. A calendar period is made of local dates, and a local date begins at its first instant: the first
moment at which the zone's clock shows that date or a later one. So a day without a midnight begins where the clock
lands, a midnight that comes twice counts once, and days neither overlap nor leave a gap. Hours follow the zone's clock
and are cut at a change of its offset.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_TICK = timedelta(microseconds=1)


class Every(StrEnum):
    """The calendar periods."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CREDIT_MONTH = "credit_month"


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open: `start` belongs to it, `end` does not. Both in UTC."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Rolling:
    """The last `length` before the moment of judgement."""

    length: timedelta
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period. `week_starts` counts from Monday = 0; `month_starts` past a month's end is its last day.

    `anchor` is a moment at which the credit month turned; without one a credit month is a calendar month.
    """

    every: Every
    zone: ZoneInfo
    week_starts: int = 0
    month_starts: int = 1
    anchor: datetime | None = None

    @property
    def stands_in(self) -> bool:
        """Whether it is a calendar month only because nobody knows when the credit month turns."""
        return self.every is Every.CREDIT_MONTH and self.anchor is None

    def __str__(self) -> str:
        return f"{self.every.value} (by the calendar)" if self.stands_in else self.every.value


Window = Rolling | Period


def is_a_day(window: Window | None) -> bool:
    """Whether it looks at as much as one whole day, which is what daily history can be held against."""
    if isinstance(window, Period):
        return window.every is Every.DAY
    return window is not None and window.length == _DAY


def is_by_plan(window: Window | None) -> bool:
    """Whether it turns when the plan does, which only Neo can tell."""
    return isinstance(window, Period) and window.every is Every.CREDIT_MONTH


def span_at(window: Window, at: datetime) -> Span:
    """The span of `window` as seen at `at`: for a period the whole of it, for a rolling window what ends at `at`."""
    if isinstance(window, Rolling):
        return Span(at - window.length, at)
    if window.every is Every.HOUR:
        return _hour(window.zone, at)
    if window.every is Every.CREDIT_MONTH and window.anchor is not None:
        return _credit_month(window.anchor, at)
    today = local_date(window.zone, at)
    first = _first_date(window, today)
    return Span(
        day_start(window.zone, first),
        day_start(window.zone, _first_date(window, _after(window, first))),
    )


def before(window: Window, span: Span) -> Span:
    """The span just before `span`."""
    if isinstance(window, Rolling):
        return Span(span.start - window.length, span.start)
    return span_at(window, span.start - _TICK)


def local_date(zone: ZoneInfo, at: datetime) -> date:
    """The date that `at` belongs to in `zone`, in the sense of this module."""
    day = at.astimezone(zone).date()
    if at >= day_start(zone, day + _DAY):
        return day + _DAY
    return day


@lru_cache(maxsize=4096)
def day_start(zone: ZoneInfo, day: date) -> datetime:
    """The first instant, in UTC, of a local date."""
    midnight = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    low, high = midnight - 2 * _HOUR, midnight + 2 * _HOUR
    if low.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset():
        return midnight
    return _first(low, high, lambda at: at.astimezone(zone).date() >= day)


def days(zone: ZoneInfo, span: Span) -> list[Span]:
    """The local days that `span` touches, whole, in order."""
    day, found = local_date(zone, span.start), []
    while (start := day_start(zone, day)) < span.end:
        day += _DAY
        end = day_start(zone, day)
        if start < end:  # a zone that crosses the date line skips a day
            found.append(Span(start, end))
    return found


def day_edges(zone: ZoneInfo, span: Span) -> list[tuple[date, Span]]:
    """Each local date of `span` with the part of it that lies inside."""
    return [
        (local_date(zone, day.start), Span(max(day.start, span.start), min(day.end, span.end)))
        for day in days(zone, span)
    ]


def _first(low: datetime, high: datetime, holds: Callable[[datetime], bool]) -> datetime:
    """The first whole second in (low, high] at which `holds`, which must not hold at `low` and must at `high`."""
    seconds, start = int((high - low).total_seconds()), 0
    while seconds - start > 1:
        middle = (start + seconds) // 2
        if holds(low + timedelta(seconds=middle)):
            seconds = middle
        else:
            start = middle
    return low + timedelta(seconds=seconds)


def _hour(zone: ZoneInfo, at: datetime) -> Span:
    local = at.astimezone(zone)
    offset = local.utcoffset()
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    start, end = at - into, at - into + _HOUR
    if start.astimezone(zone).utcoffset() != offset:
        start = _first(start, at, lambda when: when.astimezone(zone).utcoffset() == offset)
    if (end - _TICK).astimezone(zone).utcoffset() != offset:
        end = _first(
            at.replace(microsecond=0), end, lambda when: when.astimezone(zone).utcoffset() != offset
        )
    return Span(start, end)


def _credit_month(anchor: datetime, at: datetime) -> Span:
    months = (at.year - anchor.year) * 12 + at.month - anchor.month
    if _months_on(anchor, months) > at:
        months -= 1
    return Span(_months_on(anchor, months), _months_on(anchor, months + 1))


def _months_on(anchor: datetime, months: int) -> datetime:
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return datetime.combine(_day_in(year, month + 1, anchor.day), anchor.timetz())


def _day_in(year: int, month: int, day: int) -> date:
    """That day of the month, or the month's last when it is shorter."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day - 1), following - _DAY)


def _first_date(window: Period, day: date) -> date:
    """The first date of the period that holds `day`."""
    if window.every is Every.DAY:
        return day
    if window.every is Every.WEEK:
        return day - timedelta(days=(day.weekday() - window.week_starts) % 7)
    step = {Every.QUARTER: 3, Every.YEAR: 12}.get(window.every, 1)
    month = day.year * 12 + (day.month - 1) // step * step
    first = _day_in(month // 12, month % 12 + 1, window.month_starts)
    if first > day:
        month -= step
        first = _day_in(month // 12, month % 12 + 1, window.month_starts)
    return first


def _after(window: Period, first: date) -> date:
    """A date inside the period that follows the one which begins at `first`."""
    match window.every:
        case Every.DAY:
            return first + _DAY
        case Every.WEEK:
            return first + timedelta(days=7)
        case Every.QUARTER:
            return first + timedelta(days=95)
        case Every.YEAR:
            return first + timedelta(days=370)
        case _:
            return first + timedelta(days=33)
