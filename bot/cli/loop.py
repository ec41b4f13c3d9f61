"""The event loop of a command, which Ctrl-C ends at once."""

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, but a signal always wakes the loop.

    The handler that asyncio.run sets is Python code: where a signal comes just before the loop falls asleep, or on another
    thread, that code waits for the next event, and an answer of Neo that hangs is a long time in coming.
    """
    if threading.current_thread() is not threading.main_thread():
        return asyncio.run(work)  # signals are none of its business
    try:
        return asyncio.run(_heeding(work))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _heeding(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.create_task(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
    return await task
