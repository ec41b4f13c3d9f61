"""Judges series: `queries` says what to read, `judge` turns what was read into findings.

Theory of operation. Rules that share window, grouping and filter share one query. Its answer is sorted once per metric
from the largest value down, so a rule of plain limits looks only at series that reach its lowest limit and at series
that have an alert; a clear verdict on a series without an alert is nothing, and is not made.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from rules import ranking
from rules.condition import table
from rules.condition.case import Case, Condition, Judgement
from rules.condition.forecast import FORECAST
from rules.finding import Cause, Finding, Series, Verdict
from rules.labels import Label, Values
from rules.metric import NOTHING, Kind, Totals, Value
from rules.ranking import Ranking
from rules.rule import Rule
from rules.scope import Scope
from rules.series import Answer, Only, Query
from rules.terms import Limit, Terms
from rules.window import Span

QUIET = timedelta(days=28)
"""A series of a `below` rule exists while it has records in this long."""

AlertKey = tuple[Series, datetime | None]
"""An alert's series, and its period's start where the episode is a period."""


@dataclass(frozen=True, slots=True)
class Known:
    """What else a verdict hangs on at `at`.

    `stale`: sources without a fresh complete poll. `begins`: what the ledger reaches back to. `gauges`: billing figures
    by metric and source. `sources`: all that there are, None where that does not matter. `alerts`: the alerts that
    series have, so that a clear verdict on them counts. `firing`: those that fire, each with the limits it fires by.
    """

    at: datetime
    stale: frozenset[str] = frozenset()
    begins: datetime | None = None
    gauges: Mapping[tuple[str, str], Value] = field(default_factory=dict)
    sources: frozenset[str] | None = None
    alerts: frozenset[AlertKey] = frozenset()
    firing: Mapping[AlertKey, tuple[Limit, ...]] = field(default_factory=dict)


def queries(scopes: Iterable[Scope], at: datetime) -> dict[Query, Only]:
    """Every query that judging `scopes` needs, and for which label values."""
    wanted: dict[Query, Only] = {}
    asked: set[tuple[object, ...]] = set()
    for scope in scopes:
        if table.is_plain(scope.rule):
            alike = (scope.rule.question, scope.rule.below, scope.span, scope.only)
            if alike in asked:
                continue
            asked.add(alike)
        for query, only in _reads(scope, at):
            wanted[query] = either(wanted[query], only) if query in wanted else only
    return wanted


def either(one: Only, other: Only) -> Only:
    """What is in one of two wishes; rules that share a grouping mostly have the same one."""
    if one is None or other is None:
        return None
    return one if one is other else one | other


def _reads(scope: Scope, at: datetime) -> Iterator[tuple[Query, Only]]:
    rule = scope.rule
    for query in _existing(scope, at):
        yield query, scope.only
    for condition in _conditions(scope):
        history = condition.history(rule, scope.span, at)
        if history is not None:
            yield history, _only(scope, condition)


def _existing(scope: Scope, at: datetime) -> list[Query]:
    """What tells which series there are: those with records in the span, or for `below` lately."""
    rule = scope.rule
    spans = [scope.span, Span(at - QUIET, at)] if rule.below else [scope.span]
    return [
        Query(reads, span, rule.group_by, rule.where)
        for reads in ranking.sums(rule.metric)
        for span in spans
    ]


def _conditions(scope: Scope) -> list[Condition]:
    """Those that anything of the scope is judged by."""
    return [
        condition for condition in table.of(scope.rule) if _only(scope, condition) != frozenset()
    ]


def _only(scope: Scope, condition: Condition) -> Only:
    return scope.daily if condition.daily and scope.daily is not None else scope.only


class Judge:
    """Judges scopes from one set of answers; shares the sorting of an answer among the rules that read it."""

    def __init__(self, answers: Mapping[Query, Answer], known: Known) -> None:
        self._answers = answers
        self._known = known
        self._ranking = Ranking(answers)
        self._alerts: dict[tuple[str, str, str, datetime | None], list[Values]] = {}
        for series, start in known.alerts:
            key = (series.rule, series.meaning, series.condition, start)
            self._alerts.setdefault(key, []).append(series.values)

    def findings(self, scope: Scope) -> list[Finding]:
        """Findings on the scope's series: all that hold, and all that have an alert."""
        return [
            finding
            for condition in _conditions(scope)
            for finding in self._condition(scope, condition)
        ]

    def _condition(self, scope: Scope, condition: Condition) -> Iterator[Finding]:
        rule = scope.rule
        start = scope.span.start if rule.by_period else None
        candidates = self._candidates(scope, condition, start)
        if not candidates:
            return
        days = self._days(scope, condition, frozenset(candidates))
        for values in candidates:
            series = Series(rule.name, condition.name, rule.meaning, rule.group_by, values)
            has_alert = (series, start) in self._known.alerts
            case = self._case(scope, series, days.get(values, {}))
            if case.terms.skip:
                judgement = Judgement(Verdict.CLEAR, case.value)
            else:
                judgement = self._qualified(scope, values, condition.judge(case))
            if judgement.verdict is Verdict.HOLDS or has_alert:
                yield _finding(scope, series, case, judgement)

    def _case(self, scope: Scope, series: Series, days: Mapping[date, Value]) -> Case:
        rule, values = scope.rule, series.values
        terms = rule.terms(values)
        totals = self._ranking.totals(rule.question, scope.span).get(values, NOTHING)
        start = scope.span.start if rule.by_period else None
        return Case(
            rule=rule,
            terms=terms,
            values=values,
            span=scope.span,
            at=self._known.at,
            totals=totals,
            value=self._value(rule, values, totals),
            days=days,
            # In a period that is over nothing flaps any more, so `recover` has no say.
            firing=not scope.closed and self._fires(rule, terms, (series, start)),
        )

    def _fires(self, rule: Rule, terms: Terms, key: AlertKey) -> bool:
        """Whether an alert fires by a limit in force: from one that was raised out of reach nothing has to recover."""
        in_force = table.in_force(key[0].condition, rule, terms)
        return any(
            (limit.severity, limit.text) in in_force for limit in self._known.firing.get(key, ())
        )

    def _candidates(
        self, scope: Scope, condition: Condition, start: datetime | None
    ) -> list[Values]:
        rule = scope.rule
        key = (rule.name, rule.meaning, condition.name, start)
        alerted = self._alerts.get(key, []) if self._alerts else []
        if rule.metric.kind is Kind.GAUGE:
            found = self._gauged(rule)
        elif rule.below:
            found = [
                values
                for query in _existing(scope, self._known.at)
                for values in self._answers[query]
            ]
        else:
            found = self._reaching(scope, condition)
        if not found and not alerted:
            return []
        only = _only(scope, condition)
        return [
            values for values in dict.fromkeys([*found, *alerted]) if only is None or values in only
        ]

    def _gauged(self, rule: Rule) -> list[Values]:
        sources = [source for name, source in self._known.gauges if name == rule.metric.name]
        return [(source,) for source in sources if rule.where.matches({Label.SOURCE: source})]

    def _reaching(self, scope: Scope, condition: Condition) -> list[Values]:
        """Series from the largest value down to the lowest that the condition could hold at."""
        lowest, found = condition.lowest(scope.rule), []
        for size, values in self._ranking.ranked(scope.rule.question, scope.span):
            if lowest is not None and size < lowest:
                break
            found.append(values)
        return found

    def _days(
        self, scope: Scope, condition: Condition, wanted: frozenset[Values]
    ) -> Mapping[Values, Mapping[date, Value]]:
        query = condition.history(scope.rule, scope.span, self._known.at) if wanted else None
        found: dict[Values, dict[date, Value]] = {}
        for keyed, totals in (self._answers[query] if query is not None else {}).items():
            if keyed[:-1] not in wanted:
                continue
            value = scope.rule.metric.value(totals)
            if value is not None:
                found.setdefault(keyed[:-1], {})[date.fromisoformat(keyed[-1])] = value
        return found

    def _value(self, rule: Rule, values: Values, totals: Totals) -> Value | None:
        if rule.metric.kind is Kind.GAUGE:
            return self._known.gauges.get(
                (rule.metric.name, values[rule.group_by.index(Label.SOURCE)])
            )
        return rule.metric.value(totals)

    def _qualified(self, scope: Scope, values: Values, judgement: Judgement) -> Judgement:
        """What the age of the data leaves of a judgement: a sum is a lower bound, so only what that can prove stands."""
        if scope.rule.metric.kind is Kind.GAUGE:
            return self._measurable(scope.rule, values, judgement)
        begins = scope.span.start - scope.rule.metric.before
        if self._known.begins is not None and begins < self._known.begins:
            return replace(judgement, verdict=Verdict.UNKNOWN, severity=None, cause=Cause.YOUNG)
        proven = Verdict.CLEAR if scope.rule.below else Verdict.HOLDS
        if judgement.verdict is not proven and self._is_stale(scope.rule, values):
            return replace(judgement, verdict=Verdict.UNKNOWN, severity=None, cause=Cause.STALE)
        return judgement

    def _measurable(self, rule: Rule, values: Values, judgement: Judgement) -> Judgement:
        """A gauge that is not to be had says nothing; one of a source that is no more has nothing left to say."""
        source, sources = values[rule.group_by.index(Label.SOURCE)], self._known.sources
        if sources is not None and source not in sources:
            return replace(judgement, verdict=Verdict.UNKNOWN, severity=None, cause=Cause.GONE)
        if judgement.value is None:
            return replace(judgement, verdict=Verdict.UNKNOWN, severity=None, cause=Cause.MISSING)
        return judgement

    def _is_stale(self, rule: Rule, values: Values) -> bool:
        if Label.SOURCE in rule.group_by:
            return values[rule.group_by.index(Label.SOURCE)] in self._known.stale
        pattern = rule.where.pattern(Label.SOURCE)
        return any(pattern is None or pattern.matches(source) for source in self._known.stale)


def _finding(scope: Scope, series: Series, case: Case, judgement: Judgement) -> Finding:
    return Finding(
        series=series,
        span=scope.span,
        closed=scope.closed,
        verdict=judgement.verdict,
        severity=judgement.severity,
        value=judgement.value,
        limit=judgement.limit,
        totals=case.totals,
        cause=judgement.cause,
        in_force=table.in_force(series.condition, scope.rule, case.terms),
        expected=series.condition == FORECAST.name,
        came_true=judgement.came_true,
    )
