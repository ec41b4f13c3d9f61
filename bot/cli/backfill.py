"""`backfill`: reads history, with a progress bar; it can be stopped and goes on where it was."""

import sys
from datetime import timedelta

import click

from bot import app, journal, standing
from bot.cli import calling, loop
from bot.cli.calling import Call
from bot.clock import SystemClock
from bot.store.sources import Backfill


class Bars:
    """One bar for each source: how much of its history is read, in days.

    On a terminal it `moves`; elsewhere there is one line for each source, once no more of it is read.
    """

    def __init__(self, *, moves: bool) -> None:
        self._total: dict[str, int] = {}
        self._moves = moves
        self._source = self._line = ""

    def show(self, source: str, progress: Backfill) -> None:
        if source != self._source:
            self.end()
        self._source, self._line = source, self._bar(source, progress)
        if self._moves:
            click.echo(f"\r{self._line}", nl=False, err=True)

    def end(self) -> None:
        """What is said next begins on a line of its own."""
        if self._line:
            click.echo("" if self._moves else self._line, err=True)
        self._source = self._line = ""

    def _bar(self, source: str, progress: Backfill) -> str:
        left = max(0, round((progress.at - progress.since) / timedelta(days=1)))
        total = self._total.setdefault(source, left)
        done = total - left
        width = 30 * done // total if total else 30
        return f"{source}  [{'#' * width}{'-' * (30 - width)}]  {done} of {total} days"


@click.command("backfill")
@click.option(
    "--since",
    callback=calling.duration,
    metavar="120d",
    help="How far back; by default as far as `poll.backfill` and the rules need.",
)
@calling.takes_config()
@click.pass_obj
def command(call: Call, since: timedelta | None) -> None:
    """Reads history from Neo into the ledger.

    It can be stopped at any time, and goes on from there when it is called again.
    """
    stands = standing.load(call.path, call.environ)
    calling.with_sources(stands.config, call.path)
    journal.start("warning", stands.config.log.format)
    clock, bars = SystemClock(), Bars(moves=sys.stderr.isatty())
    now = clock.now()
    start = stands.reach(now) if since is None else now - since
    try:
        loop.run(app.backfill(stands, start, clock, bars.show))
    finally:
        bars.end()
    click.echo(
        f"History is read back to {start.astimezone(stands.config.timezone):%Y-%m-%d %H:%M %Z}.",
        err=True,
    )
