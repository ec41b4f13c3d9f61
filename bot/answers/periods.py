"""The words people use for a stretch of time, and what each is compared with."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.notify.facts import Stretch
from rules import quantity, reading, window
from rules.window import Every, Period, Rolling, Span, Window

EXPECTED = "today, yesterday, week, last-week, month, last-month, or a length such as 24h or 7d"

_MINUTE = timedelta(minutes=1)

_LENGTH = re.compile(r"[0-9]+[hd]")


@dataclass(frozen=True, slots=True)
class _Calendar:
    """A word for the period `back` periods ago, and the names of it and of what stands before it."""

    every: Every
    back: int
    name: str
    before: str


_WORDS = {
    "today": _Calendar(Every.DAY, 0, "today", "yesterday by this time"),
    "yesterday": _Calendar(Every.DAY, 1, "yesterday", "the day before"),
    "week": _Calendar(Every.WEEK, 0, "this week", "last week by this time"),
    "last-week": _Calendar(Every.WEEK, 1, "last week", "the week before"),
    "month": _Calendar(Every.MONTH, 0, "this month", "last month by this time"),
    "last-month": _Calendar(Every.MONTH, 1, "last month", "the month before"),
}

WORDS = tuple(_WORDS)


def stretch(word: str, zone: ZoneInfo, now: datetime) -> Stretch:
    """What `word` means at `now`: a whole calendar period of `zone`, or a length that ends now.

    Raises ValueError that names the nearest word.
    """
    match _read(word):
        case _Calendar() as calendar:
            return _stretch(calendar.name, _span(calendar, zone, now), zone)
        case Rolling() as rolling:
            return _stretch(f"last {rolling}", window.span_at(rolling, now), zone)


def before(word: str, zone: ZoneInfo, now: datetime) -> Stretch:
    """The stretch to compare with: as much of the period before as has passed of this one."""
    match _read(word):
        case _Calendar() as calendar:
            today = window.local_date(zone, now)
            this, earlier = _last_three(calendar.every, zone, today)[calendar.back :][:2]
            if not calendar.back:
                earlier = Span(earlier.start, _as_far(zone, this, earlier, now))
            return _stretch(calendar.before, earlier, zone)
        case Rolling() as rolling:
            span = window.before(rolling, window.span_at(rolling, now))
            return _stretch(f"the {rolling} before", span, zone)


def span(of: Stretch) -> Span:
    return Span(of.start, of.end)


def of_rule(rule_window: Window, of: Span, zone: ZoneInfo) -> Stretch:
    """A rule's span by the rule's own word: `month`, `24h`; a rolling one is shown in `zone`."""
    own = rule_window.zone if isinstance(rule_window, Period) else zone
    return _stretch(str(rule_window), of, own)


def called(rule_window: Window, of: Span, zone: ZoneInfo) -> Stretch:
    """A span by a name that stays true later: `November 2026`, `22 Nov 2026`, `24h`."""
    if isinstance(rule_window, Rolling):
        return _stretch(str(rule_window), of, zone)
    first = of.start.astimezone(rule_window.zone)
    return _stretch(_NAMES[rule_window.every](rule_window, first), of, rule_window.zone)


@lru_cache(maxsize=256)
def _read(word: str) -> _Calendar | Rolling:
    plain = "-".join(word.lower().split())
    if plain in _WORDS:
        return _WORDS[plain]
    try:
        length = quantity.duration(plain) if _LENGTH.fullmatch(plain) else timedelta(0)
    except ValueError as error:
        raise ValueError(f"{error}; expected {EXPECTED}") from None
    if not length:
        near = reading.nearest(plain, _WORDS)
        rest = f"{near} A window is {EXPECTED}" if near else f"; expected {EXPECTED}"
        raise ValueError(f'"{word}" is not a window{rest}')
    return Rolling(length, plain)


def _span(calendar: _Calendar, zone: ZoneInfo, now: datetime) -> Span:
    return _last_three(calendar.every, zone, window.local_date(zone, now))[calendar.back]


@lru_cache(maxsize=256)
def _last_three(every: Every, zone: ZoneInfo, day: date) -> tuple[Span, Span, Span]:
    """The period that a local day is in, the one before it, and the one before that."""
    period = Period(every, zone)
    this = window.span_at(period, window.day_start(zone, day))
    before = window.before(period, this)
    return this, before, window.before(period, before)


def _as_far(zone: ZoneInfo, this: Span, earlier: Span, now: datetime) -> datetime:
    """The moment that is as many local days, hours and minutes into `earlier` as `now` is into `this`.

    Seconds are left out, so that whoever asks in the same minute compares with the same.
    """
    today = window.local_date(zone, now)
    passed = today - window.local_date(zone, this.start)
    day = window.local_date(zone, earlier.start) + passed
    into = (now - window.day_start(zone, today)) // _MINUTE * _MINUTE
    next_day = window.day_start(zone, day + timedelta(days=1))
    return min(window.day_start(zone, day) + into, next_day, earlier.end)


def _stretch(name: str, of: Span, zone: ZoneInfo) -> Stretch:
    return Stretch(name, of.start, of.end, zone.key)


def _date(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def _month(period: Period, first: datetime) -> str:
    return f"{first:%B %Y}" if period.month_starts == 1 else f"month from {_date(first)}"


def _quarter(period: Period, first: datetime) -> str:
    if period.month_starts == 1:
        return f"Q{(first.month + 2) // 3} {first.year}"
    return f"quarter from {_date(first)}"


def _year(period: Period, first: datetime) -> str:
    return str(first.year) if period.month_starts == 1 else f"year from {_date(first)}"


_NAMES: dict[Every, Callable[[Period, datetime], str]] = {
    Every.HOUR: lambda _, first: f"{_date(first)}, {first:%H:%M}",
    Every.DAY: lambda _, first: _date(first),
    Every.WEEK: lambda _, first: f"week of {_date(first)}",
    Every.MONTH: _month,
    Every.QUARTER: _quarter,
    Every.YEAR: _year,
    Every.CREDIT_MONTH: lambda period, first: (
        f"credit month from {_date(first)}{' (by the calendar)' if period.stands_in else ''}"
    ),
}
