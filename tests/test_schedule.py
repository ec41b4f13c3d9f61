"""The timetable wakes each tick, one at a time, whatever ticks and clocks do."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot import schedule
from bot.clock import SystemClock
from bot.schedule import Timetable

LONG = timedelta(hours=1)
SHORT = timedelta(milliseconds=10)


class Skewed(SystemClock):
    """The machine's clock, but its wall time can be set."""

    def __init__(self) -> None:
        self.skew = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.skew


class Ticks:
    """A tick that counts, and fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.count = 0
        self.failures = failures
        self._more = asyncio.Event()

    async def __call__(self) -> None:
        self.count += 1
        self._more.set()
        if self.count <= self.failures:
            raise RuntimeError("a fault of ours")

    async def reached(self, count: int) -> None:
        async with asyncio.timeout(20):
            while self.count < count:
                self._more.clear()
                await self._more.wait()


@pytest.fixture
def clock() -> Skewed:
    return Skewed()


@pytest.fixture
async def timetable(clock: Skewed) -> AsyncIterator[Timetable]:
    timetable = Timetable(clock.now, clock.monotonic)
    yield timetable
    await timetable.stop()


async def test_a_tick_comes_at_once_and_then_again_and_again(timetable: Timetable) -> None:
    ticks = Ticks()
    timetable.add("tick", ticks, SHORT)
    timetable.start()
    await ticks.reached(3)


async def test_a_tick_that_fails_is_told_and_goes_on(
    timetable: Timetable, caplog: pytest.LogCaptureFixture
) -> None:
    ticks = Ticks(failures=2)
    timetable.add("poll acme", ticks, SHORT)
    timetable.start()
    await ticks.reached(4)
    failed = [each for each in caplog.records if "tick failed" == each.message]
    assert ["poll acme", "poll acme"] == [vars(each)["tick"] for each in failed]


async def test_a_tick_that_takes_long_is_not_woken_twice_and_holds_up_no_other(
    timetable: Timetable,
) -> None:
    begun, release, others = Ticks(), asyncio.Event(), Ticks()

    async def slow() -> None:
        await begun()
        await release.wait()

    timetable.add("slow", slow, SHORT)
    timetable.add("other", others, SHORT)
    timetable.start()
    await others.reached(5)
    assert 1 == begun.count
    release.set()
    await begun.reached(2)


async def test_one_thing_can_be_woken_now(timetable: Timetable) -> None:
    ticks = Ticks()
    timetable.start()
    timetable.soon("reload", ticks)
    await ticks.reached(1)
    timetable.soon("reload", ticks)
    await ticks.reached(2)


async def test_when_the_clock_is_set_back_an_hour_every_tick_comes_at_once(
    timetable: Timetable,
    clock: Skewed,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(schedule, "_LOOK", 0.01)
    ticks = Ticks()
    timetable.add("tick", ticks, LONG)
    timetable.start()
    await ticks.reached(1)
    clock.skew = -LONG
    await ticks.reached(2)
    assert any("the clock jumped" == each.message for each in caplog.records)


async def test_it_is_told_by_how_much_the_clock_was_set(
    clock: Skewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "_LOOK", 0.01)
    told, heard = list[timedelta](), asyncio.Event()

    async def jumped(by: timedelta) -> None:
        told.append(by)
        heard.set()

    timetable = Timetable(clock.now, clock.monotonic, jumped)
    timetable.start()
    await asyncio.sleep(0)
    clock.skew = -LONG
    async with asyncio.timeout(10):
        await heard.wait()
    await timetable.stop()
    (by,) = told
    assert -LONG == timedelta(seconds=round(by.total_seconds(), -1))


async def test_after_it_is_stopped_nothing_is_woken(clock: Skewed) -> None:
    timetable, ticks = Timetable(clock.now, clock.monotonic), Ticks()
    timetable.add("tick", ticks, SHORT)
    timetable.start()
    await ticks.reached(1)
    await timetable.stop()
    known = ticks.count
    await asyncio.sleep(0.05)
    assert known == ticks.count


async def test_a_tick_that_is_broken_off_by_the_stop_ends_quietly(
    clock: Skewed, caplog: pytest.LogCaptureFixture
) -> None:
    timetable, begun, ended = Timetable(clock.now, clock.monotonic), Ticks(), asyncio.Event()

    async def sleeping() -> None:
        await begun()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    timetable.add("poll acme", sleeping, LONG)
    timetable.start()
    await begun.reached(1)
    await timetable.stop()
    async with asyncio.timeout(20):
        await ended.wait()
    for _ in range(10):  # until apscheduler has heard of the end
        await asyncio.sleep(0)
    assert [] == [each for each in caplog.records if each.levelno >= logging.WARNING]


async def test_a_tick_that_is_cancelled_while_the_bot_runs_is_told(
    timetable: Timetable, caplog: pytest.LogCaptureFixture
) -> None:
    ticks = Ticks()

    async def cancelled() -> None:
        await ticks()
        raise asyncio.CancelledError

    timetable.add("tick", cancelled, SHORT)
    timetable.start()
    await ticks.reached(2)
    assert any(each.levelno >= logging.ERROR for each in caplog.records)


async def test_it_can_be_stopped_before_it_was_started(clock: Skewed) -> None:
    await Timetable(clock.now, clock.monotonic).stop()
