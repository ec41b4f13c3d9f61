"""Answers about what is in force and how things stand: budgets, alerts, rules, the bot itself."""

from datetime import timedelta

from bot.notify.answer import (
    AlertsAnswer,
    BudgetsAnswer,
    RuleLine,
    RulesAnswer,
    SourceLine,
    StatusAnswer,
)
from bot.notify.facts import AlertLine, BudgetLine
from bot.notify.silence import Silence
from bot.slack import act_words, alert_blocks, blocks, subject, text, usage_blocks, wording
from bot.slack.blocks import Json, Message
from rules import metric

BUDGETS, ALERTS, RULES, SOURCES, FAULTS, SILENCES = 10, 15, 15, 8, 5, 10
_ROOM = 2_000
"""Characters that silences may take beside a page of alerts."""


def budgets(answer: BudgetsAnswer) -> Message:
    rows = answer.rows[:BUDGETS]
    head = f"Budgets of {text.plain(answer.who, blocks.NAME)}"
    none = blocks.paragraph(blocks.say("No rule with a budget is about this."))
    return blocks.message(
        head,
        _title(head),
        *([budget(row) for row in rows] or [none]),
        _rest(answer.more + len(answer.rows) - len(rows)),
        usage_blocks.as_of(answer.as_of),
    )


def budget(row: BudgetLine) -> Json:
    """One budget: how much of it is used, in a bar, and where it is heading."""
    icon = subject.ICONS[row.severity] if row.severity else subject.WELL
    used = f"{metric.text(row.spent)} of {metric.text(row.budget)}"
    return blocks.rich(
        blocks.line(
            blocks.say(f"{icon} "),
            blocks.strong(f"{_whose(row)}: {used}"),
            blocks.say(f"  ·  {wording.span(row.period)}{_left(row)}  ·  "),
            blocks.code(text.plain(row.rule, blocks.NAME)),
        ),
        blocks.line(blocks.say(wording.bar(row.spent, row.budget)), *_heading(row)),
    )


def _whose(row: BudgetLine) -> str:
    return subject.who(row.labels) if row.labels else subject.title(subject.TEAM)


def _left(row: BudgetLine) -> str:
    return f", {wording.left(row.left)}" if row.left is not None else ""


def _heading(row: BudgetLine) -> list[Json]:
    if row.pace is None:
        return []
    heading = alert_blocks.pace_words(row.pace, "the budget", row.period.zone)
    return [blocks.say(f"  ·  {heading}")]


def alerts(answer: AlertsAnswer) -> Message:
    rows = answer.rows[:ALERTS]
    left = len(answer.rows) + answer.more - len(rows)
    count = answer.before + len(rows) + left
    head = f"{wording.number(count, 'open alert')}" if count else "No open alerts"
    return blocks.message(
        head,
        blocks.rich(
            blocks.line(blocks.strong(head)),
            blocks.listed([alert_line(row) for row in rows]),
            blocks.line(blocks.faint(wording.more(left))) if left else None,
        ),
        _silences(answer.silences),
        usage_blocks.as_of(answer.as_of),
    )


def _silences(found: tuple[Silence, ...]) -> Json | None:
    """What is silenced, whether it mutes anything now or not."""
    if not found:
        return None
    rows = blocks.fitting(map(act_words.silence, found[:SILENCES]), _ROOM)
    left = len(found) - len(rows)
    return blocks.rich(
        blocks.line(blocks.strong(wording.number(len(found), "silence"))),
        blocks.listed(rows),
        blocks.line(blocks.faint(wording.more(left))) if left else None,
    )


def alert_line(row: AlertLine) -> Json:
    """`🔴 ana@acme.test  $104.20, limit 100 USD · user-daily-spend since … a1b2c3d4`."""
    who = subject.row(row.labels, row.title)
    new = row.metric == subject.FIRST
    limit = f"  {metric.text(row.value)}, limit {text.plain(row.limit_text, blocks.BRIEF)}"
    return blocks.line(
        blocks.say(f"{subject.ICONS[row.severity]} "),
        blocks.strong(f"{subject.noun(row.metric)} of {who}" if new else who),
        blocks.say(f"{'' if new else limit}  ·  "),
        blocks.code(text.plain(row.rule, blocks.BRIEF)),
        blocks.say("  since "),
        blocks.moment(row.since),
        blocks.say("  "),
        blocks.code(text.plain(row.id, blocks.BRIEF)),
        *act_words.pieces(row.acted),
    )


def rules(answer: RulesAnswer) -> Message:
    rows = answer.rows[:RULES]
    left = len(answer.rows) - len(rows)
    head = f"{wording.number(answer.before + len(answer.rows), 'rule')} in force"
    return blocks.message(
        head,
        _faults(answer.faults),
        blocks.rich(
            blocks.line(blocks.strong(head)),
            blocks.listed([_rule(row) for row in rows]),
            blocks.line(blocks.faint(wording.more(left))) if left else None,
        ),
    )


