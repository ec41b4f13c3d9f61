"""`check`: reads the configuration and the rules, and says all that is wrong with them."""

import click

from bot import config
from bot.cli import calling, table
from bot.cli.calling import Call
from bot.config import Config


@click.command("check")
@calling.takes_config()
@click.pass_obj
def command(call: Call) -> None:
    """Checks the configuration and the rules, offline.

    Ends with 0, or with 2 and every fault at its line.
    """
    settings = call.check()
    click.echo(_summary(settings))
    if settings.slack is not None:
        click.echo(f"Slack's commands come over {settings.slack.transport}.")
    for setting in config.unheeded(settings):
        click.echo(f"Without effect in this version: {setting}.")


def _summary(settings: Config) -> str:
    parts = [
        table.count(len(settings.sources), "source"),
        table.count(len(settings.rules), "rule"),
        table.count(len(settings.receivers), "receiver"),
        table.count(len(settings.digests), "digest"),
    ]
    files = ", ".join(str(file) for file in settings.files)
    return f"No fault in {files}: {', '.join(parts)}."
