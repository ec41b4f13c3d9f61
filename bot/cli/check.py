"""`check`: reads the configuration and the rules, and says all that is wrong with them."""

import click

from bot import config
from bot.cli import calling
from bot.cli.calling import Call
from bot.config import Config


@click.command("check")
@calling.takes_config
@click.pass_obj
def command(call: Call) -> None:
    """Checks the configuration and the rules, offline.

    Ends with 0, or with 2 and every fault at its line.
    """
    settings = call.load()
    click.echo(_summary(settings))
    for setting in config.unheeded(settings):
        click.echo(f"Without effect in this version: {setting}.")


def _summary(settings: Config) -> str:
    parts = [
        _count(len(settings.sources), "source"),
        _count(len(settings.rules), "rule"),
        _count(len(settings.receivers), "receiver"),
        _count(len(settings.digests), "digest"),
    ]
    files = ", ".join(str(file) for file in settings.files)
    return f"No fault in {files}: {', '.join(parts)}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
