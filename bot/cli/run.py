"""`run`: the service."""

import asyncio

import click

from bot import app, journal, standing
from bot.cli import calling
from bot.cli.calling import Call
from bot.clock import SystemClock


@click.command("run")
@calling.takes_config
@click.pass_obj
def command(call: Call) -> None:
    """Polls Neo, judges the rules, and speaks in Slack, until it is told to stop."""
    stands = standing.load(call.path, call.environ)
    config = stands.config
    if not config.sources:
        raise click.UsageError(f"{call.path} has no sources: there is nothing to poll")
    journal.start(config.log.level, config.log.format)
    asyncio.run(app.run(stands, SystemClock()))
