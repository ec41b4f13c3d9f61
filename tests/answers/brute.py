"""Judging every series of every rule at every moment of the bot: what replay, which visits few, must come to."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.answers.replay import Replayed, Terms
from bot.notify.holding import Holding
from bot.notify.quiet import Quiet
from bot.notify.silence import Silence
from bot.store import acks, alerts, history, silences
from bot.store.connection import Connection
from rules import evaluate, scope, tick, window
from rules.alert import Alert, Reason, State, Transition
from rules.evaluate import AlertKey
from rules.labels import Values
from rules.record import Record
from rules.rule import Rule
from rules.scope import Scope
from rules.series import BEGINNING, Sums
from rules.terms import Severity
from rules.tick import Circumstances, Tick
from rules.window import Period, Span

_DAY = timedelta(days=1)

Line = tuple[datetime, str, dict[str, str], Reason, str, Span]
Taken = tuple[datetime, AlertKey, Severity | None]


def lines(found: Replayed) -> list[Line]:
    return _sorted(
        (
            said.at,
            said.rule.name,
            said.labels,
            said.reason,
            f"{said.severity} {said.value} {said.limit.text}",
            said.period,
        )
        for said in found.said
    )


def _sorted(lines: Iterator[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line[0], line[1], str(line[2:])))


class Brute:
    """Judges every series of every rule at every moment, and keeps every alert.

    Only of periods that are over it judges no more than series whose own records changed, or whose alert is open.
    """

    def __init__(self, rules: Sequence[Rule], start: datetime, since: datetime) -> None:
        self.rules = rules
        self.start = start
        self.since = since
        self.quiet: Quiet | None = None
        self.silences: Sequence[Silence] = ()
        self.taken: list[Taken] = []
        self.alerts: dict[str, tuple[Alert, Rule]] = {}
        self.told: dict[str, tuple[Severity, datetime]] = {}
        self.owed: dict[str, tuple[bool, bool]] = {}
        self.known: set[Record] = set()
        self.changed: set[Record] = set()

    def judge(self, at: datetime, records: Sequence[Record]) -> Iterator[Line]:
        early = self.take([each for each in self.taken if each[0] <= at])
        self.taken = [each for each in self.taken if each[0] > at]
        self.changed, self.known = self.known ^ set(records), set(records)
        scopes = [part for rule in self.rules for part in self.scopes(rule, at)]
        sums = Sums(records)
        answers = {query: sums.answer(query) for query in evaluate.queries(scopes, at)}
        live = [alert for alert, _ in self.alerts.values() if self.is_live(alert, at)]
        turn, before = Tick(Circumstances(at), answers, live), {*self.owed}
        for part in scopes:
            for transition in turn.transitions(part):
                yield from self.step(transition, part.rule, at)
                before -= {alert.id for alert in (transition.after,) if alert}
        for alert, rule in [self.alerts[id_] for id_ in before]:
            yield from self.look(Transition(alert, alert), alert, rule, at)
        self.take(early)

    def take(self, taken: Sequence[Taken]) -> list[Taken]:
        """Those that could not be are given back."""
        return [each for each in taken if not self.takes(each)]

    def takes(self, taken: Taken) -> bool:
        _, key, peak = taken
        for id_, (alert, rule) in self.alerts.items():
            fits = alert.acked is not None if peak is None else alert.peak is peak
            if tick.key(alert) == key and alert.state is not State.RESOLVED and fits:
                self.alerts[id_] = replace(alert, acked=peak), rule
                return True
        return False

    def scopes(self, rule: Rule, at: datetime) -> Iterator[Scope]:
        assert rule.window is not None
        span = window.span_at(rule.window, at)
        yield Scope(rule, span, None)
        while rule.by_period and isinstance(rule.window, Period):
            span = window.before(rule.window, span)
            if span.end <= max(self.start, at - scope.LATE):
                return
            yield Scope(rule, span, self.concerned(rule, span), closed=True)

    def concerned(self, rule: Rule, span: Span) -> frozenset[Values]:
        since = BEGINNING if rule.metric.before else span.start
        of_records = (record for record in self.changed if since <= record.at < span.end)
        of_alerts = (
            alert.series for alert, _ in self.alerts.values() if alert.open and alert.span == span
        )
        return frozenset(
            [
                *(tuple(record.label(label) for label in rule.group_by) for record in of_records),
                *(series.values for series in of_alerts if series.rule == rule.name),
            ]
        )

    def is_live(self, alert: Alert, at: datetime) -> bool:
        again = alert.state in (State.CORRECTED, State.CLOSED)
        return alert.open or (again and alert.span.end > at - scope.LATE)

    def step(self, transition: Transition, rule: Rule, at: datetime) -> Iterator[Line]:
        alert = transition.after
        if alert is None:
            assert transition.before is not None
            del self.alerts[transition.before.id]
            return
        self.alerts[alert.id] = alert, rule
        before, known = transition.before, self.told.get(alert.id)
        if before is not None and known is not None and alert.peak < before.peak:
            self.told[alert.id] = min(known[0], alert.peak), known[1]
        yield from self.look(transition, alert, rule, at)

    def look(
        self, transition: Transition, alert: Alert, rule: Rule, at: datetime
    ) -> Iterator[Line]:
        """Says the news of an alert, or what is owed of it, or remembers that it is owed."""
        now, before, reason = self.holding(at), transition.before, transition.reason
        quietly, late = self.owed.pop(alert.id, (None, False))
        was_owed, late = quietly is not None, late or reason is Reason.LATE
        if alert.state is State.FIRING:
            quietly = not now.is_silenced(alert)
        owed = self.owing(alert, quietly=bool(quietly), late=late)
        if now.holds(alert):
            if before is not None and alert.repeats > before.repeats:
                self.alerts[alert.id] = replace(alert, repeats=before.repeats), rule
            if owed is not None:
                self.owed[alert.id] = bool(quietly), late
        elif was_owed and owed is not None:
            if owed is Reason.ESCALATED and alert.severity is not alert.peak:
                self.owed[alert.id] = bool(quietly), late
                yield from self.say(alert, rule, reason, at)
            else:
                self.alerts[alert.id] = replace(alert, repeats=0, spoken=at), rule
                yield from self.say(alert, rule, owed, at)
        elif alert.id in self.told or alert.state is State.FIRING or reason is Reason.LATE:
            first = alert.id not in self.told and alert.state is State.FIRING
            yield from self.say(alert, rule, Reason.FIRST if first else reason, at)

    def owing(self, alert: Alert, *, quietly: bool, late: bool) -> Reason | None:
        peak, since = self.told.get(alert.id, (None, None))
        known = peak if since == alert.since else None
        if known is not None and known >= alert.peak:
            return None
        if alert.state is State.CLOSED:
            return Reason.LATE if late else Reason.DELAYED if quietly else None
        again = Reason.FIRST if known is None else Reason.ESCALATED
        return again if alert.state is State.FIRING else None

    def holding(self, at: datetime) -> Holding:
        return Holding(at, self.silences, self.quiet) if at > self.since else Holding(at)

    def say(self, alert: Alert, rule: Rule, reason: Reason | None, at: datetime) -> Iterator[Line]:
        if reason is None:
            return
        self.told[alert.id] = alert.peak, alert.since
        assert rule.window is not None
        span = alert.span if alert.by_period else window.span_at(rule.window, at)
        text = f"{alert.severity or alert.peak} {alert.value} {alert.limit.text}"
        yield at, rule.name, alert.series.labels, reason, text, span


def replay(db: Connection, rules: Sequence[Rule], stretch: Span, terms: Terms) -> list[Line]:
    """What is said; a moment is also that of each poll which brought something, and the others count from the last one."""
    versions = list(history.versions(db, stretch.start - 365 * _DAY))
    at = stretch.start - max(rule.for_ for rule in rules)
    brute, known, found = Brute(rules, at, stretch.start), dict[str, Record](), list[Line]()
    brute.quiet, brute.silences = terms.quiet, silences.since(db, at, stretch.end)
    brute.taken = _taken(db)
    while at <= stretch.end:
        while versions and versions[0].known <= at:
            version = versions.pop(0)
            known.pop(version.key, None)
            if version.record is not None:
                known[version.key] = version.record
        found += brute.judge(at, list(known.values()))
        at += terms.every
        if versions and versions[0].polled:
            at = min(at, versions[0].known)
    return _sorted(line for line in found if line[0] > stretch.start)


def _taken(db: Connection) -> list[Taken]:
    """When which alert was taken on at which peak, or given back."""
    found = list[Taken]()
    for ack in acks.since(db, datetime(1970, 1, 1, tzinfo=UTC)):
        [alert] = alerts.by_id(db, [ack.alert])
        found.append((ack.at, tick.key(alert), ack.peak))
        if ack.undone is not None:
            found.append((ack.undone, tick.key(alert), None))
    return sorted(found, key=lambda each: each[0])