def status(answer: StatusAnswer) -> Message:
    icon, verdict = (subject.WELL, "All is well") if answer.well else ("🔴", "Something is wrong")
    return blocks.message(
        f"{icon} {verdict}",
        blocks.paragraph(blocks.strong(f"{icon} {verdict}")),
        blocks.rich(*(_source(line) for line in answer.sources[:SOURCES]))
        if answer.sources
        else None,
        _rest(max(0, len(answer.sources) - SOURCES)),
        _faults(answer.faults),
        _backup(answer.backup_error),
        blocks.fields(
            ("Rules", f"{answer.rules:,}"),
            ("Open alerts", _open(answer)),
            ("Waiting messages", _waiting(answer)),
            ("Undeliverable messages", _undeliverable(answer)),
        ),
        blocks.context(
            f"Rules last judged {wording.moment(answer.last_judged)}"
            if answer.last_judged
            else "Rules not judged yet",
            f"zone {text.escape(answer.zone, blocks.NAME)}",
            f"version {text.escape(answer.version, blocks.NAME)}",
        ),
    )


def _title(head: str) -> Json:
    return blocks.paragraph(blocks.strong(head))


def _rest(left: int) -> Json | None:
    return blocks.paragraph(blocks.faint(wording.more(left))) if left else None


def _rule(row: RuleLine) -> Json:
    """`user-daily-spend  spend by user, day: warning 50 USD, critical 100 USD → finops · 2 open`."""
    grouped = f" by {', '.join(row.group_by)}" if row.group_by else ""
    where = f" where {text.plain(row.where, blocks.NAME)}" if row.where else ""
    notify = f" → {', '.join(row.notify)}" if row.notify else ""
    held = (
        f"{subject.noun(row.metric)}{grouped}{where}, {row.window}: {', '.join(row.limits)}{notify}"
    )
    return blocks.line(
        blocks.code(text.plain(row.name, blocks.NAME)),
        blocks.say(f"  {text.plain(held, blocks.SENTENCE * 2)}"),
        blocks.strong(f"  {row.open:,} open" if row.open else ""),
    )


def _faults(faults: tuple[str, ...]) -> Json | None:
    """What is wrong with a file that was refused; the rules before it stay in force."""
    if not faults:
        return None
    rest = wording.more(max(0, len(faults) - FAULTS))
    return blocks.rich(
        blocks.line(
            blocks.strong("🔴 The rules file was refused; the rules before it stay in force.")
        ),
        blocks.listed(
            [
                blocks.line(blocks.say(text.plain(fault, blocks.SENTENCE)))
                for fault in faults[:FAULTS]
            ]
        ),
        blocks.line(blocks.faint(rest)) if rest else None,
    )


def _backup(error: str) -> Json | None:
    if not error:
        return None
    why = text.plain(error, blocks.SENTENCE)
    return blocks.rich(
        blocks.line(blocks.strong("🔴 There is no backup of today: "), blocks.say(why))
    )


def _source(line: SourceLine) -> Json:
    icon = "🔴" if line.stale or line.error else subject.WELL
    last = blocks.moment(line.last_complete) if line.last_complete else blocks.say("none yet")
    error = text.plain(line.error, blocks.SENTENCE)
    notes = text.plain("; ".join(line.notes), blocks.SENTENCE)
    return blocks.line(
        blocks.say(f"{icon} "),
        blocks.strong(text.plain(line.name, blocks.NAME)),
        blocks.say(f" ({text.plain(line.role, blocks.NAME)}): last complete poll "),
        last,
        blocks.say(_lag(line)),
        blocks.say(f"  ·  {_counts(line)}"),
        blocks.say("" if line.backfilled else "  ·  history is still being read"),
        *_compared(line),
        blocks.strong(f"\n{error}" if error else ""),
        blocks.say(f"\n{notes}" if notes else ""),
        blocks.say("\n"),
    )


def _compared(line: SourceLine) -> list[Json]:
    """When it was held against Neo's own totals; a difference is among the notes."""
    if line.agreement is None:
        return []
    agrees = "differs from" if line.agreement.drift else "equals"
    at = blocks.moment(line.agreement.at)
    return [blocks.say(f"  ·  {agrees} Neo's own totals, compared "), at]


def _counts(line: SourceLine) -> str:
    """Also of what there is none, so that nobody has to wonder."""
    known = wording.number(line.records, "record")
    return f"{known}, {line.unpriced:,} unpriced, {line.rejected:,} rejected"


def _lag(line: SourceLine) -> str:
    """How far the data is behind."""
    return "" if line.age is None else f" (lag {metric.text(timedelta(seconds=line.age))})"


def _open(answer: StatusAnswer) -> str:
    silences = f", {wording.number(answer.silences, 'silence')}" if answer.silences else ""
    return f"{answer.open_alerts:,}{silences}"


def _waiting(answer: StatusAnswer) -> str:
    oldest = (
        f", oldest from {wording.moment(answer.oldest_waiting)}" if answer.oldest_waiting else ""
    )
    return f"{answer.waiting:,}{oldest}"


def _undeliverable(answer: StatusAnswer) -> str:
    """How many, and why the last of them."""
    why = text.escape(answer.delivery_error, blocks.SENTENCE)
    return f"{answer.undeliverable:,}\n{why}" if why else f"{answer.undeliverable:,}"
