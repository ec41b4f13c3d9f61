"""A simulated Neo and the store that reads it, on a clock that tests hold in their hands."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp

from bot.demo.neo import accounts, asked, book, server, state, usage
from bot.jobs.passes import Reader
from bot.jobs.poll import Poller
from bot.neo.client import Client
from bot.neo.settings import MoneySettings, PollSettings, SourceSettings
from bot.neo.transport import Patience
from bot.store import ledger, sources, sums
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import SourceState
from rules.labels import EVERYTHING, Label
from rules.metric import NOTHING, Reads
from rules.series import Query
from rules.window import Span
from tests.fakes import FakeClock

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
KEY = "neo_sk_test"
BACK = timedelta(days=40)
MINUTE = timedelta(minutes=1)
ADMIN = accounts.Account(email="ada@acme.test")

Sums = tuple[int, int, int, int]
"""How many records there are, and their credits, neo_cost and llm_cost in nano-dollars."""


@dataclass(slots=True)
class Reading:
    """One source: Neo's side of it, and ours."""

    name: str
    clock: FakeClock
    neo: state.Neo
    database: Database
    reader: Reader
    poller: Poller
    back: timedelta = BACK

    def stream(self, number: int, ago: timedelta = timedelta(0), **fields: Any) -> usage.Stream:
        """Puts a stream of 1.5 credits into Neo's book, created so long ago."""
        stream = make(number, self.clock.now() - ago, **fields)
        self.neo.book.add(stream)
        return stream

    async def poll(self, later: timedelta = timedelta(0)) -> bool:
        """One poll, after some time has passed."""
        self.clock.advance(later)
        return await self.poller.run(self.clock.now())

    async def kept(self) -> Sums:
        """What the sums of this source come to."""
        return await self.database.read(of_source, self.name)

    async def state(self) -> SourceState:
        return (await self.database.read(sources.load))[self.name]

    def priced(self) -> Sums:
        """What Neo's records come to: the plain sum."""
        return priced(self.neo.book.streams())


def make(number: int, created: datetime, **fields: Any) -> usage.Stream:
    return usage.Stream(
        stream_id=usage.stream_id(number),
        created=usage.micros(created),
        **{
            "task_id": f"task-{number}",
            "email": "ana@acme.test",
            "credits": Decimal("1.5"),
            **fields,
        },
    )


def priced(streams: list[usage.Stream]) -> Sums:
    """Each amount rounded once, half to even, then added up."""
    amounts = [(each.credits, each.neo_cost, each.llm_cost) for each in streams]
    nano = [[_nano(amount) for amount in row] for row in amounts]
    plain, neo_cost, llm_cost = map(sum, zip(*nano, strict=True)) if nano else (0, 0, 0)
    return len(streams), plain, neo_cost, llm_cost


def _nano(amount: Decimal | None) -> int:
    """Ten dollars a credit, in nano-dollars."""
    return round((amount or Decimal(0)) * 10_000_000_000)


def of_source(db: Connection, name: str) -> Sums:
    everything = ledger.extent(db) or Span(NOW, NOW)
    query = Query(Reads.RECORDS, everything, (Label.SOURCE,), EVERYTHING)
    found = sums.answer(db, query, None).get((name,), NOTHING)
    return found.streams, found.credits, found.neo_cost, found.llm_cost


def spans(reading: Reading, path: str = "/usage/streams") -> list[Span]:
    """Every span that was asked for, in order."""
    return [
        Span(_time(request, "from"), _time(request, "to"))
        for request in reading.neo.log.requests
        if request.path.endswith(path) and request.first("from") is not None
    ]


def _time(request: asked.Asked, name: str) -> datetime:
    return datetime.fromisoformat(str(request.first(name)))


@asynccontextmanager
async def opened(
    folder: Path,
    name: str = "acme",
    database: Database | None = None,
    clock: FakeClock | None = None,
    total: float = 30,
    **source: Any,
) -> AsyncIterator[Reading]:
    """A Neo that is empty, and a store that has not read it."""
    clock = clock or FakeClock(NOW)
    neo = state.Neo(book=book.Book(), accounts=accounts.Accounts({KEY: ADMIN}))
    kept = database or await Database.open(folder / "bot.db", write=True)
    async with server.serving(neo, clock=clock.now) as url, aiohttp.ClientSession() as session:
        settings = SourceSettings.model_validate(
            {"name": name, "base_url": url, **(source or {"api_key": KEY})}
        )
        patience = Patience(
            total=total, sleep=clock.sleep, monotonic=clock.monotonic, jitter=lambda: 1.0
        )
        reader = Reader(Client(settings, session, MoneySettings(), patience=patience), kept)
        reading = Reading(name, clock, neo, kept, reader, _poller(reader, lambda now: now - BACK))
        try:
            yield reading
        finally:
            if database is None:
                await kept.close()


def _poller(reader: Reader, reach: Callable[[datetime], datetime]) -> Poller:
    return Poller(reader, PollSettings(), reach)
