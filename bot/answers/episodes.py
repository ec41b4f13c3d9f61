"""The alerts of a replay, in memory, as the store keeps those of the live bot."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count

from rules import lifecycle, scope, tick
from rules.alert import Alert, State, Transition
from rules.evaluate import AlertKey
from rules.labels import Values
from rules.rule import Rule
from rules.scope import Scope
from rules.terms import Severity

_OVER = (State.RESOLVED, State.REMOVED)
"""Episodes that nothing can change any more."""


class Episodes:
    """Every alert that a finding may still change, and when time alone may change it."""

    def __init__(self) -> None:
        self._alerts: dict[str, dict[Values, dict[AlertKey, Alert]]] = {}
        self._timers: list[tuple[datetime, int, Rule, AlertKey]] = []
        self._numbers = count()

    def current(self, scopes: Iterable[Scope], at: datetime) -> list[Alert]:
        """Those of the series in `scopes`: the open ones, and periods that ended lately enough to be judged again."""
        since = at - scope.LATE
        return [
            alert
            for part in scopes
            for alerts in self._of(part)
            for alert in alerts.values()
            if alert.open or alert.span.end > since
        ]

    def has(self, rule: Rule, values: Values, at: datetime) -> bool:
        """Whether a series has an alert that a finding on its present span may change."""
        alerts = self._alerts.get(rule.name, {}).get(values, {})
        return any(alert.open or alert.span.end > at for alert in alerts.values())

    def firing(self, rules: Iterable[Rule], condition: str) -> list[Alert]:
        """Those of `rules` that fire on a condition."""
        return [
            alert
            for rule in rules
            for alerts in self._alerts.get(rule.name, {}).values()
            for alert in alerts.values()
            if alert.series.condition == condition and alert.state is State.FIRING
        ]

    def put(self, transition: Transition, rule: Rule) -> None:
        """Keeps what an alert has become."""
        alert = transition.after
        if alert is None or alert.state in _OVER:
            if transition.before is not None:
                self._drop(transition.before)
            return
        self._keep(alert, rule)

    def find(self, key: AlertKey) -> Alert | None:
        """The alert that a finding may still change, if there is one."""
        series, _ = key
        return self._alerts.get(series.rule, {}).get(series.values, {}).get(key)

    def take(self, key: AlertKey, rule: Rule, peak: Severity | None) -> bool:
        """Has somebody take on an alert whose peak is `peak`, or with None give it back; False where there is none."""
        alert = self.find(key)
        if alert is None or (alert.acked is None if peak is None else alert.peak is not peak):
            return False
        self._keep(replace(alert, acked=peak), rule)
        return True

    def count_from(self, alert: Alert, rule: Rule) -> None:
        """Has the repeats of an alert count as `alert` says."""
        found = self.find(tick.key(alert))
        if found is not None:
            self._keep(replace(found, spoken=alert.spoken, repeats=alert.repeats), rule)

    def due(self, at: datetime) -> list[Alert]:
        """Those that time alone may change at `at`; each is given once."""
        found: dict[AlertKey, Alert] = {}
        while self._timers and self._timers[0][0] <= at:
            _, _, rule, key = heapq.heappop(self._timers)
            alert = self.find(key)
            if alert is not None and (due := _due(alert, rule)) is not None and due <= at:
                found[key] = alert
        return list(found.values())

    @property
    def next_timer(self) -> datetime | None:
        """When time alone may next change some alert, if nothing else does before."""
        return self._timers[0][0] if self._timers else None

    def _of(self, part: Scope) -> Iterator[dict[AlertKey, Alert]]:
        known = self._alerts.get(part.rule.name, {})
        if part.only is None:
            yield from known.values()
            return
        for values in part.only:
            if values in known:
                yield known[values]

    def _keep(self, alert: Alert, rule: Rule) -> None:
        key = tick.key(alert)
        self._alerts.setdefault(rule.name, {}).setdefault(alert.series.values, {})[key] = alert
        due = _due(alert, rule)
        if due is not None:
            heapq.heappush(self._timers, (due, next(self._numbers), rule, key))

    def _drop(self, alert: Alert) -> None:
        known = self._alerts.get(alert.series.rule, {}).get(alert.series.values, {})
        known.pop(tick.key(alert), None)


def _due(alert: Alert, rule: Rule) -> datetime | None:
    return lifecycle.due(alert, lifecycle.timing(rule, alert.span.length))
