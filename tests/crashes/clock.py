"""A clock that outlives who reads it: the time stands in a file, so that a killed process and Slack agree on it."""

import asyncio
import os
from datetime import datetime, timedelta
from pathlib import Path

from bot.demo.neo import usage

_BYTES = 8


class LastingClock:
    """Moves only when it is told to, or slept on; everyone with the same file has the same time."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT)

    def now(self) -> datetime:
        return usage.moment(self._micros())

    def monotonic(self) -> float:
        return self._micros() / 1e6

    async def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)

    def advance(self, span: timedelta) -> None:
        self.set_to(self.now() + span)

    def set_to(self, now: datetime) -> None:
        os.pwrite(self._file, usage.micros(now).to_bytes(_BYTES, "big"), 0)

    def close(self) -> None:
        os.close(self._file)

    def _micros(self) -> int:
        return int.from_bytes(os.pread(self._file, _BYTES, 0), "big")
