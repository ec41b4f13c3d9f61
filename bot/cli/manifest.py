"""`slack manifest`: prints the Slack app's manifest."""

import json

import click
import yaml

from bot import address, config
from bot.cli import calling
from bot.cli.calling import Call
from bot.slack import manifest
from bot.slack.settings import Transport

_EXAMPLE = "https://bot.example.com"


def _https(_ctx: click.Context, _param: click.Parameter, text: str) -> str:
    """Slack sends to nothing else."""
    try:
        scheme = address.read(text, _EXAMPLE).scheme if text else "https"
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if scheme != "https":
        raise click.BadParameter(f"Slack sends only over https: give an address such as {_EXAMPLE}")
    return text


@click.command("manifest")
@click.option(
    "--url",
    default="",
    callback=_https,
    metavar="URL",
    help="Where Slack reaches the bot over HTTP.",
)
@click.option("--socket", is_flag=True, help="For Socket Mode: Slack needs no address.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "yaml"]),
    default="json",
    show_default=True,
    help="Slack takes both.",
)
@calling.takes_config()
@click.pass_obj
def command(call: Call, url: str, form: str, *, socket: bool) -> None:
    """Prints the manifest of the Slack app.

    Create the app from it at https://api.slack.com/apps. Of the configuration only
    `slack.command` is read, so no secret is needed, and no file either.
    """
    if socket and url:
        raise click.UsageError("with --socket Slack needs no --url: give one of them")
    transport = Transport.SOCKET if socket else Transport.HTTP
    slash = config.slash_command(call.path, call.environ)
    made = manifest.manifest(slash, transport, url=url)
    if form == "yaml":
        click.echo(yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=100), nl=False)
    else:
        click.echo(json.dumps(made, indent=2))
