"""`why`: what a rule made of a series at a moment, and from which numbers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from bot import standing
from bot.answers import why
from bot.cli import calling, moment, table, why_json
from bot.cli.calling import Call
from bot.notify import why as words
from bot.notify.answer import Refusal
from bot.notify.why import Decided, Episode, Made, Part, WhyAnswer
from rules import labels, metric
from rules.labels import Label

_TIME = "such as 2026-03-03, `2026-03-03 14:00` or 2026-03-03T13:00Z"


def _at(_ctx: click.Context, _param: click.Parameter, text: str | None) -> datetime | None:
    """A time as ISO writes it, without an offset as yet where none is written."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise click.BadParameter(f'"{text}" is not a time, {_TIME}') from None


@click.command("why")
@click.argument("rule")
@click.argument("labels", nargs=-1, metavar="[LABEL=VALUE]...")
@click.option(
    "--at",
    callback=_at,
    metavar="TIME",
    help=f"A moment of the past, {_TIME}; without an offset in the zone of the configuration.",
)
@calling.takes_format
@calling.takes_config()
@click.pass_obj
def command(
    call: Call, rule: str, labels: tuple[str, ...], at: datetime | None, style: str
) -> None:
    """Tells what RULE made of a series, and from which records, limits and decisions."""
    stands = standing.load(call.path, call.environ, to_read=True)
    if turn := calling.credit_turn(stands.config, (each.window for each in stands.rules)):
        stands = standing.load(call.path, call.environ, turn, to_read=True)
    zone = stands.config.timezone
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    asked = why.Asked(rule, _labels(labels), at and at.astimezone(UTC))
    names = [source.name for source in stands.config.sources]
    given = why.Given(stands.rules, names, stands.stale_after, stands.config.notify.quiet_in(zone))
    found = calling.ask(stands.config, why.answer, given, asked, call.clock())
    if isinstance(found, Refusal):
        raise click.UsageError(found.text)
    click.echo(_STYLES[style](found, zone))


def _labels(written: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for word in written:
        name, equals, value = word.partition("=")
        if not equals or not value:
            raise click.UsageError(f'"{word}" is not a label and its value, such as user=a@b.test')
        label = name.strip().lower()
        # Users are kept in lower case.
        found[label] = value.strip().lower() if label == Label.USER else value.strip()
    return found


def _as_table(found: WhyAnswer, zone: ZoneInfo) -> str:
    return "\n".join(
        [
            f"{table.plain(labels.series_text(found.rule, found.labels))} = {_text(found.value)}",
            f"{moment.stretch(found.period)}; {_known(found, zone)}",
            "",
            *(f"{each.condition} {each.verdict}: {each.words}" for each in found.verdicts),
            *_limits(found),
            *([] if found.made is None else _made(found.made, zone)),
            *(line for each in found.episodes for line in _episode(each, zone)),
        ]
    )


def _text(value: metric.Value | None) -> str:
    return "unknown" if value is None else metric.text(value)


def _known(found: WhyAnswer, zone: ZoneInfo) -> str:
    if found.live:
        return moment.as_of(found.as_of, zone.key)
    return f"as it was known at {moment.shown(found.at, zone.key)}"


def _limits(found: WhyAnswer) -> Iterator[str]:
    yield ""
    if not found.limits:
        yield f"no fixed limit ({found.origin})"
        return
    rows = [
        [
            each.condition,
            str(each.limit.severity),
            words.held_text(each),
            f"{each.origin}{', of its budget' if each.of_budget else ''}",
        ]
        for each in found.limits
    ]
    yield table.render(("condition", "severity", "limit", "from"), rows)


def _made(made: Made, zone: ZoneInfo) -> Iterator[str]:
    """The parts, what is left out as one row, and what they come to."""
    amounts = [*(part.amount for part in made.parts), made.rest, made.whole]
    cells = table.column(amounts)
    rows = [[*_part(part, zone), cell] for part, cell in zip(made.parts, cells, strict=False)]
    if made.more:
        rows.append([f"+{made.more:,} more", "", "", "", cells[-2]])
    divided = "" if made.of is None else f" of {made.of:,}"
    yield ""
    yield table.render(
        ("made of", "when", "user", "status", "amount"),
        rows,
        [f"total{divided}", "", "", "", cells[-1]],
    )


def _part(part: Part, zone: ZoneInfo) -> list[str]:
    when = moment.shown(part.at, zone.key) if part.at else ""
    name = " ".join(word for word in (part.title or part.task, part.key) if word)
    return [table.plain(name), when, table.plain(part.user), table.plain(part.status)]


def _episode(episode: Episode, zone: ZoneInfo) -> Iterator[str]:
    severity = f" at {episode.severity}" if episode.severity else ""
    yield ""
    yield (
        f"alert {episode.id} ({episode.condition}): {episode.state}{severity}, peak {episode.peak},"
        f" since {moment.shown(episode.since, zone.key)}{table.plain(f'; {episode.note}') if episode.note else ''}"
    )
    yield from _acted(episode, zone)
    yield f"last decision {_decided(episode.last, zone)}"
    if episode.spoken is None:
        yield "nothing was said of it yet"
    else:
        yield f"last notification {_decided(episode.spoken, zone)}"
    if held := episode.held:
        yield f"held back by {held.by}: {_decided(held.news, zone)}"
    for told in episode.told:
        yield f"told {table.plain(told.destination.shown)}: {metric.text(told.value)}, {told.peak}"


def _acted(episode: Episode, zone: ZoneInfo) -> Iterator[str]:
    """What people did about it."""
    if ack := episode.acted.ack:
        yield f"acknowledged by {table.plain(ack.author)} at {moment.shown(ack.at, zone.key)}"
    if silence := episode.acted.silence:
        why = f": {table.plain(silence.reason)}" if silence.reason else ""
        until = moment.shown(silence.until, zone.key)
        yield f"silenced by {table.plain(silence.author)} until {until} ({silence.name}){why}"


def _decided(made: Decided, zone: ZoneInfo) -> str:
    severity = f" {made.severity}" if made.severity else ""
    return (
        f"{moment.shown(made.at, zone.key)}: {made.state}{severity}, {metric.text(made.value)},"
        f" limit {made.limit.text}{f' ({made.reason})' if made.reason else ''}"
    )


_STYLES: dict[str, Callable[[WhyAnswer, ZoneInfo], str]] = {
    "table": _as_table,
    "json": why_json.shown,
}
