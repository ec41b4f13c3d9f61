"""How an alert stands, in words that its message, its replies and its row in a table share."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.notify.facts import AlertFacts
from bot.slack import blocks, subject, text, wording
from bot.slack.blocks import Json
from rules import metric
from rules.alert import CAME_TRUE, OPEN, Reason, State
from rules.condition.forecast import FORECAST
from rules.metric import Value


@dataclass(frozen=True, slots=True)
class Standing:
    """An icon and a word for the headline; `remark` is a sentence in pieces of rich text, or empty."""

    icon: str
    label: str
    remark: tuple[Json, ...] = ()


def of(facts: AlertFacts) -> Standing:
    """How the alert stands now; a delayed one is told with its beginning and its end."""
    if facts.note == CAME_TRUE:
        return Standing(subject.OVER, "Came true")
    if facts.condition == FORECAST.name and facts.state is State.CORRECTED:
        return Standing(subject.WELL, "Resolved", _less(facts))
    if facts.state in OPEN or (facts.state is State.CLOSED and facts.reason is Reason.LATE):
        return _open(facts)
    if facts.reason is Reason.DELAYED and facts.ended is not None:
        return Standing(subject.OVER, f"Was {facts.peak}", _delayed(facts))
    label, remark = _ENDED[facts.state]
    icon = subject.WELL if facts.state in (State.RESOLVED, State.CORRECTED) else subject.OVER
    of_first = _of_first(facts) if facts.metric == subject.FIRST else None
    return Standing(icon, label, _say(of_first) if of_first else remark(facts))


def _open(facts: AlertFacts) -> Standing:
    """What is wrong now, or was found wrong only now."""
    icon = subject.ICONS[facts.peak]
    if facts.state is State.CLOSED:
        return Standing(icon, f"Late {facts.peak}", _late(facts))
    return Standing(icon, subject.title(str(facts.peak)), _eased(facts))


def headline(facts: AlertFacts) -> str:
    """`🔴 Critical: spend of ana@acme.test at $104.20`; raw, for a header and for notifications."""
    standing = of(facts)
    return f"{standing.icon} {standing.label}: {statement(facts)}"


def statement(facts: AlertFacts) -> str:
    """What is so, without how bad: `spend of ana@acme.test at $104.20`."""
    told = facts.worst if facts.reason is Reason.DELAYED else facts.value
    value, about = metric.text(told), subject.about(facts)
    if facts.metric == "data_age":
        open_ = facts.state in (State.PENDING, State.FIRING)
        return f"no new {about} for {value}" if open_ else f"new {about} again"
    amount = "" if facts.metric == subject.FIRST else f" at {value}"
    day = f" on {wording.span(facts.period)}" if facts.reason is Reason.LATE else ""
    return f"{about}{amount}{day}"


def fallback(facts: AlertFacts) -> str:
    """One line for notifications and screen readers; raw."""
    limit = [] if facts.metric == subject.FIRST else [f"limit {subject.limit(facts)}"]
    when = [wording.period(facts.period)] if facts.period.start < facts.period.end else []
    return f"{headline(facts)} ({', '.join([*limit, *when])})"


def _say(words: str) -> tuple[Json, ...]:
    return (blocks.say(words),)


def _eased(facts: AlertFacts) -> tuple[Json, ...]:
    """A firing alert that is not as bad as it was."""
    if facts.severity is None:
        return _say("It is within its limit now; the alert ends when that lasts.")
    if facts.over_at is not None:
        return _say(f"It is within its limit; it is over only {level(facts.over_at, facts.limit)}.")
    if facts.severity < facts.peak:
        return _say(f"It is down to {facts.severity} now.")
    return ()


def level(over_at: Value, limit: Value) -> str:
    """`below $45.00`."""
    side = "below" if metric.size(over_at) <= metric.size(limit) else "above"
    return f"{side} {metric.text(over_at)}"


def _resolved(facts: AlertFacts) -> tuple[Json, ...]:
    lasted = f" after {wording.lasting(facts.since, facts.ended)}" if facts.ended else ""
    worst = "" if facts.metric == "data_age" else f"; at worst it was {metric.text(facts.worst)}"
    return _say(f"Over{lasted}{worst}.")


def _less(facts: AlertFacts) -> tuple[Json, ...]:
    return _say(f"That is not expected any more; at worst it was {metric.text(facts.worst)}.")


def _corrected(facts: AlertFacts) -> tuple[Json, ...]:
    was, now = metric.text(facts.worst), metric.text(facts.value)
    return _say(f"Neo took usage back: it was {was}, it is {now}, within its limit.")


def _late(facts: AlertFacts) -> tuple[Json, ...]:
    if facts.since < facts.period.end:
        return _say(
            "It passed the limit before its period ended, but not yet for as long as the rule asks."
        )
    passes = "" if facts.metric == subject.FIRST else ", and it passes the limit"
    return _say(
        f"Neo reported usage of {wording.span(facts.period)} after that period had ended{passes}."
    )


def _delayed(facts: AlertFacts) -> tuple[Json, ...]:
    ended = [blocks.moment(facts.ended)] if facts.ended else []
    return (
        blocks.say("It began "),
        blocks.moment(facts.since),
        blocks.say(" and was over "),
        *ended,
        blocks.say(
            f", at worst {metric.text(facts.worst)}. This comes late because it could not be told then."
        ),
    )


def _closed(facts: AlertFacts) -> tuple[Json, ...]:
    if facts.final:
        return _say("The period is over; this is its final figure.")
    return _say("The period is over; its figure may still rise until Neo has reported all of it.")


def _removed(facts: AlertFacts) -> tuple[Json, ...]:
    return _say(
        text.plain(facts.note, blocks.NOTE) or "Its rule is gone or means something else now."
    )


def _of_first(facts: AlertFacts) -> str | None:
    """Why what was new is so no more; in a rolling window it may be old by now, or never have been used."""
    if facts.state is State.RESOLVED and facts.first is None:
        return "Neo took that usage back."
    return _OF_FIRST.get(facts.state)


_OF_FIRST = {
    State.RESOLVED: "That is longer ago now than the rule looks.",
    State.CORRECTED: "It is not new here: Neo took that usage back, or has reported earlier usage.",
    State.CLOSED: "The period in which it was new is over.",
}
_ENDED: dict[State, tuple[str, Callable[[AlertFacts], tuple[Json, ...]]]] = {
    State.RESOLVED: ("Resolved", _resolved),
    State.CORRECTED: ("Corrected", _corrected),
    State.CLOSED: ("Closed", _closed),
    State.REMOVED: ("Ended", _removed),
}
