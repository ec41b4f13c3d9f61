"""The timetable: wakes ticks. What is due is decided from the clock and the database, never here.

apscheduler's triggers go by the wall clock: set back an hour, they would be silent for an hour. So a watchdog on
monotonic time arms the timetable anew whenever the two part by more than five seconds.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot import journal

log = logging.getLogger(__name__)

JUMP = 5.0
"""Seconds by which wall and monotonic time may part before the timetable is armed anew."""

_LOOK = 1.0


class Timetable:
    """Wakes each tick at its interval, one instance at a time; missed wake-ups come to one.

    `now` is wall time and `monotonic` seconds that never jump: the watchdog holds them against each other, and calls
    `jumped` with how far apart they are, before it arms the timetable anew.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        jumped: Callable[[timedelta], Awaitable[object]] | None = None,
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._jumped = jumped
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._first: dict[str, timedelta] = {}
        self._watch: asyncio.Task[None] | None = None
        self._stopping = False

    def add(
        self,
        name: str,
        tick: Callable[[], Awaitable[object]],
        every: timedelta,
        *,
        later: bool = False,
    ) -> None:
        """Wakes `tick` at every interval; first when the timetable starts, or an interval `later`."""
        self._first[name] = every if later else timedelta(0)
        trigger = IntervalTrigger(seconds=every.total_seconds(), timezone=UTC)
        first = self._now() + self._first[name]
        self._scheduler.add_job(self._guarded(name, tick), trigger, id=name, next_run_time=first)

    def soon(self, name: str, tick: Callable[[], Awaitable[object]]) -> None:
        """Wakes `tick` once, now."""
        self._scheduler.add_job(
            self._guarded(name, tick), id=name, next_run_time=self._now(), replace_existing=True
        )

    def names(self) -> list[str]:
        """What is woken, in the order in which it was added."""
        return [job.id for job in self._scheduler.get_jobs()]

    def start(self) -> None:
        self._scheduler.start()
        self._watch = asyncio.create_task(self._keep_watch(), name="timetable watchdog")

    async def stop(self) -> None:
        """Wakes nothing any more, and breaks off the ticks that are under way."""
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def rearm(self) -> None:
        """Wakes every tick as at the start, and from then on at its interval."""
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=self._now() + self._first.get(job.id, timedelta(0)))

    async def _keep_watch(self) -> None:
        wall, steady = self._now(), self._monotonic()
        while True:
            await asyncio.sleep(_LOOK)
            apart = (self._now() - wall).total_seconds() - (self._monotonic() - steady)
            wall, steady = self._now(), self._monotonic()
            if abs(apart) > JUMP:
                log.warning("the clock jumped", extra={"seconds": round(apart, 1)})
                if self._jumped is not None:
                    by = timedelta(seconds=apart)
                    await self._guarded("clock jumped", partial(self._jumped, by))()
                self.rearm()

    def _guarded(
        self, name: str, tick: Callable[[], Awaitable[object]]
    ) -> Callable[[], Awaitable[None]]:
        """A tick that fails is logged, and woken again at its next time; one that is broken off ends."""

        async def woken() -> None:
            with journal.run():
                try:
                    await tick()
                except asyncio.CancelledError:
                    # apscheduler would log it as an error of the tick.
                    if not self._stopping:
                        raise
                except Exception:
                    log.exception("tick failed", extra={"tick": name})

        return woken
