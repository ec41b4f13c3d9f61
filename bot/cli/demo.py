"""`demo`: the bot between a simulated Neo and a Slack workbench; no keys, no configuration."""

import click

from bot import journal
from bot.cli import calling, loop
from bot.clock import SystemClock
from bot.demo import door
from bot.web.site import PortError

PORT = 8090


@click.command("demo")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Where the workbench is shown; 0 is any free port.",
)
@click.option(
    "--socket",
    is_flag=True,
    help="Over Socket Mode: the bot opens the connection to the workbench.",
)
@calling.takes_config(hidden=True)
def command(port: int, *, socket: bool) -> None:
    """Runs the bot between a simulated Neo and a Slack workbench in the browser.

    Nothing is needed and nothing is kept: alerts appear within seconds. It has a configuration
    of its own.
    """
    journal.start("warning", "auto")
    try:
        loop.run(door.run(SystemClock(), port, click.echo, socket=socket))
    except PortError as error:
        raise click.ClickException(str(error)) from error
