"""The loop of a command: what it comes to, and that Ctrl-C ends it also while nothing happens."""

import asyncio
import signal
import sys

import pytest

from bot.cli import loop

# Another thread gets the signal once the loop sleeps: nothing but the signal itself can wake it.
_DEAF = """
import asyncio, signal, threading, time
from bot.cli import loop

def hit():
    time.sleep(0.2)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    time.sleep(3600)

async def hang():
    threading.Thread(target=hit, daemon=True).start()
    try:
        await asyncio.sleep(3600)
    finally:
        print("put away", flush=True)

loop.run(hang())
"""


async def test_a_signal_ends_what_nothing_else_would_wake() -> None:
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _DEAF,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(30):
            said, _ = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    assert (b"put away\n", -signal.SIGINT) == (said, running.returncode)


async def _seven() -> int:
    return 7


async def _wrong() -> int:
    raise LookupError("seven")


def test_what_the_work_comes_to_is_given() -> None:
    assert 7 == loop.run(_seven())
    with pytest.raises(LookupError, match="seven"):
        loop.run(_wrong())


async def test_beside_the_main_thread_no_signal_is_asked_for() -> None:
    assert 7 == await asyncio.to_thread(loop.run, _seven())
