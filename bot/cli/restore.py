"""`restore`: puts a backup in the place of the store, which is kept beside it."""

from pathlib import Path

import click

from bot.cli import calling, moment
from bot.cli.calling import Call
from bot.store import restoring


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@calling.takes_config()
@click.pass_obj
def command(call: Call, file: Path) -> None:
    """Puts FILE, a backup, in the place of the store; the bot must not run.

    FILE is looked through first, and stays. The store that it replaces is kept beside it.
    """
    settings = call.load()
    store = settings.store.path
    done = restoring.restore(store, file, call.clock())
    made = f", made at {moment.shown(done.made, settings.timezone.key)}" if done.made else ""
    if done.earlier:
        click.echo(
            f"An earlier `restore`, which was killed, was finished first: what it replaced is kept as {done.earlier}."
        )
    click.echo(f"{store} is now the backup {file}{made}.")
    if done.replaced:
        click.echo(f"What it replaced is kept as {done.replaced}.")
    click.echo("Start the bot: what has happened since is read from Neo again.")
