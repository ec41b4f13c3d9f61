"""`rules replay`: what the rules would have said on the stored history."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

from bot.answers import replay
from bot.answers.course import Said
from bot.answers.replay import Replayed
from bot.cli import calling, exact, moment, table
from bot.cli.calling import Call
from rules import labels, metric

_HEAD = ("when", "rule", "who or what", "severity", "reason", "value", "limit")


@click.command("replay")
@click.option(
    "--since",
    callback=calling.duration,
    default="30d",
    show_default=True,
    metavar="30d",
    help="How far back to begin; what holds then is taken as told.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
@calling.takes_config()
@click.pass_obj
def command(call: Call, since: timedelta, style: str) -> None:
    """Shows what the rules would have said on the stored history, by the code that judges live."""
    config, now = call.load(), call.clock()
    if turn := calling.credit_turn(config, (rule.window for rule in config.rules)):
        config = call.load(turn)
    found = calling.ask(config, replay.replay, config.rules, now - since, now, config.poll.every)
    click.echo(_STYLES[style](found, config.timezone))
    for note in _notes(found, config.timezone):
        click.echo(note, err=True)


def _notes(found: Replayed, zone: ZoneInfo) -> Iterator[str]:
    """What the reader must know to trust the answer, or to understand that there is none."""
    if found.left_out:
        rules = ", ".join(f"{rule.name} ({rule.metric.name})" for rule in found.left_out)
        yield f"Left out, since no history is stored of what they measure: {rules}."
    if found.empty:
        yield "No usage is stored that the rules look at; `run` or `backfill` reads it from Neo."
    elif found.begins is not None and found.late:
        waits = sorted((at, text) for text, at in found.late.items())
        whole = ", ".join(f"{text} from {moment.shown(at, zone.key)}" for at, text in waits)
        yield (
            f"The ledger begins at {moment.shown(found.begins, zone.key)}."
            f" A rule is judged once its whole window is in it: {whole}."
        )


def _as_json(found: Replayed, _zone: ZoneInfo) -> str:
    return exact.objects(
        [
            {
                "at": _time(said, said.at),
                "rule": said.rule.name,
                "labels": said.labels,
                "severity": str(said.severity),
                "reason": str(said.reason),
                "value": said.value,
                "limit": said.limit.value,
                "period_start": _time(said, said.period.start),
                "period_end": _time(said, said.period.end),
            }
            for said in found.said
        ]
    )


def _as_table(found: Replayed, zone: ZoneInfo) -> str:
    rows = [
        [
            moment.shown(said.at, zone.key),
            said.rule.name,
            table.plain(labels.series_text("", said.labels)[1:-1] or "all"),
            str(said.severity),
            str(said.reason),
            metric.text(said.value),
            said.limit.text,
        ]
        for said in found.said
    ]
    shown = f"{table.render(_HEAD, rows)}\n\n" if rows else ""
    return f"{shown}{_totals(found, zone)}"


def _totals(found: Replayed, zone: ZoneInfo) -> str:
    since, until = (moment.shown(at, zone.key) for at in (found.since, found.until))
    rules = len({said.rule.name for said in found.said})
    return (
        f"{since} to {until}, {zone.key}: {table.count(len(found.said), 'notification')}"
        f" by {table.count(rules, 'rule')} in {table.count(found.messages, 'message')}"
    )


def _time(said: Said, at: datetime) -> str:
    return at.astimezone(said.rule.zone).isoformat()


_STYLES: dict[str, Callable[[Replayed, ZoneInfo], str]] = {"table": _as_table, "json": _as_json}
