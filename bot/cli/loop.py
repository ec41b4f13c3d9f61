"""The event loop of a command, which Ctrl-C ends at once."""

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, but a signal always wakes the loop, and the second one does not wait for what is put away.

    The handler that asyncio.run sets is Python code: where a signal comes just before the loop falls asleep, or on another
    thread, that code waits for the next event, and an answer of Neo that hangs is a long time in coming.
    """
    if not _is_ours():
        return asyncio.run(work)
    try:
        return asyncio.run(_heeding(work))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def _is_ours() -> bool:
    """Whether Ctrl-C is for this thread, and whoever started the process did not have it ignored."""
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler


async def _heeding(work: Coroutine[Any, Any, T]) -> T:
    loop, task = asyncio.get_running_loop(), asyncio.create_task(work)

    def break_off() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        task.cancel()

    loop.add_signal_handler(signal.SIGINT, break_off)
    return await task
