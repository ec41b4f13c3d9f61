"""What a process of the bot stands between while it is killed again and again: Neo, Slack and a webhook's receiver."""

import asyncio
import copy
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.demo.neo import accounts, book, server, state
from bot.demo.workbench import acme
from bot.demo.workbench import server as workbench
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.mischief import Mischief
from bot.demo.workbench.workspace import Workspace
from tests import stage
from tests.crashes import play
from tests.crashes.clock import LastingClock
from tests.crashes.play import Act
from tests.crashes.steps import Kill
from tests.jobs.office import Hook

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0
_WARM = 4
"""Acts, with which everything that a bot needs is loaded: posts, edits, a digest."""


@dataclass(frozen=True, slots=True)
class Scenery:
    """All that is outside of the process, as it was at a moment: its store with the backups, and what others know."""

    files: dict[str, bytes]
    workspace: Workspace
    book: book.Book
    got: list[tuple[str, dict[str, Any]]]


@dataclass(slots=True)
class Ground:
    """One process at a time lives here; `crossed` is what the last one that ended well has crossed."""

    folder: Path
    clock: LastingClock
    neo: state.Neo
    bench: Bench
    hook: Hook
    nursery: asyncio.subprocess.Process
    on: Act = play.ACTS[0]
    alive: bool = False
    crossed: list[str] = field(default_factory=list)
    failed: int = 0

    @property
    def store(self) -> Path:
        return self.folder / "bot.db"

    async def start(self, kill: Kill = None) -> bool:
        """Starts a process; False when it was killed before it ran."""
        await self._order(f"start {json.dumps(kill)}")
        self.alive = await self._hears("ready")
        return self.alive

    async def act(self) -> bool:
        """Has the process do what the act that is on wants of it; False when it was killed."""
        await self._order(" ".join(["act", *self.on.chores]))
        self.alive = await self._hears("done")
        return self.alive

    async def end(self) -> None:
        """Ends the process as it should end."""
        await self._order("end")
        self.alive = await self._hears("steps")
        assert {"ended": 0} == await self._told()
        self.alive = False

    async def warm(self) -> None:
        """The nursery itself lives through some of a play first: what it has loaded by then no child has to."""
        empty = self.taken()
        assert await self._hears("ready")
        for act in play.ACTS[:_WARM]:
            self.happen(act)
            assert await self.act()
        await self._order("end")
        await self._hears("steps")
        self.put_back(empty)
        self.clock.set_to(play.START)

    async def once(self, kill: Kill = None) -> bool:
        """One process for the act that is on; False when it was killed."""
        if not (await self.start(kill) and await self.act()):
            return False
        await self.end()
        return True

    def happen(self, act: Act) -> None:
        """The time of an act has come, and Neo gets to know of it."""
        self.on = act
        self.clock.set_to(max(self.clock.now(), act.at))
        act.change(self.neo.book, self.clock.now())

    def taken(self) -> Scenery:
        """How it is now, while no process lives."""
        workspace, kept = self._copied(self.bench.workspace), copy.deepcopy(self.neo.book)
        files = {f"{each.relative_to(self.folder)}": each.read_bytes() for each in self._files()}
        return Scenery(files, workspace, kept, list(self.hook.got))

    def put_back(self, scenery: Scenery) -> None:
        """All is as it was then, and nothing goes wrong any more."""
        for stale in self._files():
            stale.unlink()
        for name, data in scenery.files.items():
            (self.folder / name).write_bytes(data)
        self.bench.workspace = self._copied(scenery.workspace)
        self.bench.calls.clear()
        self.bench.mischief = Mischief()
        self.hook.statuses.clear()
        self.neo.book, self.hook.got = copy.deepcopy(scenery.book), list(scenery.got)

    def _files(self) -> list[Path]:
        return [*self.folder.glob("bot.db*"), *self.folder.glob("backups/*")]

    def _copied(self, workspace: Workspace) -> Workspace:
        return copy.deepcopy(workspace, {id(self.clock): self.clock})

    async def _order(self, line: str) -> None:
        assert self.nursery.stdin is not None
        self.nursery.stdin.write(f"{line}\n".encode())
        await self.nursery.stdin.drain()

    async def _hears(self, word: str) -> bool:
        """Whether it says so; else it must have been killed."""
        told = await self._told()
        self.crossed, self.failed = told.get(word, []), told.get("failed", 0)
        assert word in told or {"ended": -signal.SIGKILL} == told, (told, self.log())
        return word in told

    async def _told(self) -> dict[str, Any]:
        assert self.nursery.stdout is not None
        async with asyncio.timeout(_PATIENCE):
            line = await self.nursery.stdout.readline()
        found: dict[str, Any] = json.loads(line)
        return found

    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8")


@contextmanager
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: that a store outlives the machine's power is not asked here."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as path:
        yield Path(path)


@asynccontextmanager
async def laid(folder: Path) -> AsyncIterator[Ground]:
    clock, hook, app = LastingClock(folder / "clock"), Hook(), web.Application()
    clock.set_to(play.START)
    app.router.add_post("/in", hook.take)
    account = accounts.Account(email="ada@acme.test")
    neo = state.Neo(book=book.Book(), accounts=accounts.Accounts({stage.KEY: account}))
    workspace = Workspace(acme.directory(), now=clock.now)
    async with (
        server.serving(neo, clock=clock.now) as url,
        workbench.serving(workspace, enforce_limits=False) as bench,
        TestServer(app) as receiver,
        _raising(folder) as nursery,
    ):
        settings = play.settings(str(receiver.make_url("/in")), str(folder / "bot.db"))
        (folder / "config.yaml").write_text(stage.config(folder, url, bench, settings), "utf-8")
        (folder / "rules.yaml").write_text(play.RULES, "utf-8")
        ground = Ground(folder, clock, neo, bench, hook, nursery)
        await ground.warm()
        yield ground
    clock.close()


@asynccontextmanager
async def _raising(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with (folder / "log").open("wb") as log:
        nursery = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.crashes.nursery", str(folder)),
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name[:9] != "COVERAGE_"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            limit=2**24,
            start_new_session=True,
        )
    try:
        yield nursery
    finally:
        os.killpg(nursery.pid, signal.SIGKILL)
        await nursery.wait()
