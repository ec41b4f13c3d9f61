"""Who hears of a transition: where its rule sends, and wherever the alert was told of before, unless that is held back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.answers import about
from bot.notify import holding
from bot.notify.holding import Held, Holding
from bot.notify.notification import Destination
from bot.notify.policy import Step, ToldBy
from bot.notify.quiet import Quiet
from bot.notify.routing import Routes
from bot.store import alerts, messages, silences
from bot.store import held as kept
from bot.store.connection import Connection
from rules.alert import Alert, Transition
from rules.rule import Rule
from rules.scope import Judged, Scope


@dataclass(frozen=True, slots=True)
class Heard:
    """What is told of an evaluation, beside what was told before; what it holds back, and what is held no longer."""

    steps: tuple[Step, ...]
    told: ToldBy
    held: tuple[Held, ...]
    released: tuple[Held, ...]


def heard(
    db: Connection, rules: Iterable[Rule], quiet: Quiet | None, news: Sequence[Step], now: datetime
) -> Heard:
    """Takes from `news` what silences and quiet times hold back, and adds what they no longer do."""
    by_name = {rule.name: rule for rule in rules}
    changed = {step.transition.after.id for step in news if step.transition.after is not None}
    before = [each for each in kept.load(db) if each.alert not in changed]
    waiting = {
        alert.id: (alert, by_name.get(alert.series.rule))
        for alert in alerts.by_id(db, {each.alert for each in before})
    }
    told = messages.told(db, [*changed, *waiting])
    current = Holding(now, silences.active(db, now), quiet)
    passed, held = holding.hold(news, told, current)
    freed, released = holding.release(before, waiting, told, current)
    return Heard((*passed, *freed), told, tuple(held), tuple(released))


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
        alert = transition.after
        if alert is not None and part is not None:
            notify = part.rule.terms(alert.series.values).notify
            places = routes.destinations(notify, alert.peak, about.labels(db, part.rule, alert))
        before = known.get(transition.before.id, ()) if transition.before is not None else ()
        rule = part.rule if part is not None else None
        found.append(
            Step(
                transition,
                rule,
                tuple(dict.fromkeys((*places, *before))),
                part is not None and _is_first(part, alert, judged),
            )
        )
    return found


def _is_first(part: Scope, alert: Alert | None, judged: Mapping[str, Judged]) -> bool:
    """Whether the alert comes of its rule's first evaluation, though it may have waited for its `for` since."""
    known = judged.get(part.rule.name)
    begun = alert is not None and known is not None and alert.since == known.since
    return part.first or begun
