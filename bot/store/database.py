"""The store as the event loop sees it: one thread that writes, one that reads."""

import asyncio
import contextvars
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self, TypeVar, TypeVarTuple

from bot.store import connection, copying, error, lock, replacement, restoring, schema, soundness
from bot.store.connection import Connection
from bot.store.error import StoreError

log = logging.getLogger(__name__)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _Thread:
    """A connection and the one thread that may touch it."""

    def __init__(self, name: str, path: Path) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._path = path
        self._db: Connection | None = None

    async def open(self, make: Callable[[], Connection]) -> None:
        try:
            self._db = await self.run(make)
        except BaseException:
            self._executor.shutdown()
            raise

    async def run(self, work: Callable[[], T]) -> T:
        """Does `work` on the thread, as part of the run that asks; SQLite's errors come out as StoreError."""
        told = partial(contextvars.copy_context().run, self._told, work)
        return await asyncio.get_running_loop().run_in_executor(self._executor, told)

    async def use(self, work: Callable[[Connection], T]) -> T:
        """Does `work` with the connection, on its thread."""
        if (db := self._db) is None:
            raise RuntimeError("the store is closed")
        return await self.run(lambda: work(db))

    async def close(self) -> None:
        """Waits for what is under way, then closes."""
        if self._db is not None:
            await self.use(lambda db: db.close())
            self._db = None
        self._executor.shutdown()

    def _told(self, work: Callable[[], T]) -> T:
        with error.translated(self._path):
            return work()


class Database:
    """An open store. `read` and `write` take functions of a connection and their arguments.

    Nothing is written to a file that was there before until all of it was looked through; what is asked meanwhile is
    answered.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = _Thread("store-write", path)
        self._reader = _Thread("store-read", path)
        self._lock: int | None = None
        self._closing = threading.Event()
        self._sound = False
        self._examination: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, path: Path | str, *, write: bool, max_pages: int | None = None) -> Self:
        """Opens the store, for reading alone or for writing as well.

        `max_pages` limits how far the file may grow. Raises StoreError when another process writes
        to it, when it is missing (only reading), damaged, or of a newer version of the bot.
        """
        self = cls(Path(path))
        try:
            if write:
                await self._open_writer(max_pages)
            await self._reader.open(self._make_reader)
        except BaseException:
            await self.close()
            raise
        return self

    async def write(
        self, fn: Callable[[Connection, *Ts], T], *args: *Ts, durable: bool = False
    ) -> T:
        """Runs `fn(db, *args)` in one transaction: all of it is kept, or nothing.

        A durable one is on the disk when this returns; others may be lost, whole, with the power.
        """
        if self._lock is None:
            raise RuntimeError("the store was opened for reading")
        if not self._sound:
            await self.examine()

        def work(db: Connection) -> T:
            with connection.transaction(db, durable=durable):
                return fn(db, *args)

        return await self._writer.use(work)

    async def examine(self) -> None:
        """Waits until the file was looked through, once; DamagedError where it is not whole. `write` waits for it too."""
        if self._examination is None:
            looked = asyncio.to_thread(soundness.examine, self.path, self._closing.is_set)
            self._examination = asyncio.create_task(looked, name="examine the store")
        await asyncio.shield(self._examination)
        self._sound = True

    async def read(self, fn: Callable[[Connection, *Ts], T], *args: *Ts) -> T:
        """Runs `fn(db, *args)` beside any writing; all that it reads is of one moment."""

        def work(db: Connection) -> T:
            with connection.snapshot(db):
                return fn(db, *args)

        return await self._reader.use(work)

    async def back_up(self, target: Path, now: datetime) -> None:
        """Makes `target` a backup, beside all reading and writing; `close` breaks it off."""
        await asyncio.to_thread(copying.back_up, self.path, target, now, self._closing.is_set)

    async def close(self) -> None:
        """Waits for what is under way, then closes the file; closing twice does nothing."""
        self._closing.set()
        if self._examination is not None:
            await asyncio.gather(self._examination, return_exceptions=True)
        await self._reader.close()
        await self._writer.close()
        if self._lock is not None:
            lock.release(self._lock)
            self._lock = None

    async def _open_writer(self, max_pages: int | None) -> None:
        self._lock = lock.take(self.path)
        if kept := restoring.finish(self.path):
            log.warning("a restore that was killed is finished", extra={"replaced": str(kept)})
        soundness.refuse_emptied(self.path)
        await self._writer.open(lambda: self._make_writer(max_pages))

    def _make_writer(self, max_pages: int | None) -> Connection:
        db = connection.writing(self.path)
        try:
            self._sound = schema.upgrade(db, self.path)
            if max_pages is not None:
                connection.limit(db, max_pages)
        except BaseException:
            db.close()
            raise
        return db

    def _make_reader(self) -> Connection:
        replacement.refuse_half_done(self.path)
        if not self.path.exists():
            raise StoreError(
                f"{self.path.absolute()} is not there; start `run` or `backfill` to make it"
            )
        soundness.refuse_emptied(self.path)
        db = connection.reading(self.path)
        try:
            schema.check(db, self.path)
        except BaseException:
            db.close()
            raise
        return db
