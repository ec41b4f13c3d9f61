"""`check`: reads the configuration and the rules, and says all that is wrong with them."""

import click

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
    click.echo(_summary(call.load()))


def _summary(config: Config) -> str:
    parts = [
        _count(len(config.sources), "source"),
        _count(len(config.rules), "rule"),
        _count(len(config.receivers), "receiver"),
        _count(len(config.digests), "digest"),
    ]
    files = ", ".join(str(file) for file in config.files)
    return f"No fault in {files}: {', '.join(parts)}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
