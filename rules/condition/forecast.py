"""The expected total of a period held against limits, while there is still time to act.

Theory of operation. A verdict hangs on whole local days before today alone, so it cannot wobble within a day and any
moment of the day gives the same one. A limit holds when even the near end of the range reaches it, or the expected total
did yesterday and does today; yesterday's forecast is made anew from the data, by the same code. An alert that fires goes
on until the expected total has stayed short of every limit for two days. Once a threshold at least as far as the limit
is reached in fact, there is nothing left to forecast: the limit came true.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rules import metric, window
from rules.condition import projection
from rules.condition.case import Case, Condition, Judgement
from rules.condition.projection import Projection
from rules.finding import Cause, Verdict
from rules.rule import Rule
from rules.series import Query
from rules.terms import Limit
from rules.window import Period, Span

_DAY = timedelta(days=1)
_YOUNG = 2 * _DAY  # how much of the period must have passed
ACTIVE = 7
"""Days with usage that a forecast needs."""


def judge(case: Case) -> Judgement:
    """Holds at the highest severity whose limit the period is set to reach."""
    course = _course(case)
    now = None if course is None else course.expected(course.today)
    if course is None or now is None:
        return Judgement(Verdict.UNKNOWN, case.value, cause=Cause.FEW)
    value = case.valued(now)
    ahead = [limit for limit in case.terms.forecast if not _came_true(case, limit)]
    came_true = len(ahead) < len(case.terms.forecast)
    if sure := _sure(case, course, now, ahead):
        return Judgement(Verdict.HOLDS, value, sure[-1].severity, sure[-1])
    if case.firing and (lingering := _lingering(case, course, now, ahead)):
        return Judgement(Verdict.HOLDS, value, lingering[0].severity, lingering[0])
    lowest = next(iter(ahead or case.terms.forecast), None)
    return Judgement(Verdict.CLEAR, value, limit=lowest, came_true=came_true)


@dataclass(frozen=True, slots=True)
class _Course:
    """Where a period is going: its dates, and the series by whole days."""

    first: date
    until: date
    today: date
    history: Mapping[date, int]

    def expected(self, today: date) -> int | None:
        """The expected total as of the morning of `today`; None where it is too early to say."""
        active = sum(1 for day, amount in self.history.items() if amount and day < today)
        if today < self.first + _YOUNG or active < ACTIVE:
            return None
        return projection.expected(self.history, today, self._so_far(today), self.until)

    def projection(self) -> Projection:
        return projection.project(self.history, self.today, self._so_far(self.today), self.until)

    def _so_far(self, today: date) -> int:
        return sum(amount for day, amount in self.history.items() if self.first <= day < today)


def _course(case: Case) -> _Course | None:
    """None where there is nothing to forecast: the period is over, or the rule has none."""
    if not isinstance(case.rule.window, Period) or case.at >= case.span.end:
        return None
    # A period that turns inside a day, as a credit month may, counts from that date to that date.
    zone = case.rule.window.zone
    return _Course(
        first=window.local_date(zone, case.span.start),
        until=window.local_date(zone, case.span.end),
        today=window.local_date(zone, case.at),
        history={day: int(metric.size(value)) for day, value in case.days.items()},
    )


def _sure(case: Case, course: _Course, now: int, ahead: list[Limit]) -> list[Limit]:
    """Limits that are expected to be reached, today and either yesterday too or at the near end of the range."""
    likely = [limit for limit in ahead if _reaches(case, now, limit)]
    before = course.expected(course.today - _DAY)
    steady = [limit for limit in likely if before is not None and _reaches(case, before, limit)]
    if steady == likely:
        return steady
    # The range takes a hundred times the work of the expected total, so it is asked last.
    whole = course.projection()
    near = whole.high if case.rule.below else whole.low
    certain = [limit for limit in likely if near is not None and _reaches(case, near, limit)]
    return [limit for limit in likely if limit in steady or limit in certain]


def _lingering(case: Case, course: _Course, now: int, ahead: list[Limit]) -> list[Limit]:
    """Limits that the expected total reaches today or reached yesterday."""
    before = course.expected(course.today - _DAY)
    points = [now] if before is None else [now, before]
    return [limit for limit in ahead if any(_reaches(case, point, limit) for point in points)]


def _came_true(case: Case, limit: Limit) -> bool:
    """Whether a threshold says already what `limit` would warn of."""
    if case.value is None or case.rule.below:
        return False
    reached = metric.size(case.value)
    return any(
        metric.size(limit.value) <= metric.size(threshold.value) <= reached
        for threshold in case.terms.thresholds
    )


def _reaches(case: Case, size: int, limit: Limit) -> bool:
    return metric.reaches(size, metric.size(limit.value), below=case.rule.below)


def _history(rule: Rule, span: Span, at: datetime) -> Query | None:
    """Whole days up to yesterday: the period's, and as many more as a projection looks at."""
    if not isinstance(rule.window, Period) or at >= span.end:
        return None
    zone = rule.window.zone
    today, first = window.local_date(zone, at), window.local_date(zone, span.start)
    if today < first + _YOUNG:
        return None
    begins = min(first, today - projection.REACH)
    days = Span(window.day_start(zone, begins), window.day_start(zone, today))
    return Query(rule.metric.reads[0], days, rule.group_by, rule.where, days=zone)


FORECAST = Condition(
    "forecast",
    _history,
    judge,
    lambda _rule, terms: ((limit.severity, limit.text) for limit in terms.forecast),
    daily=True,
)
