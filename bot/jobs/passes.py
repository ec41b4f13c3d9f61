"""One complete reading of a span of one source: every page kept, the last of them together with the cursor."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from bot.jobs import arrival
from bot.neo.client import Client
from bot.neo.error import Kind, NeoError
from bot.neo.filter import StreamFilter, TaskFilter
from bot.neo.page import Page
from bot.store import ledger, rejected, sources, standins, tasks
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.ledger import Present
from bot.store.rejected import Rejected
from rules.record import Record, Task, task_key
from rules.window import Span

log = logging.getLogger(__name__)

AHEAD = timedelta(minutes=10)
"""How far Neo's clock may be ahead of ours."""

_BATCH = 2000
_LOOKED_UP = 200
"""How many records that a pass misses are looked up in one pass; the rest waits for the next."""

Finish = Callable[[Connection], object]
"""What is kept in the same transaction as the last of the records."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What is read: `live` records are news at `now`; with `arrival` new ones are booked then; of one `task` or of all."""

    span: Span
    now: datetime
    owner: str
    live: bool = True
    arrival: bool = False
    whole_tasks: bool = False
    task: str | None = None

    @property
    def strict(self) -> bool:
        """Whether what the ledger holds there and Neo does not give is looked up."""
        return self.live and (self.task is not None or not (self.arrival or self.whole_tasks))


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one source into the store. Who reads takes a `turn`: what was read first must not be kept last."""

    client: Client
    database: Database
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def name(self) -> str:
        return self.client.source.name

    async def records(self, wanted: Pass, finish: Finish) -> int:
        """Reads the streams of the span (or its tasks, whole) and gives how many; raises NeoError."""
        waiting: list[Page[Record]] = []
        seen: dict[str, tuple[str, datetime]] = {}
        async for page in self._pages(wanted):
            waiting.append(page)
            seen.update((record.key, (record.task, record.at)) for record in page.records)
            if sum(held.count for held in waiting) >= _BATCH:
                await self.database.write(partial(self._keep, wanted, waiting, nothing_more))
                waiting = []
        missed = await self._missing(wanted, seen.keys()) if wanted.strict else []
        steps: list[Finish] = [
            partial(ledger.mark_gone, source=self.name, keys=missed, seen=wanted.now),
            partial(self._learn, shared=arrival.is_shared(seen.values())),
            partial(self._keep, wanted, waiting, finish),
        ]
        await self.database.write(_all, steps)
        return len(seen)

    async def replace_tasks(self, wanted: Pass, stood_in: Sequence[str]) -> None:
        """Puts the streams of the span in the place of tasks that stood for them, all at once."""
        pages = [page async for page in self._pages(wanted)]
        await self.database.write(partial(self._replace, wanted, stood_in, pages))

    async def tasks(self, span: Span, now: datetime, owner: str) -> int:
        """Reads the titles and the status of tasks created in the span."""
        count = 0
        async with aclosing(self.client.every_task(span, owner)) as pages:
            async for page in pages:
                await self.database.write(partial(self._title, page, now))
                count += len(page.records)
        return count

    async def _pages(self, wanted: Pass) -> AsyncIterator[Page[Record]]:
        span, owner, task = wanted.span, wanted.owner, wanted.task
        read = (
            self.client.every_task_record(span, owner, TaskFilter(task_id=task))
            if wanted.whole_tasks
            else self.client.every_stream(span, owner, StreamFilter(task_id=task))
        )
        async with aclosing(read) as pages:
            async for page in pages:
                yield page

    async def _missing(self, wanted: Pass, keys: Collection[str]) -> list[str]:
        """Keys of records that Neo no longer has: absent from a complete pass, and when asked for."""
        known = await self._present(wanted)
        absent = [present.key for present in known if present.key not in keys]
        gone = [key for key in absent[:_LOOKED_UP] if not await self._is_there(key, wanted)]
        if gone:
            log.warning(
                "records are gone from Neo", extra={"source": self.name, "count": len(gone)}
            )
        return gone

    async def _present(self, wanted: Pass) -> list[Present]:
        if wanted.task is None:
            return await self.database.read(ledger.in_span, self.name, wanted.span)
        return await self.database.read(ledger.in_task, self.name, wanted.task)

    async def _is_there(self, key: str, wanted: Pass) -> bool:
        if wanted.whole_tasks:
            return (await self.client.tasks(TaskFilter(task_id=wanted.task))).count > 0
        try:
            page = await self.client.streams(StreamFilter(stream_id=key), wanted.owner)
        except NeoError as error:
            if error.kind in (Kind.INVALID, Kind.MISSING):
                return False
            raise
        if page.records:
            await self.database.write(partial(self._keep, wanted, [page], nothing_more))
        return page.count > 0

    def _keep(
        self, wanted: Pass, pages: Sequence[Page[Record]], finish: Finish, db: Connection
    ) -> None:
        records = self._booked(db, wanted, pages)
        if wanted.whole_tasks:
            standins.fold(db, self.name, records, seen=wanted.now)
        ledger.add(db, records, seen=wanted.now, live=wanted.live)
        self._reject(db, "streams", pages, wanted.now)
        finish(db)

    def _replace(
        self,
        wanted: Pass,
        stood_in: Sequence[str],
        pages: Sequence[Page[Record]],
        db: Connection,
    ) -> None:
        records = self._booked(db, wanted, pages)
        ledger.replace_tasks(db, self.name, stood_in, records, seen=wanted.now)
        self._reject(db, "streams", pages, wanted.now)

    def _learn(self, db: Connection, *, shared: bool | None) -> None:
        """Keeps what was seen of assumption A1; that streams have times of their own is never unlearned."""
        known = sources.one(db, self.name).by_arrival
        if shared is not None and known is not False and known is not shared:
            sources.book_by_arrival(db, self.name, arrival=shared)

    def _booked(self, db: Connection, wanted: Pass, pages: Sequence[Page[Record]]) -> list[Record]:
        """All records; where streams carry their task's time, a new one counts from when it was first seen."""
        records = [record for page in pages for record in page.records]
        if not wanted.arrival:
            return records
        known = standins.booked(db, self.name, [record.key for record in records])
        fresh = wanted.now if wanted.live else None
        return [
            record._replace(at=known.get(record.key) or fresh or record.at) for record in records
        ]

    def _title(self, page: Page[Task], now: datetime, db: Connection) -> None:
        tasks.put(db, page.records)
        self._reject(db, "tasks", [page], now)

    def _reject(
        self,
        db: Connection,
        endpoint: str,
        pages: Sequence[Page[Record]] | Sequence[Page[Task]],
        now: datetime,
    ) -> None:
        """Keeps the rows that could not be read, and forgets those of what was read by now."""
        rejected.mended(
            db, self.name, endpoint, {_key(each) for page in pages for each in page.records}
        )
        rows = [
            Rejected(self.name, endpoint, each.reason, each.row, each.key)
            for page in pages
            for each in page.rejected
        ]
        rejected.put(db, rows, seen=now)


def nothing_more(_: Connection) -> None:
    """A batch that is not the last moves no cursor."""


def _all(db: Connection, steps: Sequence[Finish]) -> None:
    for step in steps:
        step(db)


def _key(read: Record | Task) -> str:
    return read.key if isinstance(read, Record) else task_key(read.id)
