"""One evaluation: what is planned, judged and advanced, from data alone; the live run and replay both turn on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rules import lifecycle
from rules.alert import Alert, State, Transition
from rules.condition import table
from rules.evaluate import AlertKey, Judge, Known
from rules.finding import Finding
from rules.metric import Value
from rules.rule import Rule
from rules.scope import Judged, News, Planner, Scope
from rules.series import Answer, Query
from rules.terms import Limit


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a tick at `at` knows beside sums: stale sources, how far the ledger reaches back, billing gauges, all sources."""

    at: datetime
    stale: frozenset[str] = frozenset()
    begins: datetime | None = None
    gauges: Mapping[tuple[str, str], Value] = field(default_factory=dict)
    sources: frozenset[str] | None = None


def plan(
    rules: Iterable[Rule], judged: Mapping[str, Judged], news: News, at: datetime
) -> list[Scope]:
    """Everything that is judged at `at`."""
    planner = Planner(news, at)
    return [scope for rule in rules for scope in planner.scopes(rule, judged.get(rule.name))]


class Tick:
    """Turns what was read for the scopes of one moment into transitions of alerts."""

    def __init__(
        self, circumstances: Circumstances, answers: Mapping[Query, Answer], alerts: Iterable[Alert]
    ) -> None:
        self._at = circumstances.at
        self._alerts: dict[AlertKey, Alert] = {key(alert): alert for alert in alerts}
        known = Known(
            at=circumstances.at,
            stale=circumstances.stale,
            begins=circumstances.begins,
            gauges=circumstances.gauges,
            sources=circumstances.sources,
            alerts=frozenset(self._alerts),
            firing={
                found: _fires_by(alert)
                for found, alert in self._alerts.items()
                if alert.state is State.FIRING
            },
        )
        self._judge = Judge(answers, known)

    def transitions(self, scope: Scope) -> list[Transition]:
        """The steps of the scope's alerts, those that have none yet included."""
        steps = (self._advance(scope, finding) for finding in self._judge.findings(scope))
        return [step for step in steps if step is not None]

    def _advance(self, scope: Scope, finding: Finding) -> Transition | None:
        times = lifecycle.timing(scope.rule, scope.span.length)
        start = finding.span.start if scope.rule.by_period else None
        return lifecycle.advance(
            self._alerts.get((finding.series, start)), finding, times, self._at
        )


def _fires_by(alert: Alert) -> tuple[Limit, ...]:
    """The limit of the peak, and the one that was found to hold last."""
    return (alert.peak_limit,) if alert.severity is None else (alert.peak_limit, alert.limit)


def key(alert: Alert) -> AlertKey:
    """What identifies an alert that may still change."""
    return alert.series, alert.span.start if alert.by_period else None


def removals(rules: Sequence[Rule], alerts: Iterable[Alert], at: datetime) -> list[Transition]:
    """Ends the open alerts whose rule is gone, or means something else now."""
    meanings = {
        rule.name: (rule.meaning, {condition.name for condition in table.of(rule)})
        for rule in rules
    }
    ended = []
    for alert in alerts:
        meaning, conditions = meanings.get(alert.series.rule, (None, set()))
        if meaning is None:
            ended.append(lifecycle.remove(alert, at, "its rule was removed"))
        elif meaning != alert.series.meaning or alert.series.condition not in conditions:
            ended.append(lifecycle.remove(alert, at, "its rule was changed"))
    return ended
