"""`run`: the service."""

import gc
import logging

import click

from bot import app, journal, standing
from bot.cli import calling, loop
from bot.cli.calling import Call
from bot.clock import SystemClock
from bot.config import unheeded
from bot.web.site import PortError

log = logging.getLogger(__name__)


@click.command("run")
@calling.takes_config()
@click.pass_obj
def command(call: Call) -> None:
    """Polls Neo, judges the rules, and speaks in Slack, until it is told to stop."""
    stands = standing.load(call.path, call.environ)
    config = calling.with_sources(stands.config, call.path)
    journal.start(config.log.level, config.log.format)
    for setting in unheeded(config):
        log.warning("a setting is without effect in this version", extra={"setting": setting})
    gc.freeze()  # what is loaded by now stays: no need to look at it again and again
    try:
        loop.run(app.run(stands, SystemClock()))
    except PortError as error:
        raise click.ClickException(str(error)) from error
