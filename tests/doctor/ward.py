"""A configuration that is examined between the simulated Neo and the Slack workbench, both well unless a test says otherwise."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot import config
from bot.clock import SystemClock
from bot.config import Config
from bot.demo.neo import usage
from bot.demo.workbench.bench import Bench
from bot.doctor import examination
from bot.doctor.check import Check
from tests.cli import processes
from tests.cli.processes import House

NOW = SystemClock().now


@dataclass(slots=True)
class Ward:
    """`changes` replace sections of the configuration; `people` and the rest of Slack are the bench's."""

    house: House
    changes: dict[str, Any] = field(default_factory=dict)
    clock: Callable[[], datetime] = NOW

    @property
    def bench(self) -> Bench:
        return self.house.bench

    def slack(self, **changes: Any) -> None:
        """Changes keys of the section `slack`; None leaves one out."""
        app = self.bench.workspace.app
        own = {
            "bot_token": app.token,
            "signing_secret": app.signing_secret,
            "admins": ["U0ADA"],
            "api_url": self.bench.api_url,
            **changes,
        }
        self.changes["slack"] = {key: value for key, value in own.items() if value is not None}

    def source(self, **changes: Any) -> None:
        """Changes keys of the one source."""
        own = {"name": "acme", "base_url": self.house.neo_url, "api_key": "neo_sk_test"}
        self.changes["sources"] = [{**own, **changes}]

    def receive(self, receiver: dict[str, Any]) -> None:
        """There is one receiver, `finops`."""
        self.changes["receivers"] = {"finops": receiver}

    def stream(self, number: int, **fields: Any) -> None:
        """Neo has one more stream, each of a task and an hour of its own unless it is said."""
        facts: dict[str, Any] = {
            "task_id": f"task-{number}",
            "created": NOW() - timedelta(hours=number),
            "email": "ana@acme.test",
            "credits": Decimal(1),
            **fields,
        }
        created = usage.micros(facts.pop("created"))
        stream = usage.Stream(stream_id=usage.stream_id(number), created=created, **facts)
        self.house.neo.book.add(stream)

    def read(self) -> Config:
        """The configuration as it is by now."""
        return config.load(Path(self.house.config(**self.changes)), {})

    async def examined(self, read: Config | None = None) -> dict[str, Check]:
        """All checks by what they are about."""
        checks = await examination.examine(read or self.read(), self.clock)
        found = {each.about: each for each in checks}
        assert len(found) == len(checks), "each line is about something else"
        return found


@asynccontextmanager
async def built(folder: Path) -> AsyncIterator[Ward]:
    async with processes.built(folder) as house:
        yield Ward(house)
