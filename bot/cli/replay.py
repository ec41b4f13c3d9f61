"""`rules replay`: what the rules would have said on the stored history, and what others would have said instead."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot import config
from bot.answers import replay, tally
from bot.answers.listener import Said
from bot.answers.replay import Replayed, Terms
from bot.answers.tally import Difference
from bot.cli import calling, exact, moment, replay_text, table
from bot.cli.calling import Call
from bot.cli.exact import Row
from bot.config import Config
from rules.rule import Rule
from rules.window import Span


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
    "--against",
    type=click.Path(path_type=Path),
    metavar="OTHER.yaml",
    help="A file of other rules: shows only what they and the rules in force say differently.",
)
@calling.takes_format
@calling.takes_config()
@click.pass_obj
def command(call: Call, since: timedelta, against: Path | None, style: str) -> None:
    """Shows what the rules would have said on the stored history, by the code that judges live."""
    settings, other = _rules(call, against)
    zone, until = settings.timezone, call.clock()
    stretch = Span(until - since, until)
    terms = Terms(settings.poll.every, settings.notify.quiet_in(zone))
    if against is None:
        found = calling.ask(settings, replay.replay, settings.rules, stretch, terms)
        shown, notes = _STYLES[style](found, zone), _notes(found, zone)
    else:
        name = table.plain(against.name)
        both = calling.ask(settings, tally.compare, settings.rules, other, stretch, terms)
        shown, notes = _STYLES_OF_BOTH[style](both, name, zone), _notes_on_both(both, name, zone)
    click.echo(shown)
    for note in notes:
        click.echo(note, err=True)


def _rules(call: Call, against: Path | None) -> tuple[Config, tuple[Rule, ...]]:
    """The configuration with the rules in force, and the others, all with the turn of the credit month."""
    settings = call.load()
    other = config.other_rules(against, settings) if against else ()
    windows = [rule.window for rule in (*settings.rules, *other)]
    if turn := calling.credit_turn(settings, windows):
        settings = call.load(turn)
        other = config.other_rules(against, settings, turn) if against else ()
    return settings, other


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


def _notes_on_both(found: Difference, name: str, zone: ZoneInfo) -> Iterator[str]:
    """What is to be known of the rules in force, then of the others where that is not the same."""
    ours = list(_notes(found.ours, zone))
    yield from ours
    yield from (f"{name}: {note}" for note in _notes(found.other, zone) if note not in ours)


def _as_json(found: Replayed, _zone: ZoneInfo) -> str:
    return exact.objects([_object(said) for said in found.said])


def _both_as_json(found: Difference, _name: str, _zone: ZoneInfo) -> str:
    sides = (("in_force", found.only_ours), ("against", found.only_other))
    only = [(said, side) for side, lines in sides for said in lines]
    only.sort(key=lambda line: line[0].at)
    return exact.objects([{**_object(said), "only": side} for said, side in only])


def _object(said: Said) -> Row:
    return {
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


def _time(said: Said, at: datetime) -> str:
    return at.astimezone(said.rule.zone).isoformat()


_STYLES: dict[str, Callable[[Replayed, ZoneInfo], str]] = {
    "table": replay_text.replayed,
    "json": _as_json,
}
_STYLES_OF_BOTH: dict[str, Callable[[Difference, str, ZoneInfo], str]] = {
    "table": replay_text.difference,
    "json": _both_as_json,
}
