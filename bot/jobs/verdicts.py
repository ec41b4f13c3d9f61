"""What one evaluation came to, and how it is kept: alerts, their history, their timers, and what there is to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.jobs import gather
from bot.jobs.compose import Draft
from bot.notify import policy
from bot.notify.holding import Held
from bot.notify.policy import Changes, Decision, Edit, Reply, Step
from bot.store import alerts, changes, decisions, held, messages, outbox
from bot.store.connection import Connection
from rules import lifecycle
from rules.alert import Alert, Reason
from rules.rule import Rule
from rules.scope import Judged


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one evaluation came to, ready to be committed.

    `held` is news that is held back, `released` what is so no longer. `judged` is what to remember of each rule, `forgotten` the rules that are no more. `timers` are when time alone may
    change alerts that are not among `steps`, by alert id: their rule has other timers now. `upto` is the last change
    that was taken account of. `idle`: nothing is different, so that there is nothing to keep.
    """

    steps: tuple[Step, ...]
    drafts: tuple[Draft, ...]
    held: tuple[Held, ...]
    released: tuple[Held, ...]
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
    for draft in verdicts.drafts:
        _say(db, draft, now)
    held.drop(db, verdicts.released)
    held.put(db, verdicts.held, now)
    alerts.remember(db, verdicts.judged)
    alerts.forget(db, verdicts.forgotten)
    changes.settle(db, verdicts.upto)
    gather.keep(db, verdicts.stale)


def timer(alert: Alert, rule: Rule) -> datetime | None:
    """When time alone may change the alert under its rule as it is now."""
    return lifecycle.due(alert, lifecycle.timing(rule, alert.span.length))


def _say(db: Connection, draft: Draft, now: datetime) -> None:
    decision = draft.decision
    members = [
        step.transition.after for step in decision.steps if step.transition.after is not None
    ]
    message = decision.message
    messages.write(db, message, decision.destination, draft.message, now)
    if isinstance(decision, Edit):
        return
    entry = outbox.Entry(
        message,
        _key(decision, now),
        str(decision.steps[0].transition.reason or Reason.FIRST),
        draft.reply,
        isinstance(decision, Reply) and decision.broadcast,
    )
    outbox.add(db, entry, now)
    tell = messages.tell_gathered if isinstance(decision, Changes) else messages.tell
    tell(db, members, decision.destination, message)


def _key(decision: Decision, now: datetime) -> str:
    """What is the same is said once. Two evaluations may be of one moment, so a moment alone does not tell them apart."""
    keys = policy.dedupe_keys(decision.destination, decision.steps)
    if len(keys) == 1:
        return keys[0]
    return f"{decision.message}|{now.isoformat()}|{policy.identity(*sorted(keys))}"
