"""What silences and quiet times hold back, and what is owed once nothing holds it back any more.

They hold back messages, never state: an alert goes on underneath, and a message that was posted is edited to the truth.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.notify import silence
from bot.notify.notification import Destination
from bot.notify.policy import Step, Told, ToldBy
from bot.notify.quiet import Quiet
from bot.notify.silence import Silence
from rules.alert import Alert, Reason, State, Transition
from rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Holding:
    """What may hold messages back at `at`."""

    at: datetime
    silences: Sequence[Silence] = ()
    quiet: Quiet | None = None

    def is_silenced(self, alert: Alert) -> bool:
        return silence.muting(self.silences, alert, self.at) is not None

    def holds(self, alert: Alert) -> bool:
        """Whether nothing is said of the alert now; what is over counts by its peak."""
        if self.is_silenced(alert):
            return True
        severity = alert.severity or alert.peak
        return (
            self.quiet is not None and severity not in self.quiet.spared and self.quiet.at(self.at)
        )


@dataclass(frozen=True, slots=True)
class Held:
    """That a destination was not told of an alert; `quietly`: for no other reason than a quiet time."""

    alert: str
    destination: Destination
    quietly: bool


def hold(steps: Iterable[Step], told: ToldBy, holding: Holding) -> tuple[list[Step], list[Held]]:
    """The steps as they are told: what is held back is only an edit where it is known, and is owed elsewhere."""
    passed, held = list[Step](), list[Held]()
    for step in steps:
        alert = step.transition.after
        if alert is None or not holding.holds(alert):
            passed.append(step)
            continue
        known = {place: told.get((alert.id, str(place))) for place in step.destinations}
        silent = Transition(step.transition.before, alert)
        there = tuple(place for place, last in known.items() if last is not None)
        passed.append(replace(step, transition=silent, destinations=there))
        quietly = not holding.is_silenced(alert)
        held += [
            Held(alert.id, place, quietly)
            for place, last in known.items()
            if _is_owed(alert, last, quietly=quietly)
        ]
    return passed, held


def release(
    held: Iterable[Held],
    alerts: Mapping[str, tuple[Alert, Rule | None]],
    told: ToldBy,
    holding: Holding,
) -> tuple[list[Step], list[Held]]:
    """What is told now of `alerts`, each with its rule, because nothing holds it back any more, and what need not be held any longer."""
    steps, done = list[Step](), list[Held]()
    for each in held:
        alert, rule = alerts.get(each.alert, (None, None))
        known = told.get((each.alert, str(each.destination)))
        if alert is None or not _is_owed(alert, known, quietly=each.quietly):
            done.append(each)
        elif not holding.holds(alert):
            done.append(each)
            transition = Transition(alert, alert, _reason(alert, known))
            steps.append(Step(transition, rule, (each.destination,), held=True))
    return steps, done


def _is_owed(alert: Alert, known: Told | None, *, quietly: bool) -> bool:
    """Whether the peak is still to be told of what goes on; a quiet time also owes what its period ended meanwhile."""
    stands = alert.state is State.FIRING or (quietly and alert.state is State.CLOSED)
    return stands and (known is None or known.peak < alert.peak)


def _reason(alert: Alert, known: Told | None) -> Reason:
    if alert.state is State.CLOSED:
        return Reason.DELAYED
    return Reason.FIRST if known is None else Reason.ESCALATED
