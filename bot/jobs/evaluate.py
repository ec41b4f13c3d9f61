"""Judges the rules: gathers in one snapshot, decides, and commits alerts and notifications in one transaction."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.jobs import audience, compose, gather, report, scene, verdicts
from bot.jobs.audience import Heard
from bot.jobs.compose import Draft
from bot.jobs.gather import Gathered
from bot.jobs.scene import Scene
from bot.jobs.verdicts import Verdicts
from bot.notify import policy
from bot.notify.decision import Decision, Step
from bot.notify.quiet import Quiet
from bot.notify.routing import Routes
from bot.store import alerts, sums
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import SourceState
from rules import evaluate, scope, tick
from rules.alert import Alert, Transition
from rules.rule import Rule
from rules.scope import Judged, Planner, Scope
from rules.series import Answer, Only, Query
from rules.tick import Circumstances, Tick

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What judging needs from the configuration.

    `settle` after its end a period's figure is called final; while it is `quiet` nothing is told.
    """

    rules: tuple[Rule, ...]
    sources: tuple[str, ...]
    routes: Routes
    zone: ZoneInfo
    stale_after: timedelta
    settle: timedelta = timedelta(0)
    quiet: Quiet | None = None


async def run(database: Database, terms: Terms, now: datetime) -> Verdicts:
    """One evaluation at `now`; where nothing is different, nothing is written."""
    found = await database.read(prepare, terms, now)
    if not found.idle:
        await database.write(verdicts.commit, found, now, durable=True)
    report.write(found)
    return found


def prepare(db: Connection, terms: Terms, now: datetime) -> Verdicts:
    """Gathers and decides, in one read snapshot."""
    seen = gather.gather(db, terms.rules, terms.sources, terms.stale_after, now)
    failures: dict[str, str] = {}
    scopes = _plan(seen, failures)
    transitions = _turn(db, scopes, seen.circumstances, failures)
    reshaped = _reshaped(db, terms.rules, seen.judged)
    removed = [(transition, None) for transition in tick.removals(terms.rules, reshaped, now)]
    steps = audience.steps(db, terms.routes, seen.judged, [*transitions, *removed])
    judged = _remembered(seen, failures, now)
    forgotten = tuple(set(seen.judged) - {rule.name for rule in terms.rules})
    hearing = audience.Hearing(terms.rules, terms.routes, terms.quiet)
    heard = audience.heard(db, hearing, steps, now)
    scene = _scene(db, terms, seen, heard, now)
    decisions = policy.decide(heard.passed.steps, heard.told, now)
    return Verdicts(
        steps=tuple(steps),
        drafts=tuple(_drafts(scene, decisions)),
        heard=heard,
        judged=judged,
        forgotten=forgotten,
        timers=_timers(terms.rules, seen.judged, reshaped, steps),
        upto=seen.upto,
        stale=seen.circumstances.stale,
        failures=failures,
        idle=not (steps or heard.passed.held or heard.passed.done or forgotten or failures)
        and _is_idle(seen, scopes, judged),
    )


def _is_idle(seen: Gathered, scopes: Iterable[Scope], judged: Mapping[str, Judged]) -> bool:
    """Whether the same would be judged again from the moment on that is remembered, with the same outcome."""
    known = seen.judged
    return not (
        seen.stirred
        or any(part.only is None and part.rule.window is not None for part in scopes)
        or any(
            name not in known or replace(state, at=known[name].at) != known[name]
            for name, state in judged.items()
        )
    )


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
    answers = _answers(db, scopes, at, failures)
    known = alerts.current(db, _wanted(scopes), at - scope.LATE)
    turn, found = Tick(circumstances, answers, known), list[tuple[Transition, Scope]]()
    for part in (each for each in scopes if each.rule.name not in failures):
        with _set_aside(part.rule.name, failures):
            found += [(transition, part) for transition in turn.transitions(part)]
    return found


def _answers(
    db: Connection, scopes: Sequence[Scope], at: datetime, failures: dict[str, str]
) -> dict[Query, Answer]:
    """What is read; what cannot be, fails the rules that need it."""
    answers: dict[Query, Answer] = {}
    for query, only in _queries(scopes, at, failures).items():
        try:
            answers[query] = sums.answer(db, query, only)
        except Exception as error:  # noqa: BLE001 - logged with the rules that it fails
            sound = [part for part in scopes if part.rule.name not in failures]
            for part in sound:
                if query in evaluate.queries([part], at):
                    _fail(part.rule.name, error, failures)
    return answers


def _queries(scopes: Sequence[Scope], at: datetime, failures: dict[str, str]) -> dict[Query, Only]:
    """What is to be read; a rule that cannot even say that is looked for only when there is one."""
    try:
        return evaluate.queries(scopes, at)
    except Exception:
        log.exception("not every rule says what it reads")
    sound: list[Scope] = []
    for part in scopes:
        with _set_aside(part.rule.name, failures):
            evaluate.queries([part], at)
            sound.append(part)
    return evaluate.queries(sound, at)


@contextmanager
def _set_aside(name: str, failures: dict[str, str]) -> Iterator[None]:
    """What fails for one rule must not silence the others: it is kept, logged, and judged whole next time."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - logged with the rule that it fails
        _fail(name, error, failures)


def _fail(name: str, error: Exception, failures: dict[str, str]) -> None:
    log.error("a rule could not be judged", exc_info=error, extra={"rule": name})
    failures[name] = f"{type(error).__name__}: {error}"


def _drafts(scene: Scene, decisions: Iterable[Decision]) -> Iterator[Draft]:
    """What decisions say, where their evidence cannot be read without it; what cannot be said at all stops no other."""
    for decision in decisions:
        where = {"destination": str(decision.destination)}
        try:
            yield compose.draft(scene, decision)
            continue
        except Exception:
            log.exception("an alert goes without its evidence", extra=where)
        try:
            yield compose.draft(replace(scene, bare=True), decision)
        except Exception:
            log.exception("a message about alerts cannot be made", extra=where)


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


def _reshaped(
    db: Connection, rules: Sequence[Rule], judged: Mapping[str, Judged]
) -> Sequence[Alert]:
    """All open alerts, if the rules are not what they were when last judged."""
    now = {rule.name: rule.digest for rule in rules}
    then = {name: state.terms for name, state in judged.items()}
    return () if now == then else alerts.open_alerts(db)


def _timers(
    rules: Iterable[Rule],
    judged: Mapping[str, Judged],
    reshaped: Iterable[Alert],
    steps: Iterable[Step],
) -> dict[str, datetime | None]:
    """Timers of alerts that stay as they are, while `for` or `keep` of their rule may be others."""
    changed = {
        rule.name: rule
        for rule in rules
        if rule.name in judged and judged[rule.name].terms != rule.digest
    }
    moved = {step.transition.before.id for step in steps if step.transition.before is not None}
    return {
        alert.id: verdicts.timer(alert, changed[alert.series.rule])
        for alert in reshaped
        if alert.series.rule in changed and alert.id not in moved
    }


def _scene(db: Connection, terms: Terms, seen: Gathered, heard: Heard, now: datetime) -> Scene:
    return Scene(
        db,
        now,
        terms.zone,
        heard.told,
        _data_at(seen.states),
        scene.troubles(db, seen.states),
        {rule.name: rule for rule in terms.rules},
        terms.settle,
    )


def _data_at(states: Mapping[str, SourceState]) -> datetime | None:
    """The oldest last complete poll; None before each source had one."""
    times = [state.last_complete for state in states.values()]
    return None if not times or None in times else min(at for at in times if at is not None)
