"""Answers about usage: spend, top, errors, byok, one task."""

from datetime import datetime, timedelta

from bot.notify.answer import (
    ByokAnswer,
    ErrorsAnswer,
    Origin,
    SpendAnswer,
    StreamLine,
    TaskAnswer,
    TopAnswer,
    TopLine,
)
from bot.notify.facts import Split
from bot.slack import alert_blocks, blocks, subject, text, wording
from bot.slack.blocks import Json, Message
from rules import metric
from rules.money import Money

ROWS = 10
STREAMS = 10
FEW = 5

_ORIGINS = {
    Origin.LIVE: "From Neo, just now",
    Origin.GONE: "From the ledger: Neo shows you no such task",
    Origin.SILENT: "From the ledger: Neo did not answer",
}


def spend(answer: SpendAnswer) -> Message:
    totals, split = answer.totals, answer.split
    head = f"{_who(answer.who)} spent {split.spend}, {answer.period.name}"
    return blocks.message(
        subject.title(head),
        _title(head),
        blocks.fields(
            ("Spend", f"*{split.spend}*"),
            (subject.title(answer.before_period.name), _before(split.spend, answer.before)),
            ("Tasks", f"{totals.tasks:,} in {wording.number(totals.streams, 'stream')}"),
            ("Failed", f"{totals.errors:,} of {wording.number(totals.judged, 'finished stream')}"),
        ),
        alert_blocks.split(split),
        as_of(
            answer.as_of,
            wording.period(answer.period),
            "figures by time of arrival" if answer.arrival else "",
            f"{wording.number(totals.unpriced, 'stream')} without a price yet"
            if totals.unpriced
            else "",
        ),
    )


def top(answer: TopAnswer) -> Message:
    rows = answer.rows[:ROWS]
    money = answer.total is not None
    head = f"Top {answer.by} of {_who(answer.who)}, {answer.period.name}"
    total = str(answer.total) if money else f"{answer.total_count:,}"
    left = answer.more + len(answer.rows) - len(rows)
    return blocks.message(
        f"{head}: {total} in all",
        _title(head),
        blocks.table(*_ranking(answer, rows), numbers=(1, 2, 3)) if rows else _nothing(),
        blocks.paragraph(
            blocks.strong(f"{total} in all"),
            blocks.say(f"  ·  {wording.more(left)}" if left else ""),
        ),
        as_of(answer.as_of, wording.period(answer.period)),
    )


def errors(answer: ErrorsAnswer) -> Message:
    rate = "no verdict" if answer.rate is None else metric.text(answer.rate)
    head = f"Failures of {_who(answer.who)}, {answer.period.name}"
    dearest = answer.dearest[:FEW]
    complaints = answer.complaints[:FEW]
    return blocks.message(
        f"{head}: {rate}",
        _title(head),
        blocks.fields(
            ("Error rate", f"*{rate}*"),
            ("Failed", f"{answer.failed:,} of {wording.number(answer.judged, 'finished stream')}"),
            ("Cost of failures", str(answer.cost)),
        ),
        _list(
            "Dearest failures",
            [alert_blocks.task_line(task) for task in dearest],
            answer.more + len(answer.dearest) - len(dearest),
        ),
        _list(
            "Most common messages",
            [_complaint(each.text, each.count) for each in complaints],
            answer.more_complaints + len(answer.complaints) - len(complaints),
        ),
        as_of(answer.as_of, wording.period(answer.period)),
    )


def byok(answer: ByokAnswer) -> Message:
    rows = answer.rows[:ROWS]
    left = answer.more + len(answer.rows) - len(rows)
    head = f"BYOK of {_who(answer.who)}, {answer.period.name}"
    return blocks.message(
        f"{head}: platform cost {answer.split.neo_cost}, provider cost {answer.split.llm_cost}",
        _title(head),
        blocks.fields(
            ("Credits", str(answer.split.credits)),
            ("Platform cost of BYOK", f"*{answer.split.neo_cost}*"),
            ("Provider cost of BYOK", str(answer.split.llm_cost)),
            ("Charged by Neo", str(answer.split.spend)),
        ),
        blocks.table(
            ["Who", "Credits", "Platform", "Provider"],
            [(row.user, *_amounts(row.split)) for row in rows],
            numbers=(1, 2, 3),
        )
        if rows
        else blocks.paragraph(blocks.say("No BYOK usage in this period.")),
        blocks.paragraph(blocks.faint(wording.more(left))) if left else None,
        _without(answer.without) if rows and answer.without else None,
        as_of(answer.as_of, wording.period(answer.period)),
    )


def _without(count: int) -> Json:
    """Why the rows come to fewer credits than all."""
    people = wording.number(count, "person", "people")
    return blocks.context(f"{people} without BYOK usage: counted above, not listed")


