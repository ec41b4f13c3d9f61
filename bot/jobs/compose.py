"""Puts decisions into facts: an alert with its evidence and pace, a table of alerts, what became of its members."""

import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answers import evidence, pace
from bot.answers.evidence import Evidence
from bot.notify.facts import AlertFacts, ChangesFacts, Pace, Stretch, TableFacts
from bot.notify.notification import AlertBody, Body, ChangesBody, Destination, TableBody, Via
from bot.notify.policy import Decision, Edit, Post, Step, ToldBy
from bot.store import alerts, messages
from bot.store.connection import Connection
from rules import metric
from rules.alert import Alert, Reason, Transition
from rules.labels import Label
from rules.metric import Kind, Value
from rules.rule import Rule
from rules.window import Period

_ROWS = 10
_SUMMED = (Kind.SUM, Kind.MAX)


@dataclass(frozen=True, slots=True)
class Scene:
    """What facts are drawn from: the snapshot, what was told before, when the data is of, and what ails the sources.

    A figure is final once the data is from `settle` after the end of its period. A `bare` scene reads no evidence.
    """

    db: Connection
    now: datetime
    zone: ZoneInfo
    told: ToldBy
    data_at: datetime | None
    troubles: Mapping[str, str]
    rules: Mapping[str, Rule]
    settle: timedelta = timedelta(0)
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision with what its message is to say, and what a reply says where there is one."""

    decision: Decision
    message: Body
    reply: Body | None


def draft(scene: Scene, decision: Decision) -> Draft:
    """What one decision says."""
    rule = decision.rule
    if rule is None:
        return _of_removed(scene, decision)
    if not decision.table:
        body = _single(scene, rule, decision)
        return Draft(decision, body, None if isinstance(decision, Post) else body)
    if isinstance(decision, Post):
        return Draft(decision, _table(scene, rule, decision, decision.steps), None)
    return Draft(
        decision,
        _table(scene, rule, decision, _members(scene, decision)),
        _changes(scene, rule, decision),
    )


def _single(scene: Scene, rule: Rule, decision: Decision) -> Body:
    step = decision.steps[0]
    alert = _after(step)
    facts = _facts(scene, rule, decision.destination, step, _found(scene, rule, alert))
    if isinstance(decision, Edit):
        facts = replace(facts, reason=_last_reason(scene, decision))
    return AlertBody(replace(facts, pace=_pace(scene, rule, alert)))


def _last_reason(scene: Scene, edit: Edit) -> Reason:
    """Why the message was last spoken of; a silent change is no other reason."""
    said = _said(scene, edit.message)
    return said.alert.reason if isinstance(said, AlertBody) else Reason.FIRST


def _said(scene: Scene, message: str) -> Body | None:
    """What a message says; None for what cannot be read, which is written anew."""
    try:
        return messages.body(scene.db, message)
    except ValueError:
        return None


def _changes(scene: Scene, rule: Rule, decision: Decision) -> Body:
    ranked = _worst_first(decision.steps)
    rows = _rows(scene, rule, decision, ranked)
    return ChangesBody(ChangesFacts(rule.name, rows, len(decision.steps)))


def _rows(
    scene: Scene, rule: Rule, decision: Decision, ranked: Sequence[Step]
) -> tuple[AlertFacts, ...]:
    """The worst members; a program gets them all. A task is shown with its title, so a row of one has its evidence."""
    place = decision.destination
    if place.via is Via.WEBHOOK:
        return tuple(_facts(scene, step.rule or rule, place, step) for step in ranked)
    return tuple(_row(scene, step.rule or rule, place, step) for step in ranked[:_ROWS])


def _row(scene: Scene, rule: Rule, place: Destination, step: Step) -> AlertFacts:
    is_task = Label.TASK in rule.group_by
    found = _found(scene, rule, _after(step)) if is_task else evidence.NONE
    return _facts(scene, rule, place, step, found)


def _found(scene: Scene, rule: Rule, alert: Alert) -> Evidence:
    if scene.bare:
        return evidence.NONE
    return evidence.evidence(scene.db, rule, alert.series.labels, alert.span)


def _members(scene: Scene, decision: Decision) -> list[Step]:
    """All alerts of a table, those that have just changed as they are now."""
    changed = {_after(step).id: step for step in decision.changed}
    kept = alerts.of_message(scene.db, _message(decision))
    others = [alert for alert in kept if alert.id not in changed]
    return [
        *changed.values(),
        *(
            Step(Transition(alert, alert), scene.rules.get(alert.series.rule), ())
            for alert in others
        ),
    ]


def _table(scene: Scene, rule: Rule, decision: Decision, steps: Sequence[Step]) -> Body:
    ranked = _worst_first(steps)
    members = [_after(step) for step in ranked]
    mixed = len({alert.series.rule for alert in members}) > 1
    first, held = _occasion(scene, decision)
    return TableBody(
        TableFacts(
            id=_message(decision)[:8],
            rule="" if mixed else rule.name,
            summary="" if mixed else rule.summary,
            metric=rule.metric.name,
            severity=max(alert.peak for alert in members),
            rows=_rows(scene, rule, decision, ranked),
            count=len(members),
            open=sum(alert.open for alert in members),
            total=_total(rule, members),
            first=first,
            held=held,
            period=_stretch(scene, rule, members[0]),
            data_at=scene.data_at,
            runbook="" if mixed else rule.runbook,
        )
    )


def _occasion(scene: Scene, decision: Decision) -> tuple[bool, bool]:
    """Whether a table was posted on a rule's first evaluation, and whether it had been held back."""
    if isinstance(decision, Post):
        return decision.first, decision.held
    said = _said(scene, decision.message)
    return (said.table.first, said.table.held) if isinstance(said, TableBody) else (False, False)


