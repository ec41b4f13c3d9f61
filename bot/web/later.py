"""Work that goes on after its request was answered, and is waited for when the bot stops."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Later:
    """Holds every piece of work until it is done."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self, patience: float) -> None:
        """Waits for all of it, but no longer than `patience` seconds."""
        if not self._tasks:
            return
        _, pending = await asyncio.wait(self._tasks, timeout=patience)
        if pending:
            log.warning("answers were given up at the end", extra={"count": len(pending)})
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
