"""Which series must be judged now: those that something may have changed, and everyone at a period's edge.

Theory of operation. A verdict depends on the records in a span, on the rule's terms and on timers. So a series is judged
when records of it changed, when its rolling window lost or gained one, when a timer of its alert is due, and all series
of a rule when the rule is new, its terms changed, its period turned, or the days before that it is held against are
others. Judging more than that changes nothing, and a property test holds that judging only this equals judging all.

A forecast costs far more than a sum, and hangs on whole earlier days: `daily` is who is judged by it. Its limit may come
true inside a day, so a series that fires on one is judged by it whenever it changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from rules import window
from rules.alert import Alert
from rules.change import Change
from rules.condition import table
from rules.condition.case import Condition
from rules.labels import Label, Selector, Values
from rules.metric import Kind
from rules.rule import Rule
from rules.series import BEGINNING, Only
from rules.window import Period, Rolling, Span, Window

_TICK = timedelta(microseconds=1)

LATE = timedelta(days=7)
"""How long after its end a period is judged again when its sums change."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is remembered of a rule: what it meant and asked when it was last judged, and since when it is judged.

    Its `terms` are empty where it has to be judged anew: it failed, or history came that was not there before.
    """

    meaning: str
    terms: str
    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What happened since the rules were last judged.

    `changes` are label sets whose records changed, `crossing` those whose records left or entered a rolling window, and
    `due` alerts that time alone may change. `begins` is what the ledger reaches back to; `aged` says that other sources
    are stale than were, which is why every alert that may still change is due too. `expecting` are alerts that fire on a
    forecast.
    """

    changes: Sequence[Change] = ()
    crossing: Mapping[Rolling, Sequence[Change]] = field(default_factory=dict)
    due: Sequence[Alert] = ()
    begins: datetime | None = None
    aged: bool = False
    expecting: Sequence[Alert] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Series of one rule that are judged over one span; `only` None is all of them.

    `daily` are those of them that are judged by conditions which hang on earlier days; None is all of them. `closed`:
    the span is a period that has ended. `first`: the rule is judged for the first time.
    """

    rule: Rule
    span: Span
    only: Only
    daily: Only = None
    closed: bool = False
    first: bool = False

    def of(self, rule: Rule) -> "Scope":
        """The same of another rule."""
        return Scope(rule, self.span, self.only, self.daily, self.closed, self.first)


def remember(rule: Rule, judged: Judged | None, at: datetime) -> Judged:
    """What to keep of a rule that was judged at `at`."""
    known = judged is not None and judged.meaning == rule.meaning
    return Judged(rule.meaning, rule.digest, judged.since if judged and known else at, at)


class Planner:
    """Plans one evaluation; shares what rules with the same grouping or window have in common."""

    def __init__(self, news: News, at: datetime) -> None:
        self._news = news
        self._at = at
        self._oldest = min((change.first for change in news.changes), default=at)
        self._found: dict[tuple[object, ...], Only] = {}
        self._plans: dict[tuple[object, ...], list[Scope]] = {}
        self._spans: dict[Window, Span] = {}
        self._due: dict[str, set[Values]] = {}
        self._over: dict[str, dict[Span, set[Values]]] = {}
        self._expecting: dict[str, set[Values]] = {}
        for alert in news.expecting:
            self._expecting.setdefault(alert.series.rule, set()).add(alert.series.values)
        for alert in news.due:
            rule, values = alert.series.rule, alert.series.values
            if alert.by_period and alert.span.end <= at:
                self._over.setdefault(rule, {}).setdefault(alert.span, set()).add(values)
            else:
                self._due.setdefault(rule, set()).add(values)

    def scopes(self, rule: Rule, judged: Judged | None) -> list[Scope]:
        """What of `rule` is judged now."""
        if judged is None or judged.meaning != rule.meaning:
            return [Scope(rule, self.span(rule), None, first=True)]
        if not self._is_like_others(rule, judged):
            return self._planned(rule, judged)
        key = (rule.question, rule.below, judged.since, judged.at)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._planned(rule, judged)
        return [part.of(rule) for part in plan]

    def _is_like_others(self, rule: Rule, judged: Judged) -> bool:
        """Whether nothing but its question tells what is judged of it, so that a plan serves all who ask the same."""
        return (
            judged.terms == rule.digest
            and rule.name not in self._due
            and rule.name not in self._over
            and table.is_plain(rule)
        )

    def _planned(self, rule: Rule, judged: Judged) -> list[Scope]:
        closed, conditions = self._closed(rule, judged), table.of(rule)
        if self._turned(rule, judged, conditions):
            return [*closed, Scope(rule, self.span(rule), None)]
        due, dirty = self._due.get(rule.name, set()), self._dirty(rule)
        if dirty is None:
            return [*closed, Scope(rule, self.span(rule), None)]
        if not dirty and not due:
            return closed
        daily = None
        if isinstance(rule.window, Period) and any(each.daily for each in conditions):
            expecting = self._expecting.get(rule.name, set()) & dirty
            daily = self._earlier_days(rule, rule.window.zone, due | expecting)
        return [*closed, Scope(rule, self.span(rule), _with(dirty, due), daily)]

    def span(self, rule: Rule) -> Span:
        """The span that `rule` looks at now; a gauge looks at this moment."""
        if rule.window is None:
            return Span(self._at, self._at)
        if rule.window not in self._spans:
            self._spans[rule.window] = window.span_at(rule.window, self._at)
        return self._spans[rule.window]

    def _turned(self, rule: Rule, judged: Judged, conditions: Iterable[Condition]) -> bool:
        """Whether something changed that every series of the rule may hang on."""
        if rule.metric.kind is Kind.GAUGE or judged.terms != rule.digest or self._at < judged.at:
            return True
        if rule.window is None or (self._news.aged and rule.below):
            return True
        now = then = self.span(rule)
        if isinstance(rule.window, Rolling):
            then = Span(judged.at - rule.window.length, judged.at)
        elif judged.at not in now:
            return True
        if rule.baseline and _last_day(rule, then) != _last_day(rule, now):
            return True
        begins, before = self._news.begins, rule.metric.before
        if begins is not None and then.start - before < begins <= now.start - before:
            return True
        return any(
            condition.history(rule, then, judged.at) != condition.history(rule, now, self._at)
            for condition in conditions
        )

    def _dirty(self, rule: Rule) -> Only:
        if not isinstance(rule.window, Rolling):
            return self._touched(("now",), rule, self._news.changes)
        crossing = self._news.crossing.get(rule.window, ())
        return self._touched(("now", rule.window), rule, chain(self._news.changes, crossing))

    def _earlier_days(self, rule: Rule, zone: ZoneInfo, due: set[Values]) -> Only:
        """Series with a timer that is due, or of which records changed in the days before today."""
        today = window.day_start(zone, window.local_date(zone, self._at))
        earlier = (change for change in self._news.changes if change.first < today)
        touched_ = self._touched(("earlier", today), rule, earlier)
        return None if touched_ is None else touched_ | due

    def _touched(self, kind: tuple[object, ...], rule: Rule, changes: Iterable[Change]) -> Only:
        key = (*kind, rule.group_by, rule.where)
        if key not in self._found:
            self._found[key] = touched(rule.group_by, rule.where, changes)
        return self._found[key]

    def _closed(self, rule: Rule, judged: Judged) -> list[Scope]:
        """Periods that have ended and whose sums changed, and those whose alerts have yet to be ended."""
        if not rule.by_period or not isinstance(rule.window, Period):
            return []
        over = self._over.get(rule.name, {})
        found: list[Scope] = []
        for span in sorted(
            {*over, *self._earlier(rule, rule.window, judged)}, key=lambda each: each.start
        ):
            since = BEGINNING if rule.metric.before else span.start
            inside = (
                change
                for change in self._news.changes
                if change.first < span.end and change.last >= since
            )
            only = self._touched(("closed", rule.window, span, since), rule, inside)
            if span.start > judged.at or not judged.terms:
                # It came and went since, or was missed: what changed in it is no change any more.
                only = None
            only = None if only is None else _with(only, over.get(span, set()))
            if only != frozenset():
                found.append(Scope(rule, span, only, closed=True))
        return found

    def _earlier(self, rule: Rule, period: Period, judged: Judged) -> list[Span]:
        """Periods that ended in the last week, after the rule was first judged, and that are news or may have changed."""
        changed = min(self._oldest, judged.at) if judged.terms else judged.since
        oldest = max(changed, self._at - LATE, judged.since)
        span, found = self.span(rule), []
        while span.start > oldest:
            span = window.before(period, span)
            found.append(span)
        return found


def _with(some: frozenset[Values], more: set[Values]) -> frozenset[Values]:
    """Both; mostly there is nothing more, and rules go on sharing what they have."""
    return some | more if more else some


def _last_day(rule: Rule, span: Span) -> date:
    """A baseline looks at the weekdays of both ends of a span."""
    return window.local_date(rule.zone, span.end - _TICK)


def touched(group_by: Sequence[Label], where: Selector, changes: Iterable[Change]) -> Only:
    """The label values that changes concern; None (all) where a rule groups by what a change does not keep."""
    split = any(label in (Label.TOOL, Label.AGENT) for label in group_by)
    names = [label for label, _ in where.patterns if label not in (Label.TOOL, Label.AGENT)]
    found: set[Values] = set()
    for change in changes:
        if where.matches({label: change.label(label) for label in names}):
            if split:
                return None
            found.add(tuple(change.label(label) for label in group_by))
    return frozenset(found)
