"""Many alerts as one message: the worst of them, how many more, and where they are of one rule the exact total.

What is new of many that each have a message of their own is told in the same form.
"""

from collections.abc import Sequence

from bot.notify import acted
from bot.notify.facts import AlertFacts, ChangesFacts, TableFacts
from bot.slack import (
    act_words,
    alert_blocks,
    blocks,
    buttons,
    reply_blocks,
    standing,
    subject,
    text,
    wording,
)
from bot.slack.blocks import Json, Message
from rules import metric
from rules.alert import OPEN, Reason
from rules.metric import Value
from rules.terms import Severity

SHOWN = 10
_REASONS = {
    Reason.FIRST: "past a limit",
    Reason.REPEAT: "still past it",
    Reason.CLOSED: "ended",
}
"""Reasons that say too little beside a number."""


def table(facts: TableFacts, command: str, only: str = "") -> Message:
    """The message, as it is posted and as it is edited to when members end; `only` is as `buttons` takes it."""
    rows = facts.rows[:SHOWN]
    head = _headline(facts)
    is_of_one = facts.rule and not facts.also
    return blocks.message(
        f"{head} ({wording.period(facts.period)})" if is_of_one else head,
        blocks.header(head),
        blocks.paragraph(*_summary(facts)),
        blocks.remark(facts.note),
        _figures(facts),
        _members(facts, rows),
        _rest(facts.count - len(rows)),
        _also(facts.also),
        alert_blocks.next_step(facts.runbook, f"`{command} alerts` lists what is open")
        if facts.open
        else None,
        blocks.context(*_origin(facts)),
        buttons.of_table(facts, only),
    )


def changes(facts: ChangesFacts) -> Message:
    """What became of many alerts, each of which has a message of its own, in one evaluation."""
    rows = facts.rows[:SHOWN]
    head = _changed(facts)
    return blocks.message(
        f"{head} ({wording.period(facts.period)})" if facts.period else head,
        blocks.header(head),
        blocks.paragraph(blocks.say("The message about each of them says how it stands.")),
        blocks.remark(facts.note),
        _fields(facts.total, wording.named(facts.period) if facts.period else None),
        blocks.table(
            ["Who", "Value", "Limit", "Change"], [_change(row) for row in rows], numbers=(1,)
        ),
        _rest(facts.count - len(rows)),
        blocks.context(*_origin(facts)),
    )


def _changed(facts: ChangesFacts) -> str:
    """`🔴 12 changes in user-daily-spend: 11 escalated, 1 corrected`."""
    icons = [standing.of(row).icon for row in facts.rows[:1]]
    what = wording.number(facts.count, "change")
    where = f" in {text.plain(facts.rule, blocks.NAME)}" if facts.rule else ""
    reasons = ", ".join(f"{count:,} {_REASONS.get(why, str(why))}" for why, count in facts.reasons)
    return f"{' '.join((*icons, what))}{where}{f': {reasons}' if reasons else ''}"


def _change(facts: AlertFacts) -> tuple[str, str, str, str]:
    who, value, limit, _ = _row(facts)
    return who, value, limit, reply_blocks.opening(facts).removesuffix(": ")


def _headline(facts: TableFacts) -> str:
    icon = subject.ICONS[_worst(facts)] if facts.open else subject.OVER
    if not facts.rule or facts.also:
        also = f" and {wording.number(facts.also.count, 'change')}" if facts.also else ""
        return f"{icon} {wording.number(facts.count, 'alert')}{also} that were held back"
    if facts.metric == subject.FIRST:
        return (
            f"{icon} {facts.count:,} seen for the first time: {text.plain(facts.rule, blocks.NAME)}"
        )
    what = f"{wording.number(facts.count, 'alert')}: {subject.measure(facts.rows[0])}"
    return f"{icon} {what} past the limit of {text.plain(facts.rule, blocks.NAME)}"


