"""`slack manifest`: prints the Slack app's manifest."""

import json

import click

from bot import config
from bot.cli import calling
from bot.cli.calling import Call
from bot.slack import manifest


@click.command("manifest")
@click.option("--url", default="", metavar="URL", help="Where Slack reaches the bot over HTTP.")
@calling.takes_config
@click.pass_obj
def command(call: Call, url: str) -> None:
    """Prints the manifest of the Slack app.

    Create the app from it at https://api.slack.com/apps. Of the configuration only
    `slack.command` is read, so no secret is needed, and no file either.
    """
    slash = config.slash_command(call.path, call.environ)
    click.echo(json.dumps(manifest.manifest(slash, url=url), indent=2))
