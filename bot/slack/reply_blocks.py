"""Replies in an alert's thread: short, and clear to who reads nothing else, since some are shown in the channel too."""

from itertools import accumulate

from bot.notify.facts import AlertFacts, ChangesFacts
from bot.slack import alert_blocks, blocks, standing, subject, text, wording
from bot.slack.blocks import Json, Message
from rules import metric
from rules.alert import OPEN, Reason

SHOWN = 10
_SPOKEN = 400
"""Characters of a notification that changes may take."""


def reply(facts: AlertFacts) -> Message:
    """What changed, from what, against which limit; for a rise also the dearest task."""
    return blocks.message(
        f"{opening(facts)}{standing.statement(facts)}",
        blocks.rich(blocks.line(*_sentence(facts)), _dearest(facts)),
    )


def changes(facts: ChangesFacts) -> Message:
    """What became of members of a table in one evaluation."""
    where = f" in {text.plain(facts.rule, blocks.NAME)}" if facts.rule else ""
    head = f"{wording.number(facts.count, 'change')}{where}"
    return blocks.message(
        _spoken(facts, head), blocks.rich(blocks.line(blocks.strong(head)), *listed(facts))
    )


def listed(facts: ChangesFacts) -> list[Json | None]:
    """Each change on a line of its own, and how many more there are."""
    rows = facts.rows[:SHOWN]
    rest = wording.more(facts.count - len(rows))
    return [
        blocks.listed(blocks.line(*_change(row), *_of_rule(facts, row)) for row in rows),
        blocks.line(blocks.faint(rest)) if rest else None,
    ]


def _spoken(facts: ChangesFacts, head: str) -> str:
    """What changed in words alone, which is all that a lock screen or a screen reader tells; one change as of an alert on its own."""
    words = [f"{opening(row)}{standing.statement(row)}" for row in facts.rows[:SHOWN]]
    if facts.count == 1:
        return words[0]
    ends = accumulate(map(len, words))
    shown = [each for each, end in zip(words, ends, strict=True) if end <= _SPOKEN]
    rest = wording.more(facts.count - len(shown))
    return f"{head}: {'; '.join(each for each in (*shown, rest) if each)}"


def opening(facts: AlertFacts) -> str:
    """What changed: `🔴 Escalated to critical: `."""
    stands = standing.of(facts)
    match facts.reason:
        case Reason.ESCALATED if facts.state in OPEN:
            return f"{stands.icon} Escalated to {facts.peak}: "
        case Reason.REPEAT if facts.state in OPEN:
            return f"{stands.icon} Still {facts.severity or facts.peak}: "
        case _:
            return f"{stands.icon} {stands.label}: "


def _sentence(facts: AlertFacts) -> list[Json]:
    firing = facts.state in OPEN
    age = f" Firing for {_age(facts)}." if firing and _age(facts) else ""
    note = text.plain(facts.note, blocks.NOTE) if firing else ""
    remark = standing.of(facts).remark
    limit = "" if facts.metric == subject.FIRST else f" Limit: {subject.limit(facts)}."
    return [
        blocks.strong(opening(facts)),
        blocks.say(f"{standing.statement(facts)}{_told(facts)}."),
        *((blocks.say(" "), *remark) if remark else ()),
        blocks.say(f"{limit}{age}"),
        blocks.say(f" {note}" if note else ""),
    ]


def _told(facts: AlertFacts) -> str:
    """What this destination was told before; the end of an alert says that in its own words."""
    live = facts.state in OPEN or facts.reason is Reason.LATE
    if facts.told is None or facts.told == facts.value or not live:
        return ""
    return f" (was {metric.text(facts.told)})"


def _age(facts: AlertFacts) -> str:
    known = facts.data_at is not None and facts.data_at > facts.since
    return wording.lasting(facts.since, facts.data_at) if known and facts.data_at else ""


def _dearest(facts: AlertFacts) -> Json | None:
    if facts.state not in OPEN or not facts.tasks:
        return None
    return blocks.listed(
        [alert_blocks.task_line(facts.tasks[0], with_user="user" not in facts.labels)]
    )


def _of_rule(facts: ChangesFacts, row: AlertFacts) -> list[Json]:
    """Which rule it is of, where they are of several."""
    if facts.rule:
        return []
    return [blocks.say("  "), blocks.code(text.plain(row.rule, blocks.NAME))]


def _change(facts: AlertFacts) -> list[Json]:
    at = "" if facts.metric == subject.FIRST else f" at {metric.text(facts.value)}{_told(facts)}"
    return [
        blocks.say(f"{standing.of(facts).icon} "),
        blocks.strong(subject.who(facts.labels, facts.tasks)),
        blocks.say(f"  {opening(facts).split(' ', 1)[1].rstrip(': ').lower()}"),
        blocks.say(at),
    ]
