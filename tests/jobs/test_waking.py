"""A bot that was not there for long reads before it judges: its own absence is no outage of Neo."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.neo import faults
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WEEKEND = timedelta(hours=62)


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Stage]:
    """A bot with two sources, both read."""
    async with stage.staged(tmp_path, START, "rules: []") as played:
        await played.close_bot()
        path = played.folder / "config.yaml"
        text = path.read_text(encoding="utf-8")
        first = text[text.index('{"name": "acme"') : text.index("]", text.index('{"name": "acme"'))]
        path.write_text(text.replace(first, f"{first}, {first.replace('acme', 'blue')}"), "utf-8")
        await played.open_bot()
        assert [] == [*await polled(played, "acme"), *await polled(played, "blue")]
        played.clock.advance(MINUTE)
        yield played


async def polled(played: Stage, source: str) -> list[str]:
    await played.bot.poll(source)
    return await told(played)


async def looked(played: Stage) -> list[str]:
    await played.bot.look()
    return await told(played)


async def told(played: Stage) -> list[str]:
    await played.bot.deliverer.drain()
    return played.news()


@pytest.mark.parametrize("restarted", [False, True], ids=["a sleep", "a downtime"])
async def test_after_a_weekend_nothing_is_said_of_old_data(played: Stage, restarted: bool) -> None:
    if restarted:
        await played.restart()
    played.clock.set_to(played.clock.now() + WEEKEND)
    assert [] == await looked(played)
    assert [] == await polled(played, "acme")
    assert [] == await looked(played)
    assert [] == await polled(played, "blue")
    assert played.clock.now() == played.bot.in_force().judged


async def test_what_people_and_files_change_meanwhile_is_judged_once_all_is_read(
    played: Stage,
) -> None:
    played.clock.set_to(played.clock.now() + WEEKEND)
    assert "data-age" in await played.say("U0ADA", "silence data-age 1m")
    played.clock.advance(2 * MINUTE)
    await played.bot.reload()
    assert [] == await told(played)
    assert [] == await polled(played, "acme")
    assert [] == await polled(played, "blue")
    assert played.clock.now() == played.bot.in_force().judged


async def test_a_digest_that_was_missed_tells_what_was_used_meanwhile(played: Stage) -> None:
    path = played.folder / "config.yaml"
    daily = '"digests": [{"name": "daily", "at": "08:00", "to": ["finops"]}]'
    path.write_text(path.read_text("utf-8").replace("{", "{" + daily + ", ", 1), "utf-8")
    await played.restart()
    assert [] == [*await polled(played, "acme"), *await polled(played, "blue")]
    await played.bot.digests()
    played.clock.set_to(datetime(2026, 11, 19, 8, 5, tzinfo=UTC))
    played.stream(1, usd=7, created=START + timedelta(hours=3))
    await played.bot.digests()
    assert [] == await told(played)
    assert [] == [*await polled(played, "acme"), *await polled(played, "blue")]
    await played.bot.digests()
    (digest,) = await told(played)
    assert "$14.00" in digest


async def test_what_cannot_be_read_after_a_weekend_is_said(played: Stage) -> None:
    played.clock.set_to(played.clock.now() + WEEKEND)
    played.neo.faults.add(faults.answer(503), times=None)
    assert [] == await polled(played, "acme")
    first, second = await polled(played, "blue")
    assert "no new data from source acme for 2d 14h" in first
    assert "no new data from source blue for 2d 14h" in second


async def test_a_source_that_is_not_done_in_ten_minutes_is_waited_for_no_longer(
    played: Stage,
) -> None:
    played.clock.set_to(played.clock.now() + WEEKEND)
    for _ in range(10):
        assert [] == await polled(played, "acme")
        played.clock.advance(MINUTE)
    (said,) = await looked(played)
    assert "no new data from source blue for 2d 14h" in said
