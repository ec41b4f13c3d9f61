"""What one evaluation came to, and how it is kept: alerts, their history, their timers, and what there is to say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.jobs import gather
from bot.jobs.audience import Heard
from bot.jobs.compose import Draft
from bot.notify import decision, policy
from bot.notify.decision import Edit, Reply, Spoken, Step
from bot.store import alerts, changes, decisions, held, messages, outbox
from bot.store.connection import Connection
from rules import lifecycle
from rules.alert import Alert, Reason, Transition
from rules.rule import Rule
from rules.scope import Judged


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one evaluation came to, ready to be committed.

    `heard` is what is told of the steps, and what is held back of them. `judged` is what to remember of each rule,
    `forgotten` the rules that are no more. `timers` are when time alone may change alerts that are not among `steps`, by
    alert id: their rule has other timers now. `upto` is the last change that was taken account of. `idle`: nothing is different, so that there is nothing to keep.
    """

    steps: tuple[Step, ...]
    drafts: tuple[Draft, ...]
    heard: Heard
    judged: Mapping[str, Judged]
    forgotten: tuple[str, ...]
    timers: Mapping[str, datetime | None]
    upto: int
    stale: frozenset[str]
    failures: Mapping[str, str]
    idle: bool


def commit(db: Connection, verdicts: Verdicts, now: datetime) -> None:
    """Keeps alerts, their history and what is to be said about them: all of it, or nothing."""
    transitions = [step.transition for step in verdicts.steps]
    kept = [
        (alert, None if step.rule is None else timer(alert, step.rule))
        for step in verdicts.steps
        if (alert := step.transition.after) is not None
    ]
    alerts.drop(
        db,
        [
            step.before.id
            for step in transitions
            if step.before is not None and (step.after is None or step.after.id != step.before.id)
        ],
    )
    alerts.put(db, kept)
    alerts.time(db, verdicts.timers)
    decisions.add(db, transitions, now)
    messages.lower(db, [after for step in transitions if (after := _lowered(step))])
    for draft in verdicts.drafts:
        _say(db, draft, now)
    _hold(db, verdicts.heard, now)
    alerts.remember(db, verdicts.judged)
    alerts.forget(db, verdicts.forgotten)
    changes.settle(db, verdicts.upto)
    gather.keep(db, verdicts.stale)


def _lowered(transition: Transition) -> Alert | None:
    """The alert, if its peak has fallen."""
    before, after = transition.before, transition.after
    return after if before and after and after.peak < before.peak else None


def _hold(db: Connection, heard: Heard, now: datetime) -> None:
    passed = heard.passed
    held.drop(db, passed.done)
    held.put(db, passed.held, heard.under, now)
    anew = [
        (alert, None if step.rule is None else timer(alert, step.rule))
        for step in passed.clocks
        if (alert := step.transition.after) is not None
    ]
    alerts.count_from(db, anew)


def timer(alert: Alert, rule: Rule) -> datetime | None:
    """When time alone may change the alert under its rule as it is now."""
    return lifecycle.due(alert, lifecycle.timing(rule, alert.span.length))


def _say(db: Connection, draft: Draft, now: datetime) -> None:
    said = draft.decision
    place, message = said.destination, said.message
    messages.write(db, message, place, draft.message, now)
    if isinstance(said, Edit):
        return
    entry = outbox.Entry(
        message,
        _key(said, now),
        str(said.steps[0].transition.reason or Reason.FIRST),
        draft.reply,
        isinstance(said, Reply) and said.broadcast,
    )
    outbox.add(db, entry, now)
    messages.tell(db, _alerts(decision.own(said)), place, message)
    messages.tell_gathered(db, _alerts(decision.gathered(said)), place, message)


def _alerts(steps: Iterable[Step]) -> list[Alert]:
    return [step.transition.after for step in steps if step.transition.after is not None]


def _key(said: Spoken, now: datetime) -> str:
    """What is the same is said once. Two evaluations may be of one moment, so a moment alone does not tell them apart."""
    news = (*decision.own(said), *decision.gathered(said))
    keys = policy.dedupe_keys(said.destination, news)
    if len(keys) == 1:
        return keys[0]
    return f"{said.message}|{now.isoformat()}|{policy.identity(*sorted(keys))}"
