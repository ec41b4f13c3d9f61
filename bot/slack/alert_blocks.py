"""The message of one alert: what, how much, where it heads, why, and what to do."""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.notify.facts import AlertFacts, Pace, Split, TaskLine
from bot.slack import act_words, blocks, buttons, standing, subject, text, wording
from bot.slack.blocks import Json, Message
from rules import metric
from rules.alert import OPEN, State

_LOOKS = {"data_age": "shows what stands in the way", "drift": "shows what differs"}
"""Of the health of a source: what its status shows."""

_ERRORS = frozenset({"errors", "error_rate"})
"""Of these the tasks that failed are shown, and what to ask next is with which messages."""

_BLOCKED = "blocked"
"""Of this the tasks that are blocked are shown; what they cost is no part of it."""

_TASK_ID = re.compile(r"[A-Za-z0-9._-]{1,80}")
_EMAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
_LENGTH = re.compile(r"[0-9]+[hd]")
_ASKED_BY = {"day": " today", "week": " week", "month": " month"}
"""How the period of an alert is asked for in a command."""


def alert(facts: AlertFacts, command: str, only: str = "") -> Message:
    """The whole message, as it is posted and as it is edited to; `command` is the slash command to go on with.

    `only` is as `buttons` takes it.
    """
    remark = standing.of(facts).remark
    return blocks.message(
        standing.fallback(facts),
        blocks.header(standing.headline(facts)),
        blocks.paragraph(*remark) if remark else None,
        _figures(facts),
        _bar(facts),
        pace(facts.pace, "the limit", facts.period.zone),
        _why(facts),
        split(facts.split),
        _note(facts),
        next_step(facts.runbook, _look(facts, command)) if facts.state in OPEN else None,
        act_words.line(facts.acted) if facts.state in OPEN else None,
        blocks.context(_data(facts), *_origin(facts)),
        buttons.of_alert(facts, only),
    )


def pace(heading: Pace | None, limit: str, zone: str) -> Json | None:
    """Where a budget is heading, and on which day of `zone` `limit` is reached."""
    if heading is None:
        return None
    return blocks.paragraph(blocks.strong("Pace "), blocks.say(pace_words(heading, limit, zone)))


def pace_words(heading: Pace, limit: str, zone: str) -> str:
    reach = (
        f" (80% range {metric.text(heading.low)} – {metric.text(heading.high)})"
        if heading.low is not None and heading.high is not None
        else ""
    )
    # The day of the period's own zone: to readers elsewhere its first moment is on another one.
    hit = heading.hit and wording.day(heading.hit.astimezone(ZoneInfo(zone)))
    return f"heading for {metric.text(heading.expected)}{reach}{f'; reaches {limit} on {hit}' if hit else ''}"


def split(money: Split | None) -> Json | None:
    """Who is paid, when own keys were used."""
    if money is None or not (money.neo_cost or money.llm_cost):
        return None
    return blocks.paragraph(
        blocks.strong("Paid to "),
        blocks.say(
            f"Neo: credits {money.credits}, platform cost of BYOK {money.neo_cost}"
            f"  ·  model provider: {money.llm_cost}"
        ),
    )


def task_line(task: TaskLine, *, with_user: bool = True) -> Json:
    """`$31.20 Recon of *.acme.test · opus-4 · ana@acme.test · 12 streams`; without streams its cost is not known here."""
    model, user = text.plain(task.model, blocks.NAME), text.plain(task.user, blocks.NAME)
    streams = f"  ·  {wording.number(task.streams, 'stream')}" if task.streams > 1 else ""
    return blocks.line(
        blocks.strong(str(task.cost) if task.streams else ""),
        blocks.say(f"{'  ' if task.streams else ''}{subject.task_title(task)}"),
        blocks.say("  ·  ") if model else None,
        blocks.code(model),
        blocks.say(f"{f'  ·  {user}' if user and with_user else ''}{streams}"),
    )


def _figures(facts: AlertFacts) -> Json:
    if facts.metric == subject.FIRST:
        first = [("First seen", wording.moment(facts.first))] if facts.first else []
        return blocks.fields(*first, _span(facts))
    value = (subject.title(subject.measure(facts)), f"*{metric.text(facts.value)}*")
    limit = (f"Limit ({facts.limit_severity})", text.escape(subject.limit(facts), blocks.SENTENCE))
    return blocks.fields(value, limit, *_when(facts))


