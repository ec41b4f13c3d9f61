"""`rules replay`: what the rules would have said on the stored history."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

from bot.answers import replay
from bot.answers.course import Said
from bot.answers.replay import Replayed
from bot.cli import calling, exact, moment, table
from bot.cli.calling import Call
from rules import labels, metric, quantity
from rules.window import Period

_HEAD = ("when", "rule", "who or what", "severity", "reason", "value", "limit")


def _duration(_ctx: click.Context, _param: click.Parameter, text: str) -> timedelta:
    try:
        return quantity.duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("replay")
@click.option(
    "--since",
    callback=_duration,
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
@calling.takes_config
@click.pass_obj
def command(call: Call, since: timedelta, style: str) -> None:
    """Shows what the rules would have said on the stored history, by the code that judges live."""
    config, now = call.load(), call.clock()
    found = calling.ask(config, replay.replay, config.rules, now - since, now, config.poll.every)
    click.echo(_STYLES[style](found, config.timezone))
    if found.left_out:
        click.echo(
            f"Left out, since no history of it is kept: {', '.join(found.left_out)}.", err=True
        )


def _as_json(found: Replayed, zone: ZoneInfo) -> str:
    return exact.objects(
        [
            {
                "at": _time(said, said.at, zone),
                "rule": said.rule.name,
                "labels": said.labels,
                "severity": str(said.severity),
                "reason": str(said.reason),
                "value": said.value,
                "limit": said.limit.value,
                "period_start": _time(said, said.period.start, zone),
                "period_end": _time(said, said.period.end, zone),
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
        f"{since} to {until}, {zone.key}: {_count(len(found.said), 'notification')}"
        f" by {_count(rules, 'rule')} in {_count(found.messages, 'message')}"
    )


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _time(said: Said, at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(_zone(said, zone)).isoformat()


def _zone(said: Said, zone: ZoneInfo) -> ZoneInfo:
    """The zone that the rule counts in."""
    counts = said.rule.window
    return counts.zone if isinstance(counts, Period) else said.rule.timezone or zone


_STYLES: dict[str, Callable[[Replayed, ZoneInfo], str]] = {"table": _as_table, "json": _as_json}
