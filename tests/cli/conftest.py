"""A configuration, a store with usage in it, and a command line at a fixed time."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import door
from bot.store.connection import Connection
from bot.store.database import Database
from tests.answers import world

CONFIG = """\
sources:
  - {{name: acme, base_url: "http://localhost:1", api_key: neo_sk_test}}
timezone: Europe/Berlin
store: {{path: "{store}"}}
slack: {{api_url: "http://127.0.0.1:1/", bot_token: xoxb-1, app_token: xapp-1, command: /spend}}
receivers:
  finops: {{slack: "#neo-spend"}}
digests:
  - {{name: daily, to: [finops]}}
  - {{name: weekly, every: week, to: [finops]}}
rules:
  - {{name: team, metric: spend, window: month, budget: 100 USD, thresholds: {{critical: 100%}}, notify: [finops]}}
"""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the words of a command beside `config.yaml`, at world.NOW."""
    (tmp_path / "config.yaml").write_text(CONFIG.format(store=tmp_path / "bot.db"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NEO_BUDGET_CONFIG", raising=False)

    def invoke(*words: str, **environ: str) -> Result:
        return CliRunner().invoke(door.group, words, obj=lambda: world.NOW, env=environ)

    return invoke


@pytest.fixture
def restored() -> Iterator[None]:
    """The command starts the log of its process: the root logger is left as it was found."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    level = root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Run:
    """The same, with usage in the store."""
    store(tmp_path / "bot.db", world.fill)
    return run


def store(path: Path, fill: Callable[[Connection], None]) -> None:
    async def written() -> None:
        database = await Database.open(path, write=True)
        try:
            await database.write(fill)
        finally:
            await database.close()

    asyncio.run(written())
