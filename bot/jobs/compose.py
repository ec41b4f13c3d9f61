"""Puts decisions into facts: an alert with its evidence and pace, a table of alerts, what became of its members."""

import functools
import operator
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.acts import marks
from bot.answers import acted, evidence
from bot.jobs import removed
from bot.jobs import scene as scenes
from bot.jobs.scene import Scene
from bot.notify.decision import Changes, Decision, Edit, Post, Reply, Step
from bot.notify.facts import AlertFacts, ChangesFacts, Stretch, TableFacts
from bot.notify.notification import AlertBody, Body, ChangesBody, Destination, TableBody, Via
from bot.store import alerts, messages
from rules import metric
from rules.alert import Alert, Reason, Transition
from rules.labels import Label
from rules.metric import Kind, Value
from rules.rule import Rule

_ROWS = 10
_SUMMED = (Kind.SUM, Kind.MAX)


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision with what its message is to say, and what a reply says where there is one."""

    decision: Decision
    message: Body
    reply: Body | None


def draft(scene: Scene, decision: Decision) -> Draft:
    """What one decision says."""
    if isinstance(decision, Changes):
        return Draft(decision, ChangesBody(_gathered(scene, decision)), None)
    rule = _rule(decision.changed)
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


def _rule(steps: Iterable[Step]) -> Rule | None:
    """The rule of steps, of what is of several the first that there still is; None once none is left."""
    return next((step.rule for step in steps if step.rule is not None), None)


def _single(scene: Scene, rule: Rule, decision: Post | Reply | Edit) -> Body:
    step = decision.steps[0]
    alert = _after(step)
    facts = scene.facts(rule, decision.destination, step.transition, scene.found(rule, alert))
    if isinstance(decision, Edit) and step.transition.reason is None:
        facts = replace(facts, reason=_last_reason(scene, decision))
    return AlertBody(replace(facts, pace=scene.pace_of(rule, alert)))


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


def _changes(scene: Scene, rule: Rule, decision: Reply | Edit) -> Body:
    ranked = _worst_first(decision.steps)
    name = "" if _are_mixed(map(_after, ranked)) else rule.name
    return ChangesBody(ChangesFacts(name, _rows(scene, decision, ranked), len(ranked)))


def _rows(scene: Scene, decision: Decision, ranked: Sequence[Step]) -> tuple[AlertFacts, ...]:
    """The worst members; a program gets them all."""
    place = decision.destination
    shown = ranked if place.via is Via.WEBHOOK else ranked[:_ROWS]
    gone = _gone(scene, decision, shown)
    return tuple(
        _row(scene, step.rule, place, step) if step.rule is not None else gone[_after(step).id]
        for step in shown
    )


def _row(scene: Scene, rule: Rule, place: Destination, step: Step) -> AlertFacts:
    """A task is shown with its title, so a row of one has its evidence; a program does without."""
    is_task = Label.TASK in rule.group_by and place.via is not Via.WEBHOOK
    found = scene.found(rule, _after(step)) if is_task else evidence.NONE
    return scene.facts(rule, place, step.transition, found)


def _gone(scene: Scene, decision: Decision, steps: Sequence[Step]) -> dict[str, AlertFacts]:
    """The rows of alerts whose rule is gone, by id: as their messages say, and else what the alert itself tells."""
    ended = {_after(step).id: _after(step) for step in steps if step.rule is None}
    place = decision.destination
    told = {
        scene.told[id_, str(place)].message if isinstance(decision, Changes) else decision.message
        for id_ in ended
    }
    bodies = [body for message in sorted(told) if (body := _said(scene, message)) is not None]
    said = removed.rows(bodies, ended)
    return {
        id_: said.get(id_) or removed.unread(alert, place.receiver, scene.zone.key)
        for id_, alert in ended.items()
    }


def _members(scene: Scene, decision: Reply | Edit) -> list[Step]:
    """All alerts of a table, those that have just changed as they are now."""
    changed = {_after(step).id: step for step in decision.changed}
    kept = alerts.of_message(scene.db, decision.message)
    others = [alert for alert in kept if alert.id not in changed]
    return [
        *changed.values(),
        *(
            Step(Transition(alert, alert), scene.rules.get(alert.series.rule), ())
            for alert in others
        ),
    ]


def _table(scene: Scene, rule: Rule, decision: Post | Reply | Edit, steps: Sequence[Step]) -> Body:
    ranked = _worst_first(steps)
    members = [_after(step) for step in ranked]
    mixed = _are_mixed(members)
    occasion = _occasion(scene, decision)
    acked, silenced = acted.count(scene.db, scene.rules.values(), members, scene.now)
    return TableBody(
        TableFacts(
            id=decision.message[:8],
            rule="" if mixed else rule.name,
            summary="" if mixed else rule.summary,
            metric=rule.metric.name,
            severity=max(alert.peak for alert in members),
            rows=_rows(scene, decision, ranked),
            count=len(members),
            open=sum(alert.open for alert in members),
            total=_total(rule, members),
            first=occasion.first,
            held=occasion.held,
            also=occasion.also,
            period=_period(scene, rule, members),
            data_at=scene.data_at,
            runbook="" if mixed else rule.runbook,
            acked=acked,
            silenced=silenced,
        )
    )


def _period(scene: Scene, rule: Rule, members: Iterable[Alert]) -> Stretch:
    """Of what was held back over the end of a period: from the first of them to the last."""
    own = [alert for alert in members if alert.series.rule == rule.name]
    one = scene.stretch(rule, own[0])
    if not own[0].by_period:
        return one
    first, last = min(alert.span.start for alert in own), max(alert.span.end for alert in own)
    return replace(one, start=first, end=last)


@dataclass(frozen=True, slots=True)
class _Occasion:
    """Why a table is posted: on a rule's first evaluation, or since it is not held back any more, with what `also` was."""

    first: bool = False
    held: bool = False
    also: ChangesFacts | None = None


