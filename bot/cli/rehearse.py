"""`rules test`: plays files of rule tests, and shows what was told otherwise than expected."""

from collections.abc import Iterator
from pathlib import Path

import click

from bot.cli import calling, loop, table
from bot.config import ConfigError
from bot.rehearsal import compare, loading, play
from bot.rehearsal.loading import Rehearsal
from rules.document import Fault


@click.command("test")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@calling.takes_config(hidden=True)
def command(files: tuple[Path, ...]) -> None:
    """Plays the tests in each FILE: usage on a timeline, rules, and what is expected to be told.

    Ends with 0 when all is told as expected, 1 when a test failed, 2 with every fault of a file at its line.
    """
    found = _load(files)
    failed = count = 0
    for path, tests in found.items():
        click.echo(path)
        for test in tests:
            wrong = loop.run(_play(test))
            count, failed = count + 1, failed + bool(wrong)
            click.echo(
                f"  {'FAILED' if wrong else 'ok'}  {test.name}{_at(path, test) if wrong else ''}"
            )
            for line in wrong:
                click.echo(f"    {line}")
    click.echo(f"{table.count(count, 'test')}, {failed} failed")
    if failed:
        raise click.exceptions.Exit(1)


def _load(files: tuple[Path, ...]) -> dict[Path, list[Rehearsal]]:
    """The tests of all files, or ConfigError with the faults of all."""
    found, faults = dict[Path, list[Rehearsal]](), list[Fault]()
    for path in files:
        try:
            found[path] = loading.load(path)
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(faults)
    return found


async def _play(test: Rehearsal) -> list[str]:
    """What is wrong, in lines."""
    played = await play.play(test)
    return [*compare.difference(test, played.told), *_failures(played.failures), *played.missed]


def _failures(failures: dict[str, str]) -> Iterator[str]:
    for name, why in failures.items():
        yield f"rule {name} could not be judged: {why}"


def _at(path: Path, test: Rehearsal) -> str:
    return f" ({path}:{test.line})"
