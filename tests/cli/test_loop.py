"""The loop of a command: what it comes to, and that Ctrl-C ends it also while nothing happens."""

import asyncio
import signal
import sys

import pytest

from bot.cli import loop

_PRELUDE = """
import asyncio, os, signal, threading, time
from bot.cli import loop
"""

# Another thread gets the signal once the loop sleeps: nothing but the signal itself can wake it.
_DEAF = """
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

# What hangs in a thread, such as the look-up of a name, keeps the loop from its end.
_STUBBORN = """
def hit():
    for _ in range(2):
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.5)
    os._exit(9)

async def hang():
    threading.Thread(target=hit, daemon=True).start()
    await asyncio.to_thread(time.sleep, 3600)

try:
    loop.run(hang())
except KeyboardInterrupt:
    print("ended", flush=True)
    os._exit(0)
"""

_IGNORED = """
async def go_on():
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(0.1)
    print("went on", flush=True)

signal.signal(signal.SIGINT, signal.SIG_IGN)
loop.run(go_on())
"""


@pytest.mark.parametrize(
    ("script", "said", "code"),
    [
        pytest.param(_DEAF, "put away", -signal.SIGINT, id="where nothing else would wake it"),
        pytest.param(_STUBBORN, "ended", 0, id="the second one, whatever hangs"),
        pytest.param(_IGNORED, "went on", 0, id="not where it is ignored"),
    ],
)
async def test_a_signal_ends_what_runs(script: str, said: str, code: int) -> None:
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PRELUDE + script,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(30):
            told, _ = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    assert (f"{said}\n".encode(), code) == (told, running.returncode)


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
