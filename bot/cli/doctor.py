"""`doctor`: asks Neo, Slack and this machine whether the bot has what it needs."""

import json
from collections import Counter
from collections.abc import Sequence

import click

from bot import secret
from bot.cli import calling, loop, table
from bot.cli.calling import Call
from bot.doctor import examination
from bot.doctor.check import Check, Mark

_LONGEST = 400


@click.command("doctor")
@calling.takes_format
@calling.takes_config()
@click.pass_context
def command(ctx: click.Context, style: str) -> None:
    """Checks credentials, scopes, roles, channels and clocks, online.

    It only reads, and works beside a bot that runs. Ends with 0, with 1 if a check failed, or with 2 and every fault
    of the configuration.
    """
    call: Call = ctx.obj
    found = loop.run(examination.examine(call.check(), call.clock))
    click.echo(as_json(found) if style == "json" else as_table(found))
    ctx.exit(int(any(each.mark is Mark.FAIL for each in found)))


def as_table(found: Sequence[Check]) -> str:
    """One line for each check, and what comes of all of them."""
    width = max(table.width(_plain(each.about)) for each in found)
    lines = [_line(each, width) for each in found]
    return "\n".join([*lines, "", _summary(found)])


def _line(each: Check, width: int) -> str:
    about = _plain(each.about)
    mend = f" → {_plain(each.mend)}" if each.mend else ""
    space = " " * (width - table.width(about))
    return f"{each.mark:<4}  {about}{space}  {_plain(each.found)}{mend}"


def _summary(found: Sequence[Check]) -> str:
    counts = Counter(each.mark for each in found)
    if not counts[Mark.FAIL]:
        warned = f", {table.count(counts[Mark.WARN], 'warning')}" if counts[Mark.WARN] else ""
        return f"Nothing failed: {table.count(len(found), 'check')}{warned}."
    return f"{counts[Mark.FAIL]} of {table.count(len(found), 'check')} failed."


def as_json(found: Sequence[Check]) -> str:
    """The same as a list of objects."""
    rows = [
        {
            "mark": each.mark,
            "about": _plain(each.about),
            "found": _plain(each.found),
            "mend": _plain(each.mend),
        }
        for each in found
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def _plain(text: str) -> str:
    """Neo's and Slack's words go to a terminal: without secrets, and without what it could obey."""
    return table.plain(secret.masked(text), _LONGEST)
