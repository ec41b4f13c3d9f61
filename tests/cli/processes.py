"""The bot as a process of its own, between the simulated Neo and the Slack workbench."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.demo.neo import accounts, book, server, state
from bot.demo.workbench import acme
from bot.demo.workbench import server as workbench
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.workspace import Workspace
from tests import stage

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Seconds after which a process that does not do what it should is given up."""


@dataclass(slots=True)
class Process:
    """One process; `lines` is what it wrote to standard error so far."""

    running: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    async def until(self, words: str) -> str:
        """Waits for a line with these words."""
        assert self.running.stderr is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await self.running.stderr.readline()).decode():
                self.lines.append(line)
                if words in line:
                    return line
        raise AssertionError(f"it ended without {words!r}: {''.join(self.lines)}")

    async def printed(self, pattern: str) -> str:
        """Waits for a line on standard output that fits; gives what its group holds."""
        assert self.running.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await self.running.stdout.readline()).decode():
                if found := re.search(pattern, line):
                    return found[1]
        raise AssertionError(f"it ended without printing {pattern!r}: {''.join(self.lines)}")

    async def ends(self, with_signal: signal.Signals | None = None) -> int:
        """Its exit code, once it has ended by itself or by a signal."""
        if with_signal is not None:
            self.running.send_signal(with_signal)
        async with asyncio.timeout(PATIENCE):
            _, rest = await self.running.communicate()
        self.lines += rest.decode().splitlines(keepends=True)
        return await self.running.wait()

    @property
    def said(self) -> str:
        return "".join(self.lines)


@asynccontextmanager
async def started(*words: str, **environ: str) -> AsyncIterator[Process]:
    """Runs `python -m bot` with these words; it is killed if it is still there in the end."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        cwd=ROOT,
        env={**os.environ, **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    process = Process(running)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.communicate()


@dataclass(slots=True)
class House:
    """What the process stands between, and the folder of its configuration and store."""

    neo: state.Neo
    neo_url: str
    bench: Bench
    folder: Path

    def config(self, rules: str = "rules: []", **changes: Any) -> str:
        """Writes the configuration with some sections changed, and gives its path."""
        changes.setdefault("poll", {"every": "1s", "backfill": "40d"})
        path = self.folder / "config.yaml"
        path.write_text(stage.config(self.folder, self.neo_url, self.bench, changes), "utf-8")
        (self.folder / "rules.yaml").write_text(rules, encoding="utf-8")
        return str(path)

    @property
    def store(self) -> Path:
        return self.folder / "bot.db"


@asynccontextmanager
async def built(folder: Path) -> AsyncIterator[House]:
    clock = SystemClock()
    account = accounts.Account(email="ada@acme.test")
    neo = state.Neo(book=book.Book(), accounts=accounts.Accounts({stage.KEY: account}))
    async with (
        server.serving(neo, clock=clock.now) as url,
        workbench.serving(Workspace(acme.directory(), now=clock.now)) as bench,
    ):
        yield House(neo, url, bench, folder)


def fields(line: str) -> dict[str, Any]:
    """A log line, read."""
    found: dict[str, Any] = json.loads(line)
    return found
