"""Decides who is told what: from the transitions of one evaluation to posts, replies and edits.

An alert has one message at each destination, or is a row of a table there. What a destination was last told decides
whether a transition is news to it: `decide` sees that as data, and reads nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.notify import decision
from bot.notify.decision import Changes, Decision, Edit, Post, Reply, Step, ToldBy
from bot.notify.notification import Destination, Via
from rules.alert import Alert, Reason, State, Transition
from rules.rule import Rule

STORM = 5
"""More new alerts than this of one rule in one evaluation are one message, and so are more replies than this."""

_Members = dict[str, Step]
"""Steps by the id of their alert."""


def decide(steps: Sequence[Step], told: ToldBy, at: datetime) -> list[Decision]:
    """What is said about `steps`, each destination apart; nothing for transitions that are no news to it."""
    posts: dict[tuple[Destination, str, bool], tuple[Rule, _Members]] = {}
    replies: dict[tuple[Destination, str], list[Step]] = {}
    edits: dict[tuple[Destination, str], list[Step]] = {}
    for step, destination in _each(steps):
        alert = step.transition.after
        if alert is None:
            continue
        known = told.get((alert.id, str(destination)))
        if known is None:
            if step.rule is not None and (begun := _begun(step, alert)):
                key = (destination, "" if step.held else step.rule.name, step.first)
                posts.setdefault(key, (step.rule, {}))[1][alert.id] = begun
        elif (known.waiting or known.gathered) and decision.in_time(step.transition):
            continue
        elif spoken := _spoken(step, destination, at):
            replies.setdefault((destination, known.message), []).append(spoken)
        elif _differs(step.transition.before, alert):
            edits.setdefault((destination, known.message), []).append(step)
    alike, others = _alike(_changes(replies, edits, told), told)
    released = {place: alike.pop((place, ""), []) for place, kind, _ in posts if not kind}
    return [*_posts(posts, released, at), *others, *_edits(released), *_gathered(alike, at)]


def dedupe_key(destination: Destination, alert: Alert, reason: Reason) -> str:
    """The same thing is said once: destination, episode, reason, severity, the limit as written, and when that was decided.

    A limit that was moved and came back is passed anew, since another time.
    """
    said = f"{reason}|{alert.severity or alert.peak}|{alert.limit.text}"
    decided = alert.spoken.isoformat() if alert.spoken else ""
    return f"{destination}|{alert.id}|{alert.since.isoformat()}|{said}|{decided}"


def dedupe_keys(destination: Destination, steps: Iterable[Step]) -> list[str]:
    return [
        dedupe_key(destination, alert, step.transition.reason or Reason.FIRST)
        for step in steps
        if (alert := step.transition.after) is not None
    ]


def identity(*parts: object) -> str:
    """A stable id from what makes a thing itself."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:24]


def _each(steps: Iterable[Step]) -> Iterator[tuple[Step, Destination]]:
    return ((step, destination) for step in steps for destination in step.destinations)


def _begun(step: Step, alert: Alert) -> Step | None:
    """The step as a destination is told of it that knows nothing of the alert.

    Only what holds, or held in a period that is over, is news there. What goes on or got worse is heard of for the first time.
    """
    transition = step.transition
    if alert.state is State.FIRING:
        return replace(step, transition=replace(transition, reason=Reason.FIRST))
    late = transition.reason in (Reason.LATE, Reason.DELAYED)
    return step if late and alert.state is State.CLOSED else None


def _spoken(step: Step, destination: Destination, at: datetime) -> Step | None:
    """The step as the destination is told of it; a webhook is told of quiet ends and returns too."""
    before, after, reason = step.transition.before, step.transition.after, step.transition.reason
    if reason is not None:
        return step
    if before is None or after is None or not _is_webhook(destination):
        return None
    if before.open == after.open or (after.open and step.muted):
        return None
    silent = Reason.REPEAT if after.open else Reason.CLOSED
    return replace(step, transition=Transition(before, replace(after, spoken=at), silent))


def _is_webhook(destination: Destination) -> bool:
    """Whether nothing that it was told can be edited."""
    return destination.via is Via.WEBHOOK


