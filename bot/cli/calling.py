"""What every command is called with, and how a command asks the store."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

import click

from bot import config
from bot.config import Config
from bot.store.connection import Connection
from bot.store.database import Database

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class Call:
    """The configuration's path, the environment, and the one reader of the time."""

    path: Path
    environ: Mapping[str, str]
    clock: Callable[[], datetime]

    def load(self) -> Config:
        """Reads the configuration; ConfigError with every fault."""
        return config.load(self.path, self.environ)


def _use(ctx: click.Context, _param: click.Parameter, path: Path | None) -> None:
    if path is not None:
        ctx.obj = replace(ctx.obj, path=path)


def takes_config(command: Callable[..., Any]) -> Callable[..., Any]:
    """Lets `--config` stand behind the command's name as well as before it."""
    return click.option(
        "--config",
        metavar="FILE",
        type=click.Path(path_type=Path),
        callback=_use,
        expose_value=False,
        help="The configuration to read, instead of config.yaml or $NEO_BUDGET_CONFIG.",
    )(command)


def ask(settings: Config, fn: Callable[[Connection, *Ts], T], *args: *Ts) -> T:
    """Asks the store in one snapshot, beside a bot that runs; StoreError where there is none."""

    async def asked() -> T:
        database = await Database.open(settings.store.path, write=False)
        try:
            return await database.read(fn, *args)
        finally:
            await database.close()

    return asyncio.run(asked())
