"""Which rules something can come of: those of which a series was stirred that is at a limit, or has an alert.

Theory of operation. Judging is what costs. A series without an alert stays without one while its value reaches no limit,
whatever its records do; so the running totals are asked before anything is planned. Conditions that hang on earlier days
are judged once a day, and whenever records of earlier days change.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction

from bot.answers.episodes import Episodes
from bot.answers.running import Lane, Running
from rules import metric, window
from rules.condition import table
from rules.condition.thresholds import THRESHOLDS
from rules.labels import Values
from rules.metric import Totals
from rules.rule import Rule
from rules.series import Query
from rules.window import Period

_ALWAYS = datetime.max.replace(tzinfo=UTC)
_NEVER = datetime.min.replace(tzinfo=UTC)

_Size = int | float | Fraction


class Watch:
    """The series of one rule, over the span that it looks at."""

    def __init__(self, rule: Rule, known: Running, episodes: Episodes) -> None:
        self.rule = rule
        self._known = known
        self._episodes = episodes
        self._least, self._most = _limits(rule)
        self._lanes: Sequence[Lane] = ()
        self._earlier = _ALWAYS

    def turn(self, at: datetime) -> None:
        """Looks at the span at `at` from now on."""
        rule = self.rule
        if rule.window is None:
            return
        span = window.span_at(rule.window, at)
        queries = [Query(reads, span, rule.group_by, rule.where) for reads in rule.metric.reads]
        self._lanes = [self._known.lane(query) for query in queries]
        self._earlier = _earlier(rule, span.start, at)

    def stirs(self, oldest: datetime, at: datetime) -> bool:
        """Whether something can come of what happened; `oldest` is when the first record that changed was created."""
        if oldest < self._earlier:
            return True
        for lane in self._lanes:
            for values in lane.stirred:
                if self._is_near(values) or self._episodes.has(self.rule, values, at):
                    return True
        return False

    def _is_near(self, values: Values) -> bool:
        value = self.rule.metric.value(self._totals(values))
        return value is not None and self._least <= metric.size(value) <= self._most

    def _totals(self, values: Values) -> Totals:
        first, *others = [lane.fold.totals(values) for lane in self._lanes]
        for each in others:
            first = first.plus(each)
        return first


def _limits(rule: Rule) -> tuple[_Size, _Size]:
    """Between which sizes a condition may hold that is judged whenever records change."""
    conditions = [condition for condition in table.of(rule) if not condition.daily]
    if not conditions:
        return math.inf, -math.inf
    plain = all(condition is THRESHOLDS for condition in conditions)
    if plain and rule.below:
        limits = [limit for terms in rule.every_terms for limit in terms.thresholds]
        return -math.inf, max(metric.size(limit.value) for limit in limits)
    lowest = [condition.lowest(rule) for condition in conditions]
    if rule.below or None in lowest:
        return -math.inf, math.inf
    return min(each for each in lowest if each is not None), math.inf


def _earlier(rule: Rule, start: datetime, at: datetime) -> datetime:
    """Records created before this make a difference whatever the totals of the span are."""
    conditions = table.of(rule)
    if not isinstance(rule.window, Period):
        plain = all(condition is THRESHOLDS for condition in conditions)
        return _NEVER if plain else _ALWAYS
    if any(condition.daily for condition in conditions):
        zone = rule.window.zone
        return max(start, window.day_start(zone, window.local_date(zone, at)))
    return start