def task(answer: TaskAnswer) -> Message:
    name = text.plain(answer.title, blocks.TITLE) or text.plain(answer.id, blocks.NAME)
    head = f"Task “{name}” has cost {answer.split.spend}"
    model, user = text.escape(answer.model, blocks.NAME), text.escape(answer.user, blocks.NAME)
    return blocks.message(
        head,
        _title(head),
        blocks.fields(
            ("Status", text.escape(answer.status, blocks.NAME) or "unknown"),
            ("Started", wording.moment(answer.created)),
            ("By", user or "unknown"),
            ("Model", f"{model or 'unknown'}{' (BYOK)' if answer.byok else ''}"),
            ("Ran for", _ms(answer.execution_ms)),
            ("Work", _work(answer)),
        ),
        alert_blocks.split(answer.split),
        _error(answer.error),
        _tools(answer),
        _list("Timeline", [_stream(each) for each in answer.timeline[:STREAMS]], _hidden(answer)),
        blocks.context(_ORIGINS[answer.origin], f"`{text.escape(answer.id, blocks.NAME)}`"),
    )


def _work(answer: TaskAnswer) -> str:
    calls = wording.number(answer.tool_calls, "tool call")
    return f"{wording.number(answer.steps, 'step')}, {calls}"


def as_of(at: datetime | None, *more: str) -> Json:
    """How fresh the figures are."""
    return blocks.context(
        f"Usage as of {wording.moment(at)}"
        if at
        else "No complete poll yet: figures are a lower bound",
        *more,
    )


def _who(name: str) -> str:
    return text.plain(name, blocks.NAME) or "unknown"


def _title(head: str) -> Json:
    return blocks.paragraph(blocks.strong(subject.title(head)))


def _nothing() -> Json:
    return blocks.paragraph(blocks.say("No usage in this period."))


def _before(now: Money, before: Money | None) -> str:
    if before is None:
        return "not known: the ledger begins later"
    return f"{before}  ({wording.change(now, before)})"


def _ranking(answer: TopAnswer, rows: tuple[TopLine, ...]) -> tuple[list[str], list[list[str]]]:
    """The head and the rows of a ranking; tools and agents are counted, the others cost."""
    one = answer.by.removesuffix("s")
    if answer.total is None:
        counted = "Calls" if answer.by == "tools" else "Triggers"
        return [subject.title(one), counted, "Share"], [
            [row.name, f"{row.count:,}", wording.share(row.share)] for row in rows
        ]
    return [subject.title(one), "Cost", "Streams", "Share"], [
        [_named(row), str(row.cost), f"{row.count:,}", wording.share(row.share)] for row in rows
    ]


def _named(row: TopLine) -> str:
    detail = text.plain(row.detail, blocks.NAME)
    return f"{detail} ({text.plain(row.name, blocks.NAME)})" if detail else row.name


def _list(head: str, items: list[Json], left: int) -> Json | None:
    if not items:
        return None
    rest = wording.more(left)
    return blocks.rich(
        blocks.line(blocks.strong(head)),
        blocks.listed(items),
        blocks.line(blocks.faint(rest)) if rest else None,
    )


def _complaint(words: str, count: int) -> Json:
    return blocks.line(
        blocks.strong(f"{count:,}×  "),
        blocks.say(text.plain(words, blocks.SENTENCE) or "no message"),
    )


def _amounts(split: Split) -> tuple[str, str, str]:
    return str(split.credits), str(split.neo_cost), str(split.llm_cost)


def _error(words: str) -> Json | None:
    shown = text.plain(words, blocks.NOTE)
    return blocks.paragraph(blocks.strong("Error  "), blocks.say(shown)) if shown else None


def _tools(answer: TaskAnswer) -> Json | None:
    tools = answer.tools[:FEW]
    items = [
        blocks.line(
            blocks.code(text.plain(tool.name, blocks.NAME)),
            blocks.say(f"  {wording.number(tool.calls, 'call')}, {_ms(tool.ms)}"),
        )
        for tool in tools
    ]
    agents = ", ".join(
        [
            *(f"{text.plain(name, blocks.NAME)} {count:,}×" for name, count in answer.agents[:FEW]),
            *filter(None, [wording.more(max(0, len(answer.agents) - FEW))]),
        ]
    )
    found = _list("Tools", items, answer.more_tools + len(answer.tools) - len(tools))
    if agents:
        line = blocks.line(blocks.strong("Agents  "), blocks.say(agents))
        found = blocks.rich(*(found["elements"] if found else []), line)
    return found


def _stream(each: StreamLine) -> Json:
    error = text.plain(each.error, blocks.TITLE)
    return blocks.line(
        blocks.moment(each.at),
        blocks.say(f"  {text.plain(each.status, blocks.NAME)}, {each.cost}"),
        blocks.say(f": {error}" if error else ""),
    )


def _hidden(answer: TaskAnswer) -> int:
    return answer.more_streams + max(0, len(answer.timeline) - STREAMS)


def _ms(milliseconds: int) -> str:
    return metric.text(timedelta(milliseconds=milliseconds))