def _of_removed(scene: Scene, decision: Decision) -> Draft:
    """A rule that is gone can measure nothing: what was said last stands, with how it ended."""
    body = messages.body(scene.db, _message(decision))
    ended = {_after(step).id: _after(step) for step in decision.changed}
    if isinstance(body, AlertBody):
        last = AlertBody(_as_ended(body.alert, ended))
        return Draft(decision, last, last)
    if not isinstance(body, TableBody):
        raise TypeError(f"message {_message(decision)} is not about alerts")
    rows = tuple(_as_ended(row, ended) for row in body.table.rows)
    table = replace(body.table, rows=rows, open=max(body.table.open - len(ended), 0))
    listed = tuple(row for row in rows if row.id in ended)
    return Draft(
        decision, TableBody(table), ChangesBody(ChangesFacts(table.rule, listed, len(ended)))
    )


def _as_ended(facts: AlertFacts, ended: Mapping[str, Alert]) -> AlertFacts:
    alert = ended.get(facts.id)
    if alert is None:
        return facts
    return replace(
        facts,
        state=alert.state,
        severity=None,
        reason=Reason.CLOSED,
        ended=alert.ended,
        note=alert.note,
        pace=None,
    )


def _facts(
    scene: Scene, rule: Rule, destination: Destination, step: Step, found: Evidence = evidence.NONE
) -> AlertFacts:
    """An alert's facts; `found` is why it has its value, which a row of a table does not show."""
    alert = _after(step)
    known = scene.told.get((alert.id, str(destination)))
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
        reason=step.transition.reason or Reason.FIRST,
        value=alert.value,
        worst=alert.worst,
        limit=alert.limit.value,
        limit_text=alert.limit.text,
        limit_severity=alert.limit.severity,
        told=known.value if known else None,
        period=_stretch(scene, rule, alert),
        by_period=alert.by_period,
        since=alert.since,
        ended=alert.ended,
        note=alert.note or _trouble(scene, rule, alert),
        records=found.records,
        tasks=found.tasks,
        more_tasks=found.more,
        split=found.split,
        pace=None,
        data_at=scene.data_at,
        runbook=rule.runbook,
        receiver=destination.receiver,
        final=_is_final(scene, alert),
    )


def _is_final(scene: Scene, alert: Alert) -> bool:
    settled = alert.span.end + scene.settle
    return alert.by_period and scene.data_at is not None and scene.data_at >= settled


def _stretch(scene: Scene, rule: Rule, alert: Alert) -> Stretch:
    """The alert's span, in the zone that its rule counts in."""
    zone = rule.window.zone if isinstance(rule.window, Period) else scene.zone
    return Stretch(str(rule.window or "now"), alert.span.start, alert.span.end, zone.key)


def _pace(scene: Scene, rule: Rule, alert: Alert) -> Pace | None:
    if scene.bare:
        return None
    values = alert.series.values
    return pace.of_series(scene.db, rule, alert.span, {values: alert.limit.value}, scene.now).get(
        values
    )


def _trouble(scene: Scene, rule: Rule, alert: Alert) -> str:
    """An alert on a source's health says what stands in the way."""
    return (
        scene.troubles.get(alert.series.labels.get("source", ""), "")
        if rule.metric.name == "data_age"
        else ""
    )


def _begin(alert: Alert) -> datetime | None:
    """When its period began; a rolling window has none."""
    return alert.span.start if alert.by_period else None


def _total(rule: Rule, members: Sequence[Alert]) -> Value | None:
    """The exact sum of the members' values, where they add up."""
    alike = {(alert.series.rule, alert.series.condition, _begin(alert)) for alert in members}
    if rule.metric.kind not in _SUMMED or len(alike) > 1:
        return None
    return functools.reduce(operator.add, (alert.value for alert in members))


def _worst_first(steps: Iterable[Step]) -> list[Step]:
    return sorted(
        steps,
        key=lambda step: (-_after(step).peak, -metric.size(_after(step).value), _after(step).id),
    )


def _message(decision: Decision) -> str:
    return decision.id if isinstance(decision, Post) else decision.message


def _after(step: Step) -> Alert:
    if step.transition.after is None:
        raise ValueError("an alert that was dropped is not spoken of")
    return step.transition.after
