"""Judges the rules: gathers in one snapshot, decides, and commits alerts and notifications in one transaction."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.jobs import compose, gauges
from bot.jobs.compose import Draft, Scene
from bot.notify import policy
from bot.notify.notification import Destination
from bot.notify.policy import Edit, Post, Step
from bot.notify.routing import Routes
from bot.store import alerts, changes, decisions, messages, outbox, remembered, sources, sums
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import SourceState
from rules import evaluate, lifecycle, scope, tick
from rules.alert import Alert, Reason, Transition
from rules.change import Change
from rules.metric import Kind
from rules.rule import Rule
from rules.scope import Judged, News, Scope
from rules.tick import Circumstances, Tick
from rules.window import Rolling, Span

log = logging.getLogger(__name__)

_STALE = "stale sources"


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
    kept = sources.load(db)
    states = {name: kept.get(name, SourceState()) for name in terms.sources}
    rules = _judgeable(terms.rules, states)
    judged = alerts.judged(db)
    stale = _stale(states, now, terms.stale_after)
    found, upto = changes.pending(db)
    news = News(found, _crossing(db, rules, judged, now), _due(db, stale, now))
    scopes = tick.plan(rules, judged, news, now)
    transitions, failures = _turn(
        db, scopes, Circumstances(now, stale, sources.begins(db), gauges.read(db, states, now))
    )
    removed = _removed(db, terms.rules, judged, now)
    steps = _steps(db, terms, [*transitions, *removed])
    told = messages.told(db, [step.transition.after.id for step in steps if step.transition.after])
    scene = Scene(db, now, terms.zone, told, _data_at(states), _troubles(states))
    drafts = tuple(compose.draft(scene, decision) for decision in policy.decide(steps, told, now))
    done = {
        rule.name: scope.remember(rule, judged.get(rule.name), now)
        for rule in rules
        if rule.name not in failures
    } | {
        name: replace(judged[name], terms="") for name in failures if name in judged
    }  # a rule that failed is judged whole next time, as one whose terms have changed
    gone = tuple(set(judged) - {rule.name for rule in terms.rules})
    held = len(rules) < len(terms.rules)
    return Verdicts(tuple(steps), drafts, done, gone, 0 if held else upto, stale, failures)


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
    remembered.put(db, _STALE, json.dumps(sorted(verdicts.stale)))


def _judgeable(rules: Iterable[Rule], states: Mapping[str, SourceState]) -> list[Rule]:
    """Nothing is judged before backfill ends, but for the health of the sources; one that fails is not waited for."""
    filling = any(not _is_filled(state) and state.last_error is None for state in states.values())
    return [rule for rule in rules if not filling or rule.metric.kind is Kind.GAUGE]


def _is_filled(state: SourceState) -> bool:
    return state.backfill is not None and state.backfill.done and state.last_complete is not None


def _stale(states: Mapping[str, SourceState], now: datetime, after: timedelta) -> frozenset[str]:
    return frozenset(
        name
        for name, state in states.items()
        if state.last_complete is None or now - state.last_complete > after
    )


def _crossing(
    db: Connection, rules: Iterable[Rule], judged: Mapping[str, Judged], now: datetime
) -> dict[Rolling, Sequence[Change]]:
    """Records that left or entered each rolling window since it was last looked at."""
    since: dict[Rolling, datetime] = {}
    for rule in rules:
        if isinstance(rule.window, Rolling) and rule.name in judged:
            since[rule.window] = min(since.get(rule.window, now), judged[rule.name].at)
    spans: dict[Span, Sequence[Change]] = {}
    for window, at in since.items():
        for span in (Span(at - window.length, now - window.length), Span(at, now)):
            if span not in spans:
                spans[span] = changes.crossing(db, span)
    return {
        window: [*spans[Span(at - window.length, now - window.length)], *spans[Span(at, now)]]
        for window, at in since.items()
    }


def _due(db: Connection, stale: frozenset[str], now: datetime) -> list[Alert]:
    """Alerts whose timers are due; all open ones when a source went stale or came back."""
    before = remembered.get(db, _STALE)
    if before is not None and frozenset(json.loads(before)) != stale:
        return alerts.open_alerts(db)
    return alerts.due(db, now)


def _turn(
    db: Connection, scopes: Sequence[Scope], circumstances: Circumstances
) -> tuple[list[tuple[Transition, Scope]], dict[str, str]]:
    """Judges and advances; a rule that cannot be judged is set aside, and the others go on."""
    at = circumstances.at
    answers = {
        query: sums.answer(db, query, only) for query, only in evaluate.queries(scopes, at).items()
    }
    known = [
        alert
        for rule, only in _wanted(scopes).items()
        for alert in alerts.current(db, rule, only, at - scope.LATE)
    ]
    turn = Tick(circumstances, answers, known)
    found: list[tuple[Transition, Scope]] = []
    failures: dict[str, str] = {}
    for part in scopes:
        try:
            found += [(transition, part) for transition in turn.transitions(part)]
        except Exception as error:  # noqa: BLE001 - one broken rule must not silence the others
            failures[part.rule.name] = f"{type(error).__name__}: {error}"
    return found, failures


def _wanted(scopes: Iterable[Scope]) -> dict[str, frozenset[tuple[str, ...]] | None]:
    wanted: dict[str, frozenset[tuple[str, ...]] | None] = {}
    for part in scopes:
        known = wanted.get(part.rule.name, frozenset())
        wanted[part.rule.name] = None if known is None or part.only is None else known | part.only
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
            places = terms.routes.destinations(part.rule, notify, alert.series.labels)
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
