"""The root of the command line: finds commands, and turns every error into one sentence."""

import importlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from typing_extensions import override

import bot
from bot import secret
from bot.cli import crash
from bot.cli.calling import Call
from bot.clock import SystemClock
from bot.config import ConfigError
from bot.neo.error import NeoError
from bot.notify.notification import SinkError
from bot.store.error import StoreError
from rules import reading

PROGRAM = "neo-budget-bot"

_log = logging.getLogger(__name__)


class _FaultsError(click.ClickException):
    """The configuration cannot be used; each fault is a line of its own."""

    exit_code = 2

    @override
    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=True)


class Commands(click.Group):
    """A group whose commands are modules of this package, imported when they are called.

    Each module has its command as `command`. So `check` does not wait for what only `run` needs.
    """

    def __init__(self, name: str, modules: Mapping[str, str], **settings: Any) -> None:
        super().__init__(name, no_args_is_help=True, **settings)
        self.modules = modules

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.modules:
            known = (
                reading.nearest(args[0], self.modules) or f"; there are: {', '.join(self.modules)}"
            )
            ctx.fail(f'there is no command "{args[0]}"{known}')
        return super().resolve_command(ctx, args)

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.modules]

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.modules:
            return None
        module = importlib.import_module(f"bot.cli.{self.modules[cmd_name]}")
        command: click.Command = module.command
        return command


class _Root(Commands):
    """Where all errors end."""

    @override
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise _FaultsError(secret.masked(str(error))) from error
        except (StoreError, NeoError, SinkError) as error:
            raise click.ClickException(secret.masked(str(error))) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            _log.debug("the command failed", exc_info=True)
            raise click.ClickException(
                f"this is a fault of {PROGRAM}: {type(error).__name__}: {secret.masked(str(error))}"
            ) from error


@click.pass_context
def _start(ctx: click.Context, /, path: Path) -> None:
    """What commands are called with; a `ctx.obj` that is given is the clock to go by."""
    ctx.obj = Call(path, os.environ, ctx.obj or SystemClock().now)


group = _Root(
    PROGRAM,
    {
        "demo": "demo",
        "run": "run",
        "check": "check",
        "doctor": "doctor",
        "backfill": "backfill",
        "backup": "backup",
        "restore": "restore",
        "reconcile": "reconcile",
        "query": "query",
        "why": "why",
        "digest": "digest",
        "rules": "rules",
        "slack": "slack",
    },
    callback=_start,
    help="Watches what a team spends on Neo and speaks up in Slack.",
    params=[
        click.Option(
            ["--config", "path"],
            metavar="FILE",
            type=click.Path(path_type=Path),
            envvar="NEO_BUDGET_CONFIG",
            default="config.yaml",
            show_default=True,
            show_envvar=True,
            help="The configuration to read.",
        )
    ],
)
click.version_option(bot.__version__, prog_name=PROGRAM)(group)


def main() -> None:
    """Runs the command that the arguments name, and ends the process with its code."""
    crash.prepare()
    group(prog_name=PROGRAM)
