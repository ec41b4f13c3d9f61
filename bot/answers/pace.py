"""Where a period's total is heading, and when it reaches its limit."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answers import measure
from bot.notify.facts import Pace
from bot.store import memo
from bot.store.connection import Connection
from rules import flaws, metric, ranking, window
from rules.condition import projection
from rules.labels import Values
from rules.metric import NOTHING, Kind, Totals, Unit, Value
from rules.money import Money
from rules.rule import Rule
from rules.series import Query, Question
from rules.window import Period, Span

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a series is heading, and the `active` days with usage that this is known from."""

    pace: Pace
    active: int


@dataclass(frozen=True, slots=True)
class _Course:
    """What is known of one series on its way: whole days before today, and the period so far."""

    history: Mapping[date, int]
    today: date
    so_far: int
    today_so_far: int

    @property
    def active(self) -> int:
        return sum(1 for amount in self.history.values() if amount)

    def total(self, until: date) -> projection.Projection:
        """What the period comes to by the first instant of `until`."""
        return projection.project(self.history, self.today, self.so_far, until, self.today_so_far)

    def reaches(self, limit: int, until: date) -> date | None:
        """The day at whose end `limit` is expected to be reached; None if it is reached already, or never is."""
        days = range((until - self.today).days)
        place = bisect_left(days, limit, key=self._after)
        if self.so_far >= limit or place == len(days):
            return None
        return self.today + timedelta(days=place)

    def _after(self, days: int) -> int:
        """The expected sum at the end of the day `days` from today."""
        usual = projection.expected(self.history, self.today, 0, self.today + _DAY)
        today = max(self.today_so_far, usual) - usual
        known = self.so_far - self.today_so_far + today
        return projection.expected(self.history, self.today, known, self.today + _DAY * (days + 1))


@dataclass(frozen=True, slots=True)
class _Stage:
    """The period of a question that is under way at a whole minute."""

    question: Question
    zone: ZoneInfo
    span: Span
    minute: datetime


def of_series(
    db: Connection, rule: Rule, span: Span, limits: Mapping[Values, Value], now: datetime
) -> dict[Values, Pace]:
    """The pace of each series of `limits` towards its limit.

    Empty where nothing can be expected: for what does not add up, rolling windows, hours, and periods that are over.
    """
    return {values: each.pace for values, each in headings(db, rule, span, limits, now).items()}


def headings(
    db: Connection, rule: Rule, span: Span, limits: Mapping[Values, Value], now: datetime
) -> dict[Values, Heading]:
    """The same with how much it is known from. It is known once a minute for all who ask."""
    period = rule.window
    if not isinstance(period, Period) or obstacle(rule) or now not in span or not limits:
        return {}
    minute = now.replace(second=0, microsecond=0)
    stage = _Stage(rule.question, period.zone, span, minute)
    return memo.of(db, _headings, stage, tuple(limits.items()))


def _headings(
    db: Connection, stage: _Stage, towards: tuple[tuple[Values, Value], ...]
) -> dict[Values, Heading]:
    limits = dict(towards)
    courses = _courses(db, stage, frozenset(limits))
    return {
        values: Heading(_pace(stage, course, limits[values]), course.active)
        for values, course in courses.items()
    }


def obstacle(rule: Rule) -> str:
    """Why nothing of a rule is heading anywhere; empty where it may be."""
    if rule.metric.kind is not Kind.SUM:
        return f"{rule.metric.name} does not add up over a period"
    return flaws.no_forecast(rule)


def _courses(db: Connection, stage: _Stage, only: frozenset[Values]) -> dict[Values, _Course]:
    asked, today = stage.question, window.local_date(stage.zone, stage.minute)
    known = Span(window.day_start(stage.zone, today - projection.REACH), stage.minute + _MINUTE)
    days = Query(ranking.sums(asked.metric)[0], known, asked.group_by, asked.where, stage.zone)
    daily: dict[Values, dict[date, int]] = {}
    for (*values, day), totals in measure.joined(db, [days], only).items():
        daily.setdefault(tuple(values), {})[date.fromisoformat(day)] = _bare(asked, totals)
    so_far = measure.of_question(db, asked, stage.span, only)
    return {
        values: _Course(
            history={day: amount for day, amount in daily.get(values, {}).items() if day < today},
            today=today,
            so_far=_bare(asked, so_far.get(values, NOTHING)),
            today_so_far=daily.get(values, {}).get(today, 0),
        )
        for values in only
    }


def _pace(stage: _Stage, course: _Course, limit: Value) -> Pace:
    asked, until = stage.question, window.local_date(stage.zone, stage.span.end)
    expected = course.total(until)
    hit = course.reaches(int(metric.size(limit)), until)
    return Pace(
        expected=_value(asked, expected.expected),
        low=None if expected.low is None else _value(asked, expected.low),
        high=None if expected.high is None else _value(asked, expected.high),
        hit=None if hit is None else window.day_start(stage.zone, hit),
    )


def _bare(asked: Question, totals: Totals) -> int:
    value = asked.metric.value(totals)
    return 0 if value is None else int(metric.size(value))


def _value(asked: Question, bare: int) -> Value:
    """The value that `metric.size` made bare."""
    match asked.metric.unit:
        case Unit.MONEY:
            return Money(bare)
        case Unit.DURATION:
            return timedelta(microseconds=bare)
        case _:
            return bare