def _worst(facts: TableFacts) -> Severity:
    """Also of the news beside it, of which nothing else is posted."""
    also = facts.also.rows if facts.also else ()
    return max([facts.severity, *(row.peak for row in also if row.state in OPEN)])


def _summary(facts: TableFacts) -> list[Json]:
    summary = text.plain(facts.summary, blocks.SENTENCE)
    return [blocks.say(f"{summary}. " if summary else ""), blocks.say(_occasion(facts))]


def _occasion(facts: TableFacts) -> str:
    if facts.held:
        return _held(facts)
    new = facts.metric == subject.FIRST
    if facts.first:
        what = "were new" if new else "were past their limit"
        return f"This rule was judged for the first time: these {what} already."
    return f"They {'were first seen' if new else 'passed their limit'} at the same time."


def _held(facts: TableFacts) -> str:
    if facts.rule and facts.metric == subject.FIRST:
        return "They were first seen while messages were held back."
    if facts.count == 1:
        return f"It began while messages were held back, and is {'still open' if facts.open else 'over'}."
    began = "They passed their limit" if facts.rule else "These alerts began"
    if not facts.open:
        return f"{began} while messages were held back. All of them are over."
    all_ = facts.open == facts.count
    return f"{began} while messages were held back{', and are still open' if all_ else ''}."


def _figures(facts: TableFacts) -> Json | None:
    return _fields(
        facts.total,
        ("Still open", f"{facts.open:,} of {facts.count:,}{acted.counted(facts)}"),
        wording.named(facts.period) if facts.rule else None,
    )


def _fields(total: Value | None, *others: tuple[str, str] | None) -> Json | None:
    together = ("Together", f"*{metric.text(total)}*") if total is not None else None
    shown = [each for each in (together, *others) if each is not None]
    return blocks.fields(*shown) if shown else None


def _members(facts: TableFacts, rows: Sequence[AlertFacts]) -> Json:
    """What is of several rules names the rule of each."""
    if facts.metric == subject.FIRST and facts.rule:
        return blocks.table(
            ["Who", "State"], [(row[0], row[-1]) for row in map(_row, rows)], numbers=()
        )
    if facts.rule:
        heads = ["Who", subject.title(subject.measure(facts.rows[0])), "Limit", "State"]
        return blocks.table(heads, [_row(row) for row in rows], numbers=(1,))
    named = [(text.plain(row.rule, blocks.NAME), *_row(row)) for row in rows]
    return blocks.table(["Rule", "Who", "Value", "Limit", "State"], named, numbers=(2,))


def _row(facts: AlertFacts) -> tuple[str, str, str, str]:
    stands = standing.of(facts)
    marks = act_words.mark(facts.acted) if facts.state in OPEN else ""
    who = subject.row(facts.labels, subject.title_among(facts.tasks, facts.labels))
    return (
        who,
        metric.text(facts.value),
        subject.limit(facts),
        f"{stands.icon} {stands.label}{marks}",
    )


def _rest(left: int) -> Json | None:
    rest = wording.more(left)
    return blocks.paragraph(blocks.faint(f"{rest}, all counted above")) if rest else None


def _also(facts: ChangesFacts | None) -> Json | None:
    """What is told beside a table, of alerts that are no members of it."""
    if facts is None:
        return None
    said = "These you were told of before. The message about each says how it stands."
    return blocks.rich(blocks.line(blocks.say(said)), *reply_blocks.listed(facts))


def _origin(facts: TableFacts | ChangesFacts) -> list[str]:
    return [_data(facts), *([f"`{text.escape(facts.rule, blocks.NAME)}`"] if facts.rule else [])]


def _data(facts: TableFacts | ChangesFacts) -> str:
    if facts.data_at is None:
        return "No complete poll yet"
    may_rise = any(alert_blocks.may_rise(row) for row in facts.rows)
    return f"Usage as of {wording.moment(facts.data_at)}{wording.RISE if may_rise else ''}"