def _differs(before: Alert | None, after: Alert) -> bool:
    """Whether a message about it has become untrue. A value that only moves is not news, unless the figure is final.

    What begins anew was told of as it was before.
    """
    if after.state is State.PENDING:
        return False
    if before is None or _shown(before) != _shown(after):
        return True
    return not after.open and before.value != after.value


def _shown(alert: Alert) -> tuple[object, ...]:
    """What a message says beside the value. The limit counts as it is written: one that is computed moves each day."""
    return (alert.state, alert.severity, alert.peak, alert.limit.text)


def _posts(
    posts: Mapping[tuple[Destination, str, bool], tuple[Rule, _Members]],
    released: Mapping[Destination, Iterable[Reply]],
    at: datetime,
) -> Iterator[Post]:
    """A message each, or of too many at once a table, and of all that was held back.

    A table adds up, so it is of one condition and one period; one of what was held back does not.
    """
    for (destination, kind, first), (rule, members) in posts.items():
        held = not kind
        also = [step for reply in released.get(destination, ()) for step in reply.steps if held]
        storm = len(members) > (1 if first or held else STORM)
        alike: dict[object, _Members] = {}
        for alert, step in members.items():
            kin = held or _kin(step)
            alike.setdefault(kin if storm else alert, {})[alert] = step
        for group in alike.values():
            many = identity(destination, at.isoformat(), *sorted(group))
            id_ = many if len(group) + len(also) > 1 else identity(destination, *group)
            yield Post(id_, destination, rule, tuple(group.values()), first, held, tuple(also))


def _kin(step: Step) -> object:
    """What alerts of one rule have in common whose values can be added up."""
    alert = step.transition.after
    return alert and (alert.series.condition, alert.by_period and alert.span.start)


_Alike = dict[tuple[Destination, str], list[Reply]]
"""Replies at one destination about one rule, or with an empty name about all that was held back."""


def _alike(changes: Iterable[Reply | Edit], told: ToldBy) -> tuple[_Alike, list[Decision]]:
    """The replies that may be gathered, and everything else.

    A reply to what waits to be delivered is merged with that, and so makes no message more.
    """
    waiting = {known.message for known in told.values() if known.waiting}
    alike, others = _Alike(), list[Decision]()
    for each in changes:
        if isinstance(each, Reply) and each.message not in waiting:
            alike.setdefault((each.destination, _kind(each)), []).append(each)
        else:
            others.append(each)
    return alike, others


def _gathered(alike: _Alike, at: datetime) -> Iterator[Decision]:
    """Too many replies about one rule are one message, and so are all that were held back; what they were for is edited."""
    for (place, kind), replies in alike.items():
        if len(replies) <= (STORM if kind else 1):
            yield from replies
            continue
        steps = tuple(step for reply in replies for step in reply.steps)
        id_ = identity(at.isoformat(), *sorted(dedupe_keys(place, steps)))
        yield Changes(id_, place, steps[0].rule, steps)
        yield from _edits({place: replies})


def _edits(told_elsewhere: Mapping[Destination, Iterable[Reply]]) -> Iterator[Edit]:
    for place, replies in told_elsewhere.items():
        if not _is_webhook(place):
            for reply in replies:
                yield Edit(reply.message, place, reply.rule, reply.changed, reply.table)


def _kind(reply: Reply) -> str:
    """The rule that a reply is about; empty if all that it says was held back."""
    alert = reply.steps[0].transition.after
    if alert is None or all(step.held for step in reply.steps):
        return ""
    return alert.series.rule


def _changes(
    replies: Mapping[tuple[Destination, str], list[Step]],
    edits: Mapping[tuple[Destination, str], list[Step]],
    told: ToldBy,
) -> Iterator[Reply | Edit]:
    """One reply for a message that there is news on, else an edit of it."""
    tables = {known.message for known in told.values() if known.table}
    for (place, message), steps in replies.items():
        silent = tuple(edits.get((place, message), ()))
        yield Reply(message, place, steps[0].rule, tuple(steps), message in tables, silent)
    for (place, message), steps in edits.items():
        if (place, message) not in replies and not _is_webhook(place):
            yield Edit(message, place, steps[0].rule, tuple(steps), message in tables)
