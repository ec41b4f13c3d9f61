"""Clients for tests: of a small Neo, that keep how long they would have slept."""

from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.neo.client import Client
from bot.neo.settings import MoneySettings, SourceSettings
from bot.neo.transport import Patience
from tests.neo.server import SmallNeo

KEY = "neo_sk_very_private"


@dataclass
class Naps:
    """Stands in for sleeping: keeps how long it was asked for."""

    seconds: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)

    def monotonic(self) -> float:
        return sum(self.seconds)


def client(
    neo: SmallNeo | str, session: aiohttp.ClientSession, naps: Naps, **settings: Any
) -> Client:
    """A client that never really sleeps; `patience` changes its limits, the rest its source."""
    url = neo if isinstance(neo, str) else neo.url
    limits = settings.pop("patience", {})
    calm = Patience(sleep=naps.sleep, monotonic=naps.monotonic, jitter=lambda: 1.0, **limits)
    credential = settings or {"api_key": KEY}
    source = SourceSettings.model_validate({"name": "acme", "base_url": url} | credential)
    return Client(source, session, MoneySettings(), patience=calm)
