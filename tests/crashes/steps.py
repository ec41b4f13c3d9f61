"""The steps of a process, named by what it does, and its end at one of them: all of this is here, the bot knows nothing of it.

A step is a transaction that changes something, a call over the network, or a statement of a migration. It is crossed
twice: `before` it has any effect, which for a transaction is just before its COMMIT, and `after` it has. Where files are
watched, a call that makes, opens, renames or removes one is a step too, crossed `before` it does.
"""

import functools
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yarl

from bot.store import schema
from bot.store.connection import Connection
from bot.store.database import Database

Kill = str | int | None
"""The crossing at which the process ends, by its name or its number; None is never."""

_PHASES = {
    "migration": r"migration:",
    "reconcile": r"reconcile: ",
    "backup": r"backup: ",
    "poll": r"GET /api/v1/|bot\.jobs\.(passes|poll|account)\.|bot\.store\.(tasks|remembered|sources)\.",
    "digest": r"bot\.jobs\.digest\.|bot\.store\.charts\.|POST /api/files\.|POST /upload",
    "evaluate, commit": r"bot\.jobs\.(verdicts|settle|lapse)\.",
    "send": r"bot\.store\.outbox\.(take|take_again|revive)|(GET|POST) /api/(conversations|users)\.|POST /api/chat\.postMessage|POST /in",
    "record": r"bot\.store\.outbox\.sent|bot\.jobs\.deliver\.Deliverer\._give_up",
    "edit": r"POST /api/chat\.update|bot\.store\.messages\.",
}
PHASES = tuple(_PHASES)

_CHANGING = re.compile(
    r"^(CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|PRAGMA \w+ =)[^(\n]*", re.MULTILINE
)
_TOUCHING = {"os.rename", "os.link", "os.mkdir", "os.chown", "os.chmod"}
_TO_WRITE = os.O_WRONLY | os.O_RDWR
_FILE = re.compile(r"/F\d+$")


def phase(crossing: str) -> str:
    """What the bot is at there; ValueError where nobody has said so."""
    step = crossing.split(" ", 1)[1]
    for name, pattern in _PHASES.items():
        if re.match(pattern, step):
            return name
    raise ValueError(f"{crossing} is of no phase: name it in tests/crashes/steps.py")


def kind(crossing: str) -> str:
    """The crossing without how often it was before, and of a migration without what it makes."""
    words = crossing.split()
    return " ".join(words[:4] if "migration:" in words else words[:-1])


class Steps:
    """What was crossed so far: `before COMMITTER 1`, `after COMMITTER 1`, …

    What is done `within` something has its name: `before backup: os.rename 1`.
    """

    def __init__(self, kill: Kill = None) -> None:
        self.crossed: list[str] = []
        self.doing = ""
        self._counts: Counter[str] = Counter()
        self._kill = kill

    @contextmanager
    def within(self, doing: str) -> Iterator[None]:
        self.doing = doing
        yield
        self.doing = ""

    def cross(self, side: str, step: str) -> None:
        crossing = f"{side} {self.doing}: {step}" if self.doing else f"{side} {step}"
        self._counts[crossing] += 1
        crossing = f"{crossing} {self._counts[crossing]}"
        self.crossed.append(crossing)
        if self._kill in (crossing, len(self.crossed)):
            os.kill(os.getpid(), signal.SIGKILL)


def watch(steps: Steps) -> None:
    """From now on every step of this process is crossed."""
    patch = pytest.MonkeyPatch()
    patch.setattr(Database, "write", _writing(steps, Database.write))
    patch.setattr(aiohttp.ClientSession, "_request", _calling(steps))
    patch.setattr(schema, "upgrade", _upgrading(steps, schema.upgrade))
    watch_files(steps, "backup")


def watch_files(steps: Steps, doing: str = "") -> None:
    """The same of what is done to files within something, by Python's own audit, until the process ends."""

    def audited(event: str, found: tuple[Any, ...]) -> None:
        if steps.doing == doing and _touches(event, found):
            steps.cross("before", f"{event} {Path(str(found[0])).suffix}".strip())

    sys.addaudithook(audited)


def _touches(event: str, found: tuple[Any, ...]) -> bool:
    """Whether anything becomes of a file by it."""
    match event:
        case "open":
            return bool(found[2] & _TO_WRITE)
        case "os.remove":
            return os.path.lexists(found[0])
        case "sqlite3.connect":
            return bool(found[0] != ":memory:")
        case _:
            return event in _TOUCHING


def _writing(steps: Steps, write: Callable[..., Any]) -> Callable[..., Any]:
    async def watched(self: Database, fn: Callable[..., Any], *args: Any, **rest: Any) -> Any:
        changes = False

        def done(db: Connection, *given: Any) -> Any:
            nonlocal changes
            known = db.conn.total_changes
            found = fn(db, *given)
            if changes := db.conn.total_changes > known:
                steps.cross("before", _name(fn))
            return found

        found = await write(self, done, *args, **rest)
        if changes:
            steps.cross("after", _name(fn))
        return found

    return watched


def _name(fn: Callable[..., Any]) -> str:
    while isinstance(fn, functools.partial):
        fn = fn.func
    return f"{fn.__module__}.{fn.__qualname__}"


def _calling(steps: Steps) -> Callable[..., Any]:
    request = aiohttp.ClientSession._request  # noqa: SLF001 - all calls of all clients go through it

    async def watched(self: aiohttp.ClientSession, method: str, url: Any, **rest: Any) -> Any:
        step = f"{method} {_FILE.sub('', yarl.URL(url).path)}"
        steps.cross("before", step)
        response = await request(self, method, url, **rest)
        steps.cross("after", step)
        return response

    return watched


def _upgrading(steps: Steps, upgrade: Callable[..., Any]) -> Callable[..., Any]:
    def execute(self: Connection, sql: str, *args: Any) -> Any:
        step = _CHANGING.search(sql)
        if step:
            steps.cross("before", f"migration: {step[0].strip()}")
        found = super(Connection, self).execute(sql, *args)
        if step:
            steps.cross("after", f"migration: {step[0].strip()}")
        return found

    def watched(*args: Any) -> bool:
        with pytest.MonkeyPatch.context() as during:
            during.setattr(Connection, "execute", execute, raising=False)
            return bool(upgrade(*args))

    return watched