def _occasion(scene: Scene, decision: Post | Reply | Edit) -> _Occasion:
    """What a table once was posted for, it says for good."""
    if isinstance(decision, Post):
        return _Occasion(decision.first, decision.held, _also(scene, decision))
    said = _said(scene, decision.message)
    if not isinstance(said, TableBody):
        return _Occasion()
    return _Occasion(said.table.first, said.table.held, said.table.also)


def _also(scene: Scene, post: Post) -> ChangesFacts | None:
    if not post.also:
        return None
    return _gathered(scene, Changes(post.message, post.destination, None, post.also))


def _of_removed(scene: Scene, decision: Post | Reply | Edit) -> Draft:
    """Where it cannot be read what a message says of one alert, the alert tells enough."""
    ended = {_after(step).id: _after(step) for step in decision.changed}
    body = _said(scene, decision.message)
    if body is None and not decision.table:
        (row,) = _rows(scene, decision, decision.changed)
        return Draft(decision, AlertBody(row), AlertBody(row))
    if body is None:
        raise ValueError(f"nothing is known of the table {decision.message}")
    said, reply = removed.said(body, ended)
    if isinstance(said, TableBody):
        kept = alerts.of_message(scene.db, decision.message)
        going_on = [alert for alert in kept if alert.id not in ended]
        rules = scene.rules.values()
        said = TableBody(marks.recounted(scene.db, rules, said.table, going_on, scene.now))
    return Draft(decision, said, reply)


def _gathered(scene: Scene, decision: Changes) -> ChangesFacts:
    ranked, rule = _worst_first(decision.steps), _rule(decision.steps)
    members = [_after(step) for step in ranked]
    reasons = Counter(step.transition.reason or Reason.FIRST for step in ranked)
    facts = ChangesFacts(
        rule="" if _are_mixed(members) else members[0].series.rule,
        rows=_rows(scene, decision, ranked),
        count=len(members),
        reasons=tuple(reasons.most_common()),
        data_at=scene.data_at,
    )
    if rule is None:
        return facts
    total = _total(rule, members)
    period = None if total is None else scene.stretch(rule, members[0])
    return replace(facts, total=total, period=period)


def _are_mixed(members: Iterable[Alert]) -> bool:
    return len({alert.series.rule for alert in members}) > 1


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


def _after(step: Step) -> Alert:
    return scenes.after(step.transition)
