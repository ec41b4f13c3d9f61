"""The machine's clock."""

from datetime import UTC, datetime

from bot.clock import SystemClock


async def test_it_is_aware_and_goes_on() -> None:
    clock = SystemClock()
    now, steady = clock.now(), clock.monotonic()
    await clock.sleep(0.001)
    assert UTC is now.tzinfo
    assert datetime(2026, 1, 1, tzinfo=UTC) < now <= clock.now()
    assert steady < clock.monotonic()
