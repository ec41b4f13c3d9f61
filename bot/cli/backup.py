"""`backup`: a copy of the store, made while the bot runs."""

from pathlib import Path

import click

from bot.cli import calling, moment
from bot.cli.calling import Call
from bot.store import copying


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@calling.takes_config()
@click.pass_obj
def command(call: Call, file: Path) -> None:
    """Makes FILE a backup of the store, also while the bot runs.

    The copy is looked through before it takes its name. An earlier backup of that name is replaced, nothing else.
    """
    settings, now = call.load(), call.clock()
    store = settings.store.path
    copying.back_up(store, file, now)
    size, at = file.stat().st_size / 1e6, moment.shown(now, settings.timezone.key)
    click.echo(f"{file} is a backup of {store}, {size:,.1f} MB, as of {at}.")
