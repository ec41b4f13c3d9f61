"""The answer to where periods are heading."""

from bot.notify.forecast import ForecastAnswer, ForecastLine, Unforeseen
from bot.slack import alert_blocks, blocks, subject, text, usage_blocks, wording
from bot.slack.blocks import Json, Message
from rules import metric

ROWS, WITHOUT = 10, 5


def forecast(answer: ForecastAnswer) -> Message:
    rows = answer.rows[:ROWS]
    head = f"Forecasts of {text.plain(answer.who, blocks.NAME)}"
    left = wording.more(answer.more + len(answer.rows) - len(rows))
    none = blocks.paragraph(blocks.say("No rule with a budget or a forecast is about this."))
    return blocks.message(
        head,
        blocks.paragraph(blocks.strong(head)),
        *([_line(row) for row in rows] or ([] if answer.without else [none])),
        blocks.paragraph(blocks.faint(left)) if left else None,
        _without(answer.without),
        usage_blocks.as_of(answer.as_of),
    )


def _line(row: ForecastLine) -> Json:
    """What there is so far, what is expected, and the day on which the limit is reached."""
    icon = subject.ICONS[row.severity] if row.severity else subject.WELL
    whose = subject.who(row.labels) if row.labels else subject.title(subject.TEAM)
    return blocks.rich(
        blocks.line(
            blocks.say(f"{icon} "),
            blocks.strong(f"{whose}: {metric.text(row.so_far)} of {metric.text(row.limit)}"),
            blocks.say(f"  ·  {wording.span(row.period)}  ·  "),
            blocks.code(text.plain(row.rule, blocks.NAME)),
        ),
        blocks.line(*_expected(row)),
    )


def _expected(row: ForecastLine) -> list[Json]:
    note = text.plain(row.note, blocks.SENTENCE)
    if row.pace is None:
        return [blocks.say(f"no forecast yet: {note}")]
    return [
        blocks.say(alert_blocks.pace_words(row.pace, "the limit", row.period.zone)),
        blocks.say("" if row.pace.hit else f"; {_unreached(row)}"),
        blocks.say(f"  ·  {note}" if note else ""),
    ]


def _unreached(row: ForecastLine) -> str:
    """Why there is no day on which the limit will be reached."""
    reached = metric.size(row.so_far) >= metric.size(row.limit)
    return "the limit is reached already" if reached else "it is not expected to reach the limit"


def _without(found: tuple[Unforeseen, ...]) -> Json | None:
    if not found:
        return None
    rest = wording.more(len(found) - WITHOUT) if len(found) > WITHOUT else ""
    items = [
        blocks.line(
            blocks.code(text.plain(each.rule, blocks.NAME)),
            blocks.say(f"  {text.plain(each.why, blocks.SENTENCE)}"),
        )
        for each in found[:WITHOUT]
    ]
    return blocks.rich(
        blocks.line(blocks.strong("Without a forecast")),
        blocks.listed(items),
        blocks.line(blocks.faint(rest)) if rest else None,
    )
