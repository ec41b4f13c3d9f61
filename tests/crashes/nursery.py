"""Raises one process of the bot after the other, each forked with everything imported, and tells how it ended.

Orders come by lines: `start KILL` to this process, then `act CHORE …` or `end` to the bot that it has forked. First of all it is a
bot itself, until it is told to `end`: what it has loaded by then, its children need not.
"""

import asyncio
import gc
import json
import logging
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import app, standing
from bot.service import Bot
from bot.standing import Standing
from bot.store import charts, outbox
from bot.store.connection import Connection
from tests import stage
from tests.crashes import steps
from tests.crashes.clock import LastingClock
from tests.crashes.steps import Kill, Steps

log = logging.getLogger(__name__)

_IN, _OUT = 0, 1
_MOMENT = timedelta(seconds=10)
_LONG = timedelta(hours=2)
"""No retry waits as long."""

_PATIENCE = 100


def main(folder: Path) -> None:
    stands = standing.load(folder / "config.yaml", {})
    asyncio.run(_run(folder, stands, Steps()))
    gc.collect()
    gc.freeze()
    while line := _order():
        kill = json.loads(line.removeprefix("start "))
        child = os.fork()
        if not child:
            _live(folder, stands, kill)
        _, status = os.waitpid(child, 0)
        _tell({"ended": os.waitstatus_to_exitcode(status)})


def _live(folder: Path, stands: Standing, kill: Kill) -> None:
    code = 1
    try:
        logging.basicConfig(level="WARNING", stream=sys.stderr)
        crossed = Steps(kill)
        steps.watch(crossed)
        asyncio.run(_run(folder, stands, crossed))
        code = 0
    except BaseException:
        log.exception("the bot failed")
    finally:
        os._exit(code)


async def _run(folder: Path, stands: Standing, crossed: Steps) -> None:
    clock = LastingClock(folder / "clock")
    async with app.opened(stands, clock) as bot:
        await bot.revive()
        _tell({"ready": crossed.crossed})
        chores = {"reconcile": bot.reconcile, "backup": bot.back_up}
        while (order := _order()).startswith("act"):
            for chore in order.split()[1:]:
                with crossed.within(chore):
                    await chores[chore]()
            await bot.poll(stage.SOURCE)
            await bot.digests()
            await _settle(bot, clock)
            waiting = await bot.database.read(outbox.waiting)
            _tell({"done": crossed.crossed, "failed": waiting.undeliverable})
    _tell({"steps": crossed.crossed})


async def _settle(bot: Bot, clock: LastingClock) -> None:
    """Delivers until there is nothing left, however long Slack has the bot wait."""
    for _ in range(_PATIENCE):
        await bot.deliverer.drain()
        if not await bot.database.read(_is_left, clock):
            return
        clock.advance(_MOMENT)
    raise TimeoutError("something is never delivered")


def _is_left(db: Connection, clock: LastingClock) -> bool:
    until = clock.now() + _LONG
    return bool(outbox.destinations(db, until) or charts.destinations(db, until))


def _order() -> str:
    """The next line; nothing is read beyond it, since the next one may be for another process."""
    found = b""
    while (byte := os.read(_IN, 1)) not in (b"", b"\n"):
        found += byte
    return found.decode()


def _tell(what: dict[str, Any]) -> None:
    left = json.dumps(what).encode() + b"\n"
    while left:
        left = left[os.write(_OUT, left) :]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
