"""What every command is called with, and how a command asks the store."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

import click

from bot import config
from bot.cli import loop
from bot.config import Config, ConfigError
from bot.store import sources
from bot.store.connection import Connection
from bot.store.database import Database
from rules import quantity, window
from rules.document import Fault
from rules.window import Window

_CALENDAR = "credit_month: Neo has not told when the plan turns, so the calendar month stands in."

Command = TypeVar("Command", bound=Callable[..., Any])
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class Call:
    """The configuration's path, the environment, and the one reader of the time."""

    path: Path
    environ: Mapping[str, str]
    clock: Callable[[], datetime]

    def load(self, credit_turn: datetime | None = None) -> Config:
        """Reads the configuration of who only reads the store, which needs no secret; ConfigError with every fault.

        `credit_turn` is a turn of the credit month.
        """
        return config.load(self.path, self.environ, credit_turn, to_read=True)

    def check(self) -> Config:
        """Reads the configuration of who polls Neo; ConfigError with every fault."""
        return with_sources(config.load(self.path, self.environ), self.path)


def _use(ctx: click.Context, _param: click.Parameter, path: Path | None) -> None:
    if path is not None:
        ctx.obj = replace(ctx.obj, path=path)


takes_format = click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
"""For a command whose answer people read, or programs."""


def takes_config(*, hidden: bool = False) -> Callable[[Command], Command]:
    """Lets `--config` stand behind the command's name as well as before it; `hidden` where it changes nothing."""
    return click.option(
        "--config",
        metavar="FILE",
        type=click.Path(path_type=Path),
        callback=_use,
        expose_value=False,
        hidden=hidden,
        help="The configuration to read, instead of config.yaml or $NEO_BUDGET_CONFIG.",
    )


def with_sources(settings: Config, path: Path) -> Config:
    """The configuration, if it says what to poll; else ConfigError."""
    if not settings.sources:
        nothing = "there is no source to poll: name one under `sources:`"
        raise ConfigError([Fault(str(path), 1, 1, nothing)])
    return settings


def duration(_ctx: click.Context, _param: click.Parameter, text: str | None) -> timedelta | None:
    """Reads the value of an option such as `--since 30d`."""
    if text is None:
        return None
    try:
        return quantity.duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def credit_turn(settings: Config, windows: Iterable[Window | None]) -> datetime | None:
    """When the credit month turns, as the bot that runs was told; says so where it was not, and it matters."""
    if not any(map(window.is_by_plan, windows)):
        return None
    turn = ask(settings, sources.credit_turn)
    if turn is None:
        click.echo(_CALENDAR, err=True)
    return turn


def ask(settings: Config, fn: Callable[[Connection, *Ts], T], *args: *Ts) -> T:
    """Asks the store in one snapshot, beside a bot that runs; StoreError where there is none."""

    async def asked() -> T:
        database = await Database.open(settings.store.path, write=False)
        try:
            return await database.read(fn, *args)
        finally:
            await database.close()

    return loop.run(asked())
