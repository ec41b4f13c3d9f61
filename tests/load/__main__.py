"""The bot under load: `make load` prints what was missed, what was late, and what memory it took.

A real process stands between the simulated Neo and the Slack workbench. Its store has the whole history in it from the
beginning; then it polls, judges and answers in real time while usage goes on.
"""

import argparse
import asyncio
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp

from bot.clock import SystemClock
from bot.demo.neo import accounts, book, server, state
from bot.demo.workbench import acme
from bot.demo.workbench import server as workbench
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.directory import Person
from bot.demo.workbench.workspace import Workspace
from tests import stage
from tests.bench import ticks
from tests.cli.processes import ROOT
from tests.load import history
from tests.load.asking import SLACK_WAITS, Asking
from tests.load.history import History

_HOST = "127.0.0.1"
_now = SystemClock().now
_ASKERS = 1_000
"""People who ask, of those who use Neo."""

_ADMINS = 40
"""So many of them may ask of all: nobody is answered more often than every two seconds."""

_LOOKS = 12
"""Looks at the bot for each poll, so that no evaluation goes unseen."""

_PATIENCE = 600.0
_GROWTH = 1.1
"""How much more memory than at the start is still called flat."""


@dataclass(frozen=True, slots=True)
class Load:
    """People, records, rules, seconds between two polls, how many polls, questions a second, new records a poll."""

    people: int = 10_000
    records: int = 1_000_000
    rules: int = 100
    every: int = 60
    polls: int = 10
    rate: float = 20.0
    news: int = 500


TINY = Load(people=50, records=2_000, rules=10, every=1, polls=4, rate=10.0, news=20)


@dataclass(frozen=True, slots=True)
class Around:
    """What the bot stands between, the usage that goes on, and who asks, by their ids."""

    neo: state.Neo
    bench: Bench
    past: History
    people: Sequence[str]