def _when(facts: AlertFacts) -> list[tuple[str, str]]:
    span = _span(facts)
    gauge = subject.is_gauge(facts)
    if facts.state in OPEN:
        since = ("Firing since", wording.moment(facts.since))
        return [since] if gauge else [span, since]
    worst = [("At worst", metric.text(facts.worst))] if facts.worst != facts.value else []
    return [] if gauge else [span, *(worst if facts.state is State.CLOSED else [])]


def _span(facts: AlertFacts) -> tuple[str, str]:
    return (
        wording.named(facts.period) if facts.by_period else ("Window", wording.period(facts.period))
    )


def _bar(facts: AlertFacts) -> Json | None:
    if not subject.is_part(facts):
        return None
    return blocks.section(f"{wording.bar(facts.value, facts.limit)} of the limit")


def _why(facts: AlertFacts) -> Json | None:
    """The tasks that cost most, and exactly how many more there are."""
    items = [task_line(task, with_user="user" not in facts.labels) for task in facts.tasks[:3]]
    left = facts.more_tasks + max(0, len(facts.tasks) - 3)
    if not items:
        return None
    rest = wording.more(left)
    return blocks.rich(
        blocks.line(blocks.strong(_tasks_shown(facts, many=len(items) > 1 or left > 0))),
        blocks.listed(items, numbered=True),
        blocks.line(blocks.faint(rest)) if rest else None,
    )


def _tasks_shown(facts: AlertFacts, *, many: bool) -> str:
    if facts.metric == _BLOCKED:
        return "Blocked tasks" if many else "The blocked task"
    failed = "failed " if facts.metric in _ERRORS else ""
    return f"Dearest {failed}tasks" if many else f"The {failed}task"


def _note(facts: AlertFacts) -> Json | None:
    return blocks.remark(facts.note) if facts.state is not State.REMOVED else None


def next_step(link: str, look: str) -> Json:
    """What to do about it: the rule's runbook, and where to look closer."""
    return blocks.section(f"*Next:* {'  ·  '.join(part for part in (runbook(link), look) if part)}")


def _look(facts: AlertFacts, command: str) -> str:
    known = next((task.id for task in facts.tasks if _can_be_typed(task.id)), "")
    if facts.metric in _LOOKS:
        return f"`{command} status` {_LOOKS[facts.metric]}"
    if facts.metric in _ERRORS and (whose := _whose(facts.labels)):
        return (
            f"`{command} errors {whose}{_span_asked(facts)}` shows what failed, with which messages"
        )
    if known:
        which = "a blocked" if facts.metric == _BLOCKED else "the dearest"
        return f"`{command} task {known}` shows {which} task"
    return f"`{command} alerts` lists what is open"


def _whose(labels: Mapping[str, str]) -> str:
    """The person or the team that an alert is about, as a command takes it; empty where it is about something else."""
    user = labels.get("user", "")
    if set(labels) - {"user"}:
        return ""
    return (user if _EMAIL.fullmatch(user) else "") if labels else "team"


def _span_asked(facts: AlertFacts) -> str:
    name = facts.period.name
    return f" {name}" if _LENGTH.fullmatch(name) else _ASKED_BY.get(name, "")


def _can_be_typed(id_: str) -> bool:
    return _TASK_ID.fullmatch(id_) is not None and id_ == text.plain(id_, blocks.NAME)


def runbook(url: str) -> str:
    """A link where it is one, else its text."""
    return f"<{url}|runbook>" if text.is_link(url) else text.escape(url, blocks.SENTENCE)


def _data(facts: AlertFacts) -> str:
    if facts.data_at is None:
        return "No complete poll yet"
    if facts.metric == "data_age":
        return f"Last complete poll {wording.moment(facts.data_at)}"
    rise = wording.RISE if may_rise(facts) else ""
    return f"Usage as of {wording.moment(facts.data_at)}{rise}"


def may_rise(facts: AlertFacts) -> bool:
    """Whether Neo may still report usage that belongs to the figure."""
    rises = facts.by_period and facts.metric != subject.FIRST
    return rises and facts.state in (*OPEN, State.CLOSED) and not facts.final


def _origin(facts: AlertFacts) -> list[str]:
    summary = text.escape(facts.summary, blocks.TITLE)
    return [
        f"`{text.escape(facts.rule, blocks.NAME)}`{f' {summary}' if summary else ''}",
        f"alert `{text.escape(facts.id, blocks.NAME)}`",
        wording.number(facts.records, "record") if facts.records else "",
    ]
