"""When the bot is ready, and what it says when it is not."""

from collections.abc import Callable
from datetime import timedelta

import aiohttp
import pytest

from bot.store import sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import Backfill
from bot.web import health, site
from bot.web.door import AdminDoor
from bot.web.in_force import InForce
from tests.web import office
from tests.web.office import NOW, Clock

MINUTE = timedelta(minutes=1)


def obstacles(at: timedelta, in_force: InForce) -> Callable[[Connection], list[str]]:
    return lambda db: health.obstacles(db, in_force, NOW + at)


async def test_a_bot_that_polls_is_ready(database: Database) -> None:
    assert [] == await database.read(obstacles(0 * MINUTE, office.in_force()))


async def test_a_refused_rules_file_does_not_stop_a_bot_that_goes_on_with_the_old_one(
    database: Database,
) -> None:
    in_force = office.in_force(faults=("rules.yaml:3:5: no such metric",))

    assert [] == await database.read(obstacles(0 * MINUTE, in_force))


async def test_a_poll_is_fresh_until_it_is_stale(database: Database) -> None:
    # The last one was made a minute before NOW.
    assert [] == await database.read(obstacles(9 * MINUTE, office.in_force()))
    assert ["source acme: the last complete poll was 11 min ago"] == await database.read(
        obstacles(10 * MINUTE, office.in_force())
    )


async def test_a_stale_source_says_what_stands_in_the_way(database: Database) -> None:
    await database.write(
        lambda db: sources.failed(db, "acme", "acme: GET … gave no answer", at=NOW)
    )

    assert [] == await database.read(obstacles(0 * MINUTE, office.in_force()))
    [reason] = await database.read(obstacles(30 * MINUTE, office.in_force()))
    assert (
        "source acme: the last complete poll was 31 min ago: acme: GET … gave no answer" == reason
    )


async def test_a_source_that_was_never_read_is_an_obstacle(database: Database) -> None:
    in_force = office.in_force(sources=("acme", "blue"))

    assert [
        "source blue: its history has not been looked at yet",
        "source blue: no poll was complete yet",
    ] == await database.read(obstacles(0 * MINUTE, in_force))


async def test_reading_history_is_no_obstacle_once_it_has_begun(database: Database) -> None:
    begun = Backfill(NOW - 60 * office.DAY, NOW - office.DAY, done=False)
    await database.write(sources.backfilled, "acme", begun)

    assert [] == await database.read(obstacles(0 * MINUTE, office.in_force()))


async def test_an_outbox_that_does_not_move_is_an_obstacle(database: Database) -> None:
    await database.write(office.queue, NOW - 10 * MINUTE)

    assert [] == await database.read(obstacles(0 * MINUTE, office.in_force()))
    assert ["outbox: 1 waiting, the oldest for 11 min"] == await database.read(
        obstacles(1 * MINUTE, office.in_force(stale_after=office.DAY))
    )


@pytest.fixture
def door(database: Database) -> AdminDoor:
    return AdminDoor(database, office.in_force, "", local=True)


async def test_readyz_is_200_or_503_with_the_reasons(
    door: AdminDoor, clock: Clock, session: aiohttp.ClientSession
) -> None:
    async with site.serving(site.admin_app(door, clock), "127.0.0.1", 0) as port:
        async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
            assert (200, {"ready": True, "reasons": []}) == (response.status, await response.json())
        clock.time += office.DAY
        async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
            reasons = ["source acme: the last complete poll was 1441 min ago"]
            expected = {"ready": False, "reasons": reasons}
            assert (503, expected) == (response.status, await response.json())


async def test_a_store_that_cannot_be_read_is_a_reason(
    door: AdminDoor, database: Database, clock: Clock, session: aiohttp.ClientSession
) -> None:
    await database.write(lambda db: db.execute("ALTER TABLE outbox RENAME TO elsewhere"))
    async with (
        site.serving(site.admin_app(door, clock), "127.0.0.1", 0) as port,
        session.get(f"http://127.0.0.1:{port}/readyz") as response,
    ):
        assert 503 == response.status
        assert "no such table: outbox" in (await response.json())["reasons"][0]
