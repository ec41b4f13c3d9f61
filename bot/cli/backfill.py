"""`backfill`: reads history, with a progress bar; it can be stopped and goes on where it was."""

import asyncio
from datetime import timedelta

import click

from bot import app, journal, standing
from bot.cli import calling
from bot.cli.calling import Call
from bot.clock import SystemClock
from bot.store.sources import Backfill
from rules import quantity


class _Bars:
    """One bar for each source: how much of its history is read, in days."""

    def __init__(self) -> None:
        self.total: dict[str, int] = {}

    def show(self, source: str, progress: Backfill) -> None:
        left = max(0, round((progress.at - progress.since) / timedelta(days=1)))
        total = self.total.setdefault(source, left)
        done = total - left
        width = 30 * done // total if total else 30
        click.echo(
            f"\r{source}  [{'#' * width}{'-' * (30 - width)}]  {done} of {total} days",
            nl=progress.done,
            err=True,
        )


def _duration(_ctx: click.Context, _param: click.Parameter, text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        return quantity.duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("backfill")
@click.option(
    "--since",
    callback=_duration,
    metavar="120d",
    help="How far back; by default as far as `poll.backfill` and the rules need.",
)
@calling.takes_config
@click.pass_obj
def command(call: Call, since: timedelta | None) -> None:
    """Reads history from Neo into the ledger.

    It can be stopped at any time, and goes on from there when it is called again.
    """
    stands = standing.load(call.path, call.environ)
    journal.start("warning", stands.config.log.format)
    clock, bars = SystemClock(), _Bars()
    now = clock.now()
    start = stands.reach(now) if since is None else now - since
    asyncio.run(app.backfill(stands, start, clock, bars.show))
    click.echo(
        f"History is read back to {start.astimezone(stands.config.timezone):%Y-%m-%d %H:%M %Z}.",
        err=True,
    )
