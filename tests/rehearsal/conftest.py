"""A file of tests, written, read and played."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.rehearsal import loading, play
from bot.rehearsal.loading import Rehearsal
from bot.rehearsal.told import Told

DAY = "{name: day, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD}}"

Write = Callable[..., Path]
Tell = Callable[..., Awaitable[list[Told]]]


def script(usage: str, expect: str, rules: str, head: str, test: str) -> str:
    return f"""\
rules: [{rules}]
{head}
tests:
  - {{name: a test, start: 2026-11-18 09:00, {test} usage: [{usage}], expect: [{expect}]}}
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file with one test."""

    def written(
        usage: str = "", expect: str = "", *, rules: str = DAY, head: str = "", test: str = ""
    ) -> Path:
        path = tmp_path / "rules.test.yaml"
        path.write_text(script(usage, expect, rules, head, test), encoding="utf-8")
        return path

    return written


@pytest.fixture
def read(write: Write) -> Callable[..., Rehearsal]:
    def loaded(*parts: str, **more: str) -> Rehearsal:
        [test] = loading.load(write(*parts, **more))
        return test

    return loaded


@pytest.fixture
def tell(write: Write) -> Tell:
    """Plays a test; gives what was told."""

    async def told(usage: str, **more: str) -> list[Told]:
        [test] = loading.load(write(usage, **more))
        return list((await play.play(test)).told)

    return told
