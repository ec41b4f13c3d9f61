"""What the facts of messages are drawn from, and the facts of one alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answers import acted, evidence, pace
from bot.answers.evidence import Evidence
from bot.notify import agreement
from bot.notify.decision import ToldBy
from bot.notify.facts import AlertFacts, Pace, Stretch
from bot.notify.notification import Destination
from bot.store import agreements
from bot.store.connection import Connection
from bot.store.sources import SourceState
from rules import metric, recovery
from rules.alert import Alert, Reason, State, Transition
from rules.metric import Value
from rules.rule import Rule
from rules.window import Period


@dataclass(frozen=True, slots=True)
class Scene:
    """What facts are drawn from: the snapshot, what was told before, when the data is of, and what ails each (metric, source).

    A figure is final once the data is from `settle` after the end of its period. A `bare` scene reads no evidence.
    """

    db: Connection
    now: datetime
    zone: ZoneInfo
    told: ToldBy
    data_at: datetime | None
    troubles: Mapping[tuple[str, str], str]
    rules: Mapping[str, Rule]
    settle: timedelta = timedelta(0)
    bare: bool = False

    def facts(self, rule: Rule, to: Destination, told: Transition, found: Evidence) -> AlertFacts:
        """The facts of the alert that is told of; `found` is why it has its value, which a row of a table does not show."""
        alert = after(told)
        known = self.told.get((alert.id, str(to)))
        return AlertFacts(
            id=alert.id,
            rule=rule.name,
            summary=rule.summary,
            condition=alert.series.condition,
            metric=rule.metric.name,
            labels=alert.series.labels,
            state=alert.state,
            severity=alert.severity,
            peak=alert.peak,
            reason=told.reason or Reason.FIRST,
            value=alert.value,
            worst=alert.worst,
            limit=alert.limit.value,
            limit_text=alert.limit.text,
            limit_severity=alert.limit.severity,
            told=known.value if known else None,
            period=self.stretch(rule, alert),
            by_period=alert.by_period,
            since=alert.since,
            ended=alert.ended,
            note=alert.note or self._trouble(rule, alert),
            records=found.records,
            first=found.first,
            tasks=found.tasks,
            more_tasks=found.more,
            split=found.split,
            pace=None,
            data_at=self.data_at,
            runbook=rule.runbook,
            receiver=to.receiver,
            final=self._is_final(alert),
            acted=acted.of(self.db, self.rules.values(), alert, self.now),
            over_at=_over_at(rule, alert),
        )

    def _is_final(self, alert: Alert) -> bool:
        settled = alert.span.end + self.settle
        return alert.by_period and self.data_at is not None and self.data_at >= settled

    def stretch(self, rule: Rule, alert: Alert) -> Stretch:
        """The alert's span, in the zone that its rule counts in."""
        zone = rule.window.zone if isinstance(rule.window, Period) else self.zone
        return Stretch(str(rule.window or "now"), alert.span.start, alert.span.end, zone.key)

    def pace_of(self, rule: Rule, alert: Alert) -> Pace | None:
        if self.bare:
            return None
        values = alert.series.values
        return pace.of_series(self.db, rule, alert.span, {values: alert.limit.value}, self.now).get(
            values
        )

    def _trouble(self, rule: Rule, alert: Alert) -> str:
        """An alert on a source's health says what stands in the way."""
        return self.troubles.get((rule.metric.name, alert.series.labels.get("source", "")), "")

    def found(self, rule: Rule, alert: Alert) -> Evidence:
        if self.bare:
            return evidence.NONE
        return evidence.evidence(self.db, rule, alert.series.labels, alert.span)


def troubles(db: Connection, states: Mapping[str, SourceState]) -> dict[tuple[str, str], str]:
    """What ails the sources, by the metric that shows it."""
    found = {("data_age", name): state.last_error or "" for name, state in states.items()}
    for name, each in agreements.each(db, states).items():
        found["drift", name] = agreement.remedy(each, name)
    return found


def _over_at(rule: Rule, alert: Alert) -> Value | None:
    """The level that keeps an alert firing which was found to hold short of its limit."""
    reached = metric.reaches(alert.value, alert.limit.value, below=rule.below)
    if reached or alert.state is not State.FIRING or alert.severity is None:
        return None
    series = alert.series
    return recovery.level(rule, rule.terms(series.values), series.condition, alert.limit)


def after(told: Transition) -> Alert:
    """What is told of; ValueError for an alert that was dropped."""
    if told.after is None:
        raise ValueError("an alert that was dropped is not spoken of")
    return told.after
