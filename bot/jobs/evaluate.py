"""Judges the rules: gathers in one snapshot, decides, and commits alerts and notifications in one transaction."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.jobs import compose, gather
from bot.jobs.compose import Draft, Scene
from bot.jobs.gather import Gathered
from bot.notify import policy
from bot.notify.notification import Destination
from bot.notify.policy import Decision, Edit, Post, Step
from bot.notify.routing import Routes
from bot.store import alerts, changes, decisions, messages, outbox, sums, tasks
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import SourceState
from rules import evaluate, lifecycle, scope, tick
from rules.alert import Reason, Transition
from rules.labels import Label
from rules.rule import Rule
from rules.scope import Judged, Planner, Scope
from rules.series import Answer, Only, Query
from rules.tick import Circumstances, Tick

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What judging needs from the configuration."""

    rules: tuple[Rule, ...]
    sources: tuple[str, ...]
    routes: Routes
    zone: ZoneInfo
    stale_after: timedelta


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one evaluation came to, ready to be committed."""

    steps: tuple[Step, ...]
    drafts: tuple[Draft, ...]
    judged: Mapping[str, Judged]
    forgotten: tuple[str, ...]
    upto: int
    stale: frozenset[str]
    failures: Mapping[str, str]


async def run(database: Database, terms: Terms, now: datetime) -> Verdicts:
    """One evaluation at `now`."""
    verdicts = await database.read(prepare, terms, now)
    await database.write(commit, verdicts, now, durable=True)
    for name, failure in verdicts.failures.items():
        log.error("rule failed", extra={"rule": name, "error": failure})
    for step in verdicts.steps:
        _report(step)
    return verdicts


def prepare(db: Connection, terms: Terms, now: datetime) -> Verdicts:
    """Gathers and decides, in one read snapshot."""
    seen = gather.gather(db, terms.rules, terms.sources, terms.stale_after, now)
    failures: dict[str, str] = {}
    transitions = _turn(db, _plan(seen, failures), seen.circumstances, failures)
    steps = _steps(db, terms, [*transitions, *_removed(db, terms.rules, seen.judged, now)])
    told = messages.told(db, [step.transition.after.id for step in steps if step.transition.after])
    scene = Scene(db, now, terms.zone, told, _data_at(seen.states), _troubles(seen.states))
    return Verdicts(
        steps=tuple(steps),
        drafts=tuple(_draft(scene, decision) for decision in policy.decide(steps, told, now)),
        judged=_remembered(seen, failures, now),
        forgotten=tuple(set(seen.judged) - {rule.name for rule in terms.rules}),
        upto=seen.upto,
        stale=seen.circumstances.stale,
        failures=failures,
    )


def commit(db: Connection, verdicts: Verdicts, now: datetime) -> None:
    """Keeps alerts, their history and what is to be said about them: all of it, or nothing."""
    transitions = [step.transition for step in verdicts.steps]
    kept = [
        (step.transition.after, _timer(step))
        for step in verdicts.steps
        if step.transition.after is not None
    ]
    alerts.put(db, kept)
    alerts.drop(
        db,
        [step.before.id for step in transitions if step.after is None and step.before is not None],
    )
    decisions.add(db, transitions, now)
    for draft in verdicts.drafts:
        _say(db, draft, now)
    alerts.remember(db, verdicts.judged)
    alerts.forget(db, verdicts.forgotten)
    changes.settle(db, verdicts.upto)
    gather.keep(db, verdicts.stale)


def _plan(seen: Gathered, failures: dict[str, str]) -> list[Scope]:
    planner, scopes = Planner(seen.news, seen.circumstances.at), list[Scope]()
    for rule in seen.rules:
        with _set_aside(rule.name, failures):
            scopes += planner.scopes(rule, seen.judged.get(rule.name))
    return scopes


def _turn(
    db: Connection, scopes: Sequence[Scope], circumstances: Circumstances, failures: dict[str, str]
) -> list[tuple[Transition, Scope]]:
    """Judges and advances; a rule that cannot be judged is set aside, and the others go on."""
    at = circumstances.at
    answers: dict[Query, Answer] = {}
    for query, only in evaluate.queries(scopes, at).items():
        with _set_aside(f"those with {query}", {}):
            answers[query] = sums.answer(db, query, only)
    known = alerts.current(db, _wanted(scopes), at - scope.LATE)
    turn, found = Tick(circumstances, answers, known), list[tuple[Transition, Scope]]()
    for part in scopes:
        with _set_aside(part.rule.name, failures):
            found += [(transition, part) for transition in turn.transitions(part)]
    return found


@contextmanager
def _set_aside(name: str, failures: dict[str, str]) -> Iterator[None]:
    """What fails for one rule must not silence the others: it is kept, logged, and judged whole next time."""
    try:
        yield
    except Exception as error:
        log.exception("a rule could not be judged", extra={"rule": name})
        failures[name] = f"{type(error).__name__}: {error}"


def _draft(scene: Scene, decision: Decision) -> Draft:
    """What a decision says; where its evidence cannot be read, it is said without."""
    try:
        return compose.draft(scene, decision)
    except Exception:
        log.exception(
            "an alert goes without its evidence", extra={"destination": str(decision.destination)}
        )
        return compose.draft(replace(scene, bare=True), decision)


def _remembered(seen: Gathered, failures: Mapping[str, str], now: datetime) -> dict[str, Judged]:
    """What is kept of each rule; one that failed is judged whole next time, as if its terms had changed."""
    kept = {
        rule.name: scope.remember(rule, seen.judged.get(rule.name), now)
        for rule in seen.rules
        if rule.name not in failures
    }
    failed = {
        name: replace(seen.judged[name], terms="") for name in failures if name in seen.judged
    }
    return kept | failed


def _wanted(scopes: Iterable[Scope]) -> dict[str, Only]:
    wanted: dict[str, Only] = {}
    for part in scopes:
        name = part.rule.name
        wanted[name] = evaluate.either(wanted[name], part.only) if name in wanted else part.only
    return wanted


def _removed(
    db: Connection, rules: Sequence[Rule], judged: Mapping[str, Judged], now: datetime
) -> list[tuple[Transition, None]]:
    """Alerts to end because the rules are not what they were when last judged."""
    if {rule.name: rule.digest for rule in rules} == {
        name: state.terms for name, state in judged.items()
    }:
        return []
    return [(transition, None) for transition in tick.removals(rules, alerts.open_alerts(db), now)]


def _steps(
    db: Connection, terms: Terms, transitions: Sequence[tuple[Transition, Scope | None]]
) -> list[Step]:
    """Each transition with its destinations: where the rule sends, and wherever the alert was told of before."""
    known = messages.places(
        db, [step.before.id for step, _ in transitions if step.before is not None]
    )
    steps = []
    for transition, part in transitions:
        places: tuple[Destination, ...] = ()
        alert = transition.after
        if alert is not None and part is not None:
            notify = part.rule.terms(alert.series.values).notify
            places = terms.routes.destinations(part.rule, notify, _about(db, alert.series.labels))
        before = known.get(transition.before.id, ()) if transition.before is not None else ()
        rule = part.rule if part is not None else None
        steps.append(
            Step(
                transition,
                rule,
                tuple(dict.fromkeys((*places, *before))),
                part is not None and part.first,
            )
        )
    return steps


def _about(db: Connection, labels: Mapping[str, str]) -> dict[str, str]:
    """The labels, and for a task the person whose it is: the alert is about them too."""
    if Label.TASK not in labels or Label.USER in labels:
        return dict(labels)
    users = {task.user for task in tasks.get(db, labels[Label.TASK])}
    return {**labels, Label.USER: users.pop()} if len(users) == 1 else dict(labels)


def _timer(step: Step) -> datetime | None:
    alert = step.transition.after
    if alert is None or step.rule is None:
        return None
    return lifecycle.due(alert, lifecycle.timing(step.rule, alert.span.length))


def _say(db: Connection, draft: Draft, now: datetime) -> None:
    decision = draft.decision
    members = [
        step.transition.after for step in decision.steps if step.transition.after is not None
    ]
    message = decision.id if isinstance(decision, Post) else decision.message
    messages.write(db, message, decision.destination, draft.message, now)
    if isinstance(decision, Edit):
        return
    reason = decision.steps[0].transition.reason or Reason.FIRST
    key = (
        policy.dedupe_key(decision.destination, members[0], reason)
        if len(members) == 1
        else f"{message}|{now.isoformat()}"
    )
    entry = outbox.Entry(
        message,
        key,
        str(reason),
        draft.reply,
        not isinstance(decision, Post) and decision.broadcast,
    )
    outbox.add(db, entry, now)
    messages.tell(db, members, decision.destination, message)


def _data_at(states: Mapping[str, SourceState]) -> datetime | None:
    """The oldest last complete poll; None before each source had one."""
    times = [state.last_complete for state in states.values()]
    return None if not times or None in times else min(at for at in times if at is not None)


def _troubles(states: Mapping[str, SourceState]) -> dict[str, str]:
    return {name: state.last_error for name, state in states.items() if state.last_error}


def _report(step: Step) -> None:
    alert = step.transition.after or step.transition.before
    if alert is not None:
        reason = step.transition.reason
        log.info(
            "alert",
            extra={
                "alert": alert.id,
                "series": str(alert.series),
                "state": str(alert.state),
                "reason": str(reason or ""),
            },
        )
