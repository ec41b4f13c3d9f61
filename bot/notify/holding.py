"""What silences and quiet times hold back, and what is owed once nothing holds it back any more.

They hold back messages, never state: an alert goes on underneath, and a message that was posted is edited to the truth.
Each alert that changed, or of which something waits while what holds it back is another thing now, is looked at in the
same way: what every destination is owed of it follows from what it was last told, and is either told or goes on waiting.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.notify import decision, policy, silence
from bot.notify.decision import Step, Told, ToldBy
from bot.notify.notification import Destination, Via
from bot.notify.quiet import Quiet
from bot.notify.silence import Silence
from rules.alert import Alert, Reason, State, Transition
from rules.terms import Severity


@dataclass(frozen=True, slots=True)
class Holding:
    """What may hold messages back at `at`."""

    at: datetime
    silences: Sequence[Silence] = ()
    quiet: Quiet | None = None

    def is_silenced(self, alert: Alert, labels: Mapping[str, str] | None = None) -> bool:
        return silence.muting(self.silences, alert, self.at, labels) is not None

    def holds(self, alert: Alert, labels: Mapping[str, str] | None = None) -> bool:
        """Whether nothing is said of the alert now; what is over counts by its peak."""
        if self.is_silenced(alert, labels):
            return True
        severity = alert.severity or alert.peak
        return (
            self.quiet is not None and severity not in self.quiet.spared and self.quiet.at(self.at)
        )

    @property
    def identity(self) -> str:
        """The same for as long as it holds back the same."""
        active = [f"{each.id} {each.ends}" for each in self.silences if each.holds(self.at)]
        is_quiet = self.quiet is not None and self.quiet.at(self.at)
        spared = sorted(self.quiet.spared) if self.quiet is not None and is_quiet else None
        return policy.identity(spared, *sorted(active))


@dataclass(frozen=True, slots=True)
class Held:
    """News of an alert that waits to be told.

    `least` is the severity at which it began to wait: whoever hears of that one, or of a higher one up to the peak, is
    owed it. `quietly`: when it was last looked at while it fired, no silence held it back. `late`: it was found after
    the end of its period.
    """

    alert: str
    least: Severity
    quietly: bool
    late: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """The steps as they are told now, what goes on waiting, and the alerts of which nothing waits any more.

    `clocks` are those of the steps whose alert counts its repeats from another time than was decided: one that is held
    back is not counted, and what is told late is the beginning.
    """

    steps: tuple[Step, ...]
    held: tuple[Held, ...]
    done: tuple[str, ...]
    clocks: tuple[Step, ...]


_Known = Mapping[Destination, Told | None]
_Owed = Mapping[Destination, Reason]


def pass_on(
    steps: Iterable[Step], told: ToldBy, held: Mapping[str, Held], holding: Holding
) -> Passed:
    """What is told now of each alert: its news, and what was `held` back of it, by its id, unless something holds it back."""
    passed, kept, done, clocks = list[Step](), list[Held](), list[str](), list[Step]()
    for step in steps:
        alert = step.transition.after
        if alert is None:
            passed.append(step)
            continue
        known = {place: told.get((alert.id, str(place))) for place in step.destinations}
        parts, waits = _looked_at(step, alert, known, held.get(alert.id), holding)
        passed += parts
        clocks += [part for part in parts if _is_timed_anew(part, alert)][:1]
        if waits is not None:
            kept.append(waits)
        elif alert.id in held:
            done.append(alert.id)
    return Passed(tuple(passed), tuple(kept), tuple(done), tuple(clocks))


def _looked_at(
    step: Step, alert: Alert, known: _Known, before: Held | None, holding: Holding
) -> tuple[list[Step], Held | None]:
    """What is told of an alert, and what of it goes on waiting."""
    muted = holding.holds(alert, step.labels)
    if before is None and not muted:
        return [step], None
    waits = _waiting(step, alert, before, holding)
    owed = _owed(alert, waits, known)
    if muted:
        return [_muted(step, alert, known)], waits if owed else None
    now = {place: reason for place, reason in owed.items() if _is_true(reason, alert)}
    return _released(step, alert, now, holding.at), waits if len(now) < len(owed) else None


def _waiting(step: Step, alert: Alert, before: Held | None, holding: Holding) -> Held:
    """What waits of the alert, if it is owed to somebody."""
    fires = alert.state is State.FIRING
    quietly = before is not None and before.quietly
    return Held(
        alert.id,
        least=alert.peak if before is None else min(before.least, alert.peak),
        quietly=not holding.is_silenced(alert, step.labels) if fires else quietly,
        late=step.transition.reason is Reason.LATE or (before is not None and before.late),
    )


def _owed(alert: Alert, waits: Held, known: _Known) -> _Owed:
    """Who is still to be told of it, and why: of what goes on, of what a quiet time kept until its period was over, and of late money."""
    closed = alert.state is State.CLOSED and (waits.late or waits.quietly)
    if not (closed or alert.state is State.FIRING):
        return {}
    reasons = {place: _reason(alert, waits, place, last) for place, last in known.items()}
    return {place: reason for place, reason in reasons.items() if reason is not None}


def _reason(alert: Alert, waits: Held, place: Destination, last: Told | None) -> Reason | None:
    """Why a destination is still to be told; what it knows of an earlier life of the alert counts for nothing."""
    known = last if last is not None and last.since == alert.since else None
    is_told = known is not None and known.peak >= alert.peak
    if alert.state is State.CLOSED:
        return None if is_told else Reason.LATE if waits.late else Reason.DELAYED
    if known is None:
        return Reason.FIRST
    if not is_told:
        return Reason.ESCALATED
    return Reason.REPEAT if known.over and place.via is Via.WEBHOOK else None


def _is_true(reason: Reason, alert: Alert) -> bool:
    """Whether it can be said now: what is less bad again has not escalated, until it has."""
    return reason is not Reason.ESCALATED or alert.severity is alert.peak


def _muted(step: Step, alert: Alert, known: _Known) -> Step:
    """Only an edit, where there is something to edit; a repeat is tried again as much later, and does not count."""
    before = step.transition.before
    if before is not None and decision.in_time(step.transition):
        alert = replace(alert, repeats=before.repeats)
    there = tuple(place for place, last in known.items() if last is not None)
    return replace(step, transition=Transition(before, alert), destinations=there, muted=True)


def _released(step: Step, alert: Alert, owed: _Owed, at: datetime) -> list[Step]:
    """What waited is told with its own reason, and everybody else hears of the news there is."""
    fresh = replace(alert, spoken=at, repeats=0)
    others = tuple(place for place in step.destinations if place not in owed)
    return [
        *(
            replace(
                step,
                transition=Transition(step.transition.before, fresh, reason),
                destinations=(place,),
                first=False,
                held=True,
            )
            for place, reason in owed.items()
        ),
        replace(step, destinations=others),
    ]


def _is_timed_anew(step: Step, alert: Alert) -> bool:
    after = step.transition.after
    return after is not None and (after.spoken, after.repeats) != (alert.spoken, alert.repeats)
