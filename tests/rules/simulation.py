"""A small world: usage that comes late, is corrected and goes, and ticks that judge it, all in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from rules import evaluate, lifecycle, scope, tick, window
from rules.alert import Alert, State, Transition
from rules.change import Change
from rules.record import Record
from rules.rule import Rule
from rules.scope import LATE, Judged, News, Scope
from rules.series import Answer, Query, Sums
from rules.tick import Circumstances, Tick
from rules.window import Period, Rolling, Span
from tests.rules import making

_LASTING = (State.CORRECTED, State.CLOSED)


@dataclass
class World:
    """What the store and the tick know between them; alerts are kept by id."""

    rules: list[Rule]
    ledger: dict[str, Record] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    judged: dict[str, Judged] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    stale: frozenset[str] = frozenset()

    def book(self, record: Record) -> None:
        """Adds or corrects a record; who loses it and who gets it changed."""
        self.drop(record.key)
        self.ledger[record.key] = record
        self.changes.append(making.change(record))

    def drop(self, key: str) -> None:
        if key in self.ledger:
            self.changes.append(making.change(self.ledger.pop(key)))

    def tick(self, now: Circumstances) -> list[Transition]:
        """Judges what may have changed since the last tick."""
        news = News(
            changes=self.changes,
            crossing=self._crossing(now.at),
            due=self._due(now),
            begins=now.begins,
            aged=now.stale != self.stale,
            expecting=[each for each in self._open() if each.series.condition == "forecast"],
        )
        scopes = tick.plan(self.rules, self.judged, news, now.at)
        found = self._turn(scopes, now)
        found += tick.removals(self.rules, self._open(), now.at)
        for transition in found:
            self._keep(transition)
        self.judged = {
            rule.name: scope.remember(rule, self.judged.get(rule.name), now.at)
            for rule in self.rules
        }
        self.changes, self.stale = [], now.stale
        return found

    def unseen(self, now: Circumstances, *, closed: bool) -> list[Transition]:
        """What judging everything finds that the last tick did not; with `closed` also in periods that are over."""
        scopes = [Scope(rule, self._span(rule, now.at), None) for rule in self.rules] + [
            Scope(rule, span, None, closed=True)
            for rule in self.rules
            for span in self._over(rule, now.at)
            if closed
        ]
        return self._turn(scopes, now)

    def _turn(self, scopes: list[Scope], now: Circumstances) -> list[Transition]:
        sums = Sums(self.ledger.values())
        answers = {
            query: _narrowed(sums.answer(query), query, only)
            for query, only in evaluate.queries(scopes, now.at).items()
        }
        turn = Tick(now, answers, self._living(now.at))
        return [step for part in scopes for step in turn.transitions(part)]

    def _keep(self, transition: Transition) -> None:
        if transition.after is not None:
            self.alerts[transition.after.id] = transition.after
        elif transition.before is not None:
            del self.alerts[transition.before.id]

    def _open(self) -> list[Alert]:
        return [alert for alert in self.alerts.values() if alert.open]

    def _living(self, at: datetime) -> list[Alert]:
        """Alerts that a finding may still change."""
        return self._open() + [
            alert
            for alert in self.alerts.values()
            if alert.by_period and alert.state in _LASTING and alert.span.end > at - LATE
        ]

    def _due(self, now: Circumstances) -> list[Alert]:
        if now.stale != self.stale:
            return self._living(now.at)
        rules = {rule.name: rule for rule in self.rules}
        due = []
        for alert in self._open():
            rule = rules.get(alert.series.rule)
            if rule is not None:
                when = lifecycle.due(alert, lifecycle.timing(rule, alert.span.length))
                due += [alert] if when is not None and when <= now.at else []
        return due

    def _crossing(self, at: datetime) -> dict[Rolling, list[Change]]:
        found: dict[Rolling, list[Change]] = {}
        for rule in self.rules:
            if isinstance(rule.window, Rolling) and rule.name in self.judged:
                then, length = self.judged[rule.name].at, rule.window.length
                edges = (Span(then - length, at - length), Span(then, at))
                found[rule.window] = [
                    making.change(record)
                    for record in self.ledger.values()
                    if any(record.at in edge for edge in edges)
                ]
        return found

    def _span(self, rule: Rule, at: datetime) -> Span:
        return Span(at, at) if rule.window is None else window.span_at(rule.window, at)

    def _over(self, rule: Rule, at: datetime) -> Iterable[Span]:
        """The periods of the last week in which the rule was judged."""
        if not rule.by_period or not isinstance(rule.window, Period):
            return
        span, since = self._span(rule, at), self.judged[rule.name].since
        while (span := window.before(rule.window, span)).end > max(at - LATE, since):
            yield span


def _narrowed(answer: Answer, query: Query, only: frozenset[tuple[str, ...]] | None) -> Answer:
    """No more than was asked for, so that nothing is judged by figures that were not read."""
    width = len(query.group_by)
    return {
        values: totals
        for values, totals in answer.items()
        if only is None or values[:width] in only
    }
