"""A long history of many people: in the simulated Neo, and in a ledger as if the bot had read it."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random

from bot.demo.neo import rows, usage
from bot.neo import page
from bot.neo.pricing import Pricing
from bot.neo.settings import MoneySettings
from bot.store import ledger, sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import Backfill
from tests import stage

DAYS = timedelta(days=120)
_BATCH = 2_000
_MODELS = ("claude-sonnet-4-5", "claude-opus-4", "gpt-5", "gemini-2.5-pro")
_STATUSES = ("completed",) * 9 + ("error",)
_PER_TASK = 3
"""Streams of one task, about."""


def email(number: int) -> str:
    return f"user{number:05d}@acme.test"


class History:
    """Streams in the order of their time; a few people use most. The same seed gives the same."""

    def __init__(self, people: int, seed: int = 1) -> None:
        self._people = people
        self._chance = Random(seed)
        self._number = 0

    def before(self, now: datetime, count: int) -> Iterator[usage.Stream]:
        """So many streams, evenly over the days before `now`."""
        for place in range(count):
            yield self.stream(now - DAYS * (1 - place / count))

    def stream(self, at: datetime) -> usage.Stream:
        self._number += 1
        chance, byok = self._chance, self._number % 5 == 0
        task = self._number // _PER_TASK
        return usage.Stream(
            stream_id=usage.stream_id(self._number),
            task_id=f"task-{task}",
            created=usage.micros(at),
            email=email(int(self._people * Random(task).random() ** 2)),
            model=chance.choice(_MODELS),
            status=chance.choice(_STATUSES),
            title=f"Assess https://app-{task % 999}.acme.test for broken access control",
            byok=byok,
            credits=None if byok else Decimal(chance.randrange(1, 90_000)) / 1_000_000,
            llm_cost=Decimal(chance.randrange(1, 90_000)) / 1_000_000 if byok else None,
            neo_cost=Decimal(chance.randrange(1, 9_000)) / 1_000_000 if byok else None,
            steps=chance.randrange(1, 60),
            llm_ms=chance.randrange(1_000, 400_000),
            total_ms=chance.randrange(2_000, 900_000),
        )


async def book(path: Path, streams: Sequence[usage.Stream], now: datetime) -> None:
    """Makes a store in which all of it has been read by `now`."""
    database = await Database.open(path, write=True)
    convert = partial(Pricing.of(stage.SOURCE, MoneySettings()).record, owner="unknown")
    for start in range(0, len(streams), _BATCH):
        data = [rows.of_stream(each, with_email=True) for each in streams[start : start + _BATCH]]
        body = json.dumps({"data": data, "total": len(data), "has_more": False})
        records = page.parse(body.encode(), convert).records
        await database.write(partial(ledger.add, records=records, seen=now, live=False))
    await database.write(_read_whole, now)
    await database.close()


def _read_whole(db: Connection, now: datetime) -> None:
    begun = now - DAYS
    sources.backfilled(db, stage.SOURCE, Backfill(begun, begun, done=True))
    sources.advance(db, stage.SOURCE, cursor=now, complete_at=now)
