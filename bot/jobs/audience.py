"""Who hears of a transition: where its rule sends, and wherever the alert was told of before, unless that is held back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answers import about
from bot.notify import holding
from bot.notify.decision import Step, ToldBy
from bot.notify.holding import Held, Holding, Passed
from bot.notify.notification import Destination
from bot.notify.quiet import Quiet
from bot.notify.routing import Routes
from bot.store import alerts, messages, silences
from bot.store import held as kept
from bot.store.connection import Connection
from rules.alert import Alert, Transition
from rules.rule import Rule
from rules.scope import Judged, Scope
from rules.terms import Severity


@dataclass(frozen=True, slots=True)
class Hearing:
    """The rules in force, where they send, and when it is quiet."""

    rules: Sequence[Rule]
    routes: Routes
    quiet: Quiet | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What is told of an evaluation, and what was told before; `under` is what now holds back what waits."""

    passed: Passed
    told: ToldBy
    under: str


def heard(db: Connection, terms: Hearing, news: Sequence[Step], now: datetime) -> Heard:
    """Takes from `news` what silences and quiet times hold back, and adds what they no longer do.

    Beside what changed only that is looked at which is held back by something else than it was.
    """
    current = Holding(now, silences.active(db, now), terms.quiet)
    changed = {step.transition.after.id for step in news if step.transition.after is not None}
    waiting = {each.alert: each for each in kept.stirred(db, changed, current.identity)}
    rules = {rule.name: rule for rule in terms.rules}
    unchanged = alerts.by_id(db, waiting.keys() - changed)
    others = [
        Step(Transition(alert, alert), rules.get(alert.series.rule), ()) for alert in unchanged
    ]
    told = messages.told(db, [*(changed | waiting.keys())])
    places = _places(told)
    owing = [_owing(db, terms.routes, step, waiting, places) for step in (*news, *others)]
    passed = holding.pass_on(owing, told, waiting, current)
    gone = waiting.keys() - changed - {alert.id for alert in unchanged}
    return Heard(replace(passed, done=(*passed.done, *sorted(gone))), told, current.identity)


def _places(told: ToldBy) -> dict[str, list[Destination]]:
    """Where each alert was told of."""
    found: dict[str, list[Destination]] = {}
    for alert, place in sorted(told):
        found.setdefault(alert, []).append(Destination.parse(place))
    return found


def _owing(
    db: Connection,
    routes: Routes,
    step: Step,
    waiting: Mapping[str, Held],
    places: Mapping[str, Sequence[Destination]],
) -> Step:
    """The step with everybody who is owed what waits of the alert: who hears of what it has been since, as the rule says now."""
    alert = step.transition.after
    held = None if alert is None else waiting.get(alert.id)
    if alert is None or held is None:
        return step
    known = places.get(alert.id, ())
    if step.rule is None:
        return replace(step, destinations=tuple(dict.fromkeys((*step.destinations, *known))))
    labels = step.labels or about.labels(db, step.rule, alert)
    owed = _addressed(routes, step.rule, alert, held.least, labels)
    found = dict.fromkeys((*owed, *step.destinations, *known))
    return replace(step, destinations=tuple(found), labels=labels)


def steps(
    db: Connection,
    routes: Routes,
    judged: Mapping[str, Judged],
    transitions: Sequence[tuple[Transition, Scope | None]],
) -> list[Step]:
    """Each transition with its destinations: where the rule sends what is as bad as its peak, and wherever the alert was told of before."""
    known = messages.places(
        db, [step.before.id for step, _ in transitions if step.before is not None]
    )
    found = []
    for transition, part in transitions:
        places: tuple[Destination, ...] = ()
        labels: Mapping[str, str] = {}
        alert = transition.after
        if alert is not None and part is not None:
            labels = about.labels(db, part.rule, alert)
            places = _addressed(routes, part.rule, alert, alert.peak, labels)
        before = known.get(transition.before.id, ()) if transition.before is not None else ()
        found.append(
            Step(
                transition,
                part.rule if part is not None else None,
                tuple(dict.fromkeys((*places, *before))),
                first=part is not None and _is_first(part, alert, judged),
                labels=labels,
            )
        )
    return found


def _addressed(
    routes: Routes, rule: Rule, alert: Alert, least: Severity, labels: Mapping[str, str]
) -> tuple[Destination, ...]:
    """Where the rule sends what is as bad as the alert has been, from `least` up to its peak."""
    terms = rule.terms(alert.series.values)
    passed = {severity for severity in rule.severities(terms) if least <= severity < alert.peak}
    found: Iterable[Destination] = (
        place
        for severity in (*sorted(passed), alert.peak)
        for place in routes.destinations(terms.notify, severity, labels)
    )
    return tuple(dict.fromkeys(found))


def _is_first(part: Scope, alert: Alert | None, judged: Mapping[str, Judged]) -> bool:
    """Whether the alert comes of its rule's first evaluation, though it may have waited for its `for` since."""
    known = judged.get(part.rule.name)
    begun = alert is not None and known is not None and alert.since == known.since
    return part.first or begun
