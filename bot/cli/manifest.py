"""`slack manifest`: prints the Slack app's manifest."""

import json

import click

from bot.cli import calling
from bot.cli.calling import Call
from bot.slack import manifest


@click.command("manifest")
@click.option("--url", default="", metavar="URL", help="Where Slack reaches the bot over HTTP.")
@calling.takes_config
@click.pass_obj
def command(call: Call, url: str) -> None:
    """Prints the manifest of the Slack app, for Socket Mode if `slack.app_token` is set.

    Create the app from it at https://api.slack.com/apps.
    """
    slack = call.load().slack
    if slack is None:
        raise click.ClickException(f"{call.path} has no section `slack`: add one with bot_token")
    shown = manifest.manifest(slack.command, url=url, socket=slack.app_token is not None)
    click.echo(json.dumps(shown, indent=2))