@dataclass(slots=True)
class Seen:
    """When the bot judged, when it had read all that is new, and its memory in MiB at each look."""

    judged: set[str] = field(default_factory=set)
    polled: set[str] = field(default_factory=set)
    memory: list[float] = field(default_factory=list)

    async def look(self, session: aiohttp.ClientSession, url: str, process: int) -> None:
        async with session.get(f"{url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        told = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        source = f'{{source="{stage.SOURCE}"}}'
        for times, name in (
            (self.judged, "neo_budget_last_evaluation_timestamp_seconds"),
            (self.polled, f"neo_budget_last_complete_poll_timestamp_seconds{source}"),
        ):
            times.update([told[name]] if name in told else [])
        self.memory.append(_memory(process))


def main(*words: str) -> int:
    """Runs it and prints the table; 1 if something was missed, late, or grew."""
    parser = argparse.ArgumentParser(prog="make load")
    parser.add_argument("--tiny", action="store_true", help="only see in seconds that it runs")
    plain = Load()
    parser.add_argument("--people", type=int, default=plain.people)
    parser.add_argument("--records", type=int, default=plain.records)
    parser.add_argument("--polls", type=int, default=plain.polls, help="one a minute")
    chosen = parser.parse_args(words)
    load = TINY if chosen.tiny else Load(chosen.people, chosen.records, polls=chosen.polls)
    with tempfile.TemporaryDirectory(prefix="neo-budget-load-") as folder:
        return asyncio.run(_run(load, Path(folder)))


async def _run(load: Load, folder: Path) -> int:
    now, past = _now(), History(load.people)
    streams = list(past.before(now, load.records))
    await history.book(folder / "bot.db", streams, now)
    account = accounts.Account(email="ada@acme.test")
    neo = state.Neo(book=book.Book(), accounts=accounts.Accounts({stage.KEY: account}))
    neo.book.add(*streams)
    del streams
    members = _members(load.people)
    demo = acme.directory()
    workspace = Workspace(replace(demo, people=(*demo.people, *members)), now=_now)
    async with (
        server.serving(neo, clock=_now) as url,
        workbench.serving(workspace) as bench,
    ):
        public, admin = _free_port(), _free_port()
        config = folder / "config.yaml"
        changes = _changes(load, public, admin)
        written = json.loads(stage.config(folder, url, bench, changes))
        written["slack"]["admins"] = [each.id for each in members[:_ADMINS]]
        config.write_text(json.dumps(written), encoding="utf-8")
        (folder / "rules.yaml").write_text(ticks.rules(load.rules), encoding="utf-8")
        bench.bot_url = f"http://{_HOST}:{public}"
        around = Around(neo, bench, past, [each.id for each in members])
        async with _started(config, folder / "log") as process:
            return await _loaded(load, around, f"http://{_HOST}:{admin}", process)


async def _loaded(load: Load, around: Around, admin: str, process: int) -> int:
    """Lets it run for all the polls, and says how it went."""
    asking = Asking(around.bench, around.people, around.people[:_ADMINS])
    warm, seen = Seen(), Seen()
    async with aiohttp.ClientSession() as session:
        await _ready(warm, session, admin, process)
        questions = asyncio.create_task(asking.go_on(load.rate))
        begun = time.monotonic()
        for look in range(load.polls * _LOOKS):
            if look % _LOOKS == 0:
                _use(load, around)
            await seen.look(session, admin, process)
            due = begun + (look + 1) * load.every / _LOOKS
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        questions.cancel()
        await asking.end()
        await asyncio.sleep(load.every / _LOOKS)
        await seen.look(session, admin, process)
    return told(load, asking, seen)


async def _ready(seen: Seen, session: aiohttp.ClientSession, admin: str, process: int) -> None:
    """Waits until it has judged twice: what it reads only once is read by then."""
    async with asyncio.timeout(_PATIENCE):
        while len(seen.judged) < 2 or not seen.polled:
            with suppress(aiohttp.ClientConnectionError):
                await seen.look(session, admin, process)
            await asyncio.sleep(0.1)


def _use(load: Load, around: Around) -> None:
    """Usage goes on."""
    around.neo.book.add(*(around.past.stream(_now()) for _ in range(load.news)))


def told(load: Load, asking: Asking, seen: Seen) -> int:
    """Prints the table; the first look saw what was before."""
    judged, polled = len(seen.judged) - 1, len(seen.polled) - 1
    missed = max(0, load.polls - judged), max(0, load.polls - polled)
    first, last = seen.memory[0], seen.memory[-1]
    good = not (any(missed) or asking.late or asking.failed) and last <= _GROWTH * first
    for what, figure in (
        ("people, records, rules", f"{load.people:,}, {load.records:,}, {load.rules}"),
        (f"evaluations, one in {load.every} s", f"{judged}, missed {missed[0]}"),
        (f"complete polls, one in {load.every} s", f"{polled}, missed {missed[1]}"),
        (f"commands, {load.rate:g} a second", f"{len(asking.took):,}"),
        (f"commands over {SLACK_WAITS:g} s", f"{asking.late}"),
        ("commands that failed", f"{len(asking.failed)} {' | '.join(asking.failed[:3])}"),
        ("half of them, and 99 of 100, within", _within(asking)),
        ("memory at the start and the end", f"{first:.0f} MiB, {last:.0f} MiB"),
        ("", "ok" if good else "MISS"),
    ):
        print(f"{what:<40}{figure}")
    return 0 if good else 1


def _within(asking: Asking) -> str:
    return ", ".join(f"{1000 * asking.quantile(share):.0f} ms" for share in (0.5, 0.99))


def _members(people: int) -> list[Person]:
    """Those who ask are in the workspace, under the addresses that their usage has."""
    return [
        Person(f"U{number:05d}", f"user{number:05d}", "", history.email(number))
        for number in range(min(people, _ASKERS))
    ]


def _changes(load: Load, public: int, admin: int) -> dict[str, object]:
    return {
        "poll": {"every": f"{load.every}s", "backfill": f"{history.DAYS.days}d"},
        "server": {"host": _HOST, "port": public, "admin_host": _HOST, "admin_port": admin},
        "log": {"format": "json", "level": "warning"},
    }


@asynccontextmanager
async def _started(config: Path, log: Path) -> AsyncIterator[int]:
    """The bot as a process; if it ends badly, what it said last is shown."""
    with log.open("wb") as file:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "--config", str(config), "run", cwd=ROOT, stderr=file
        )
    try:
        yield running.pid
    finally:
        with suppress(ProcessLookupError):
            running.terminate()
        if await running.wait():
            print("".join(log.read_text("utf-8").splitlines(keepends=True)[-5:]), file=sys.stderr)


def _memory(process: int) -> float:
    """What it holds in memory, in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((_HOST, 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
