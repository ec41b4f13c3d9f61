"""What is decided to be said to whom: steps of alerts, what was told of them before, and the messages that come of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.notify.notification import Destination
from rules.alert import Reason, Transition
from rules.metric import Value
from rules.rule import Rule
from rules.terms import Severity


@dataclass(frozen=True, slots=True)
class Told:
    """What a destination was last told of an alert, and the message about it there; `table` if that is about many.

    `since` is when the alert began of which that was: one that ends and begins anew in a period keeps its id. `over`: it
    was told that it has ended. `waiting`: something about that message is still to be delivered. `gathered`: so is one
    in which it was told of what became of many.
    """

    message: str
    peak: Severity
    value: Value
    table: bool
    since: datetime
    over: bool = False
    waiting: bool = False
    gathered: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A transition with where its rule sends; `first` if it comes of a rule's first evaluation. The rule is None once it is gone.

    `labels` are those of the alert, with the one person that it is about where that is known. `muted`: nothing is said
    of it now but how it ended. `held`: it is told because nothing holds it back any more.
    """

    transition: Transition
    rule: Rule | None
    destinations: tuple[Destination, ...]
    first: bool = False
    held: bool = False
    muted: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Post:
    """A new message about one alert, or with several a table of them.

    `also` is news that was held back with them, of alerts that have a message of their own: it is told here once, and
    their own are only edited.
    """

    message: str
    destination: Destination
    rule: Rule
    steps: tuple[Step, ...]
    first: bool = False
    held: bool = False
    also: tuple[Step, ...] = ()

    @property
    def table(self) -> bool:
        return len(self.steps) + len(self.also) > 1

    @property
    def changed(self) -> tuple[Step, ...]:
        return self.steps


@dataclass(frozen=True, slots=True)
class Reply:
    """News on an alert that the destination knows: in its message's thread, which is edited as well.

    With several steps they are members of one table. `silent` are members that changed too, but only the message says
    so. A new crossing, an escalation and what is repeated for time alone are broadcast to the channel.
    """

    message: str
    destination: Destination
    rule: Rule | None
    steps: tuple[Step, ...]
    table: bool
    silent: tuple[Step, ...] = ()

    @property
    def broadcast(self) -> bool:
        return any(
            step.transition.reason in _LOUD or in_time(step.transition) for step in self.steps
        )

    @property
    def changed(self) -> tuple[Step, ...]:
        """Everything that the message must say from now on."""
        return (*self.steps, *self.silent)


@dataclass(frozen=True, slots=True)
class Edit:
    """A silent change of what a posted message says."""

    message: str
    destination: Destination
    rule: Rule | None
    steps: tuple[Step, ...]
    table: bool

    @property
    def changed(self) -> tuple[Step, ...]:
        return self.steps


@dataclass(frozen=True, slots=True)
class Changes:
    """News on too many messages to reply to each: one new message, while they are only edited.

    It tells what happened once and for all, so nothing follows it: what comes later goes to the alerts' own messages.
    """

    message: str
    destination: Destination
    rule: Rule | None
    steps: tuple[Step, ...]


Decision = Post | Reply | Edit | Changes

Spoken = Post | Reply | Changes
"""What tells news; an edit tells nobody."""


def own(decision: Spoken) -> tuple[Step, ...]:
    """News that is told by the message of its alerts, or in its thread."""
    return () if isinstance(decision, Changes) else decision.steps


def gathered(decision: Spoken) -> tuple[Step, ...]:
    """News of alerts that have a message elsewhere."""
    if isinstance(decision, Changes):
        return decision.steps
    return decision.also if isinstance(decision, Post) else ()


ToldBy = Mapping[tuple[str, str], Told]
"""By alert id and destination (as text)."""

_LOUD = (Reason.FIRST, Reason.ESCALATED)


def in_time(transition: Transition) -> bool:
    """Whether it is said again for no other reason than that time has passed."""
    before, after = transition.before, transition.after
    return before is not None and after is not None and after.repeats > before.repeats
