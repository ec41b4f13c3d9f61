"""When the bot is ready, and what it says when it is not."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.demo.workbench import mischief
from bot.demo.workbench.bench import Bench
from bot.notify.notification import Destination, Via
from bot.secret import Secret
from bot.slack import client as slack
from bot.slack.settings import SlackSettings
from bot.slack.socket import Socket
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


def in_force(**facts: Any) -> InForce:
    return office.in_force(**{"judged": NOW, **facts})


def obstacles(at: timedelta, running: InForce) -> Callable[[Connection], list[str]]:
    return lambda db: health.examine(db, running, NOW + at).reasons


async def test_a_bot_that_polls_is_ready(database: Database) -> None:
    assert [] == await database.read(obstacles(0 * MINUTE, in_force()))


async def test_a_refused_rules_file_does_not_stop_a_bot_that_goes_on_with_the_old_one(
    database: Database,
) -> None:
    running = in_force(faults=("rules.yaml:3:5: no such metric",))

    assert [] == await database.read(obstacles(0 * MINUTE, running))


async def test_a_poll_is_fresh_until_it_is_stale(database: Database) -> None:
    # The last one was made a minute before NOW.
    assert [] == await database.read(obstacles(9 * MINUTE, in_force()))
    assert ["source acme: the last complete poll was 11 min ago"] == await database.read(
        obstacles(10 * MINUTE, in_force())
    )


@pytest.mark.parametrize(
    ("minutes", "reasons"),
    [
        pytest.param(10, [], id="in time"),
        pytest.param(
            11,
            ["rules: they were last judged 11 min ago; the log says what stands in the way"],
            id="longer ago",
        ),
    ],
)
async def test_judging_that_stalls_while_polls_go_on_is_an_obstacle(
    database: Database, minutes: int, reasons: list[str]
) -> None:
    at = minutes * MINUTE
    await database.write(
        lambda db: sources.advance(db, "acme", cursor=NOW + at, complete_at=NOW + at)
    )
    assert reasons == await database.read(obstacles(at, in_force()))


async def test_rules_that_were_never_judged_are_an_obstacle(database: Database) -> None:
    assert ["rules: they have not been judged yet"] == await database.read(
        obstacles(0 * MINUTE, in_force(judged=None))
    )


async def test_a_stale_source_says_what_stands_in_the_way(database: Database) -> None:
    await database.write(
        lambda db: sources.failed(db, "acme", "acme: GET … gave no answer", at=NOW)
    )

    assert [] == await database.read(obstacles(0 * MINUTE, in_force()))
    running = in_force(judged=NOW + 30 * MINUTE)
    [reason] = await database.read(obstacles(30 * MINUTE, running))
    assert (
        "source acme: the last complete poll was 31 min ago: acme: GET … gave no answer" == reason
    )


async def test_a_source_that_was_never_read_is_an_obstacle(database: Database) -> None:
    running = in_force(sources=("acme", "blue"))

    assert [
        "source blue: its history has not been looked at yet",
        "source blue: no poll was complete yet",
    ] == await database.read(obstacles(0 * MINUTE, running))


async def test_reading_history_is_no_obstacle_once_it_has_begun(database: Database) -> None:
    begun = Backfill(NOW - 60 * office.DAY, NOW - office.DAY, done=False)
    await database.write(sources.backfilled, "acme", begun)

    assert [] == await database.read(obstacles(0 * MINUTE, in_force()))


async def test_an_outbox_that_does_not_move_is_an_obstacle(database: Database) -> None:
    await database.write(office.queue, NOW - 10 * MINUTE)

    assert [] == await database.read(obstacles(0 * MINUTE, in_force()))
    assert ["outbox: 1 waiting, the oldest for 11 min"] == await database.read(
        obstacles(1 * MINUTE, in_force(stale_after=office.DAY))
    )


async def test_nothing_that_gets_out_is_an_obstacle_until_something_does(
    database: Database,
) -> None:
    why = "Slack refused: token_revoked"
    fault = (
        f"outbox: 1 message was refused and went nowhere else; the next start tries again: {why}"
    )
    await database.write(office.send, NOW - 2 * MINUTE)
    await database.write(office.refuse, NOW - MINUTE)
    found = await health.examined(database, in_force(), NOW)
    reason = f"outbox: nothing gets out: the last message was refused everywhere: {why}"
    assert ([reason], [fault]) == (found.reasons, found.faults)

    await database.write(office.send, NOW, "note-4")
    found = await health.examined(database, in_force(), NOW)
    assert ([], [fault]) == (found.reasons, found.faults)


async def test_one_receiver_that_takes_nothing_is_a_fault_beside_those_that_do(
    database: Database,
) -> None:
    await database.write(office.send, NOW - 2 * MINUTE)
    pager = Destination("pager", Via.WEBHOOK, "https://alerts.acme.test/in")
    await database.write(office.refuse, NOW - MINUTE, pager)
    found = await health.examined(database, in_force(), NOW)
    assert ([], 1) == (found.reasons, len(found.faults))


@pytest.fixture
def door(database: Database) -> AdminDoor:
    return AdminDoor(database, in_force, "", local=True)


async def test_readyz_is_200_or_503_with_the_reasons(
    door: AdminDoor, clock: Clock, session: aiohttp.ClientSession
) -> None:
    async with site.serving(site.admin_app(door, clock), "127.0.0.1", 0) as port:
        async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
            expected = {"ready": True, "reasons": [], "faults": []}
            assert (200, expected) == (response.status, await response.json())
        clock.time += office.DAY
        async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
            reasons = [
                "source acme: the last complete poll was 1441 min ago",
                "rules: they were last judged 1440 min ago; the log says what stands in the way",
            ]
            expected = {"ready": False, "reasons": reasons, "faults": []}
            assert (503, expected) == (response.status, await response.json())


async def test_faults_of_rules_are_told_beside_what_keeps_it_from_work(
    database: Database, clock: Clock, session: aiohttp.ClientSession
) -> None:
    faults = ("rule a could not be judged: RuntimeError: why",)
    door = AdminDoor(database, lambda: in_force(faults=faults), "", local=True)
    async with (
        site.serving(site.admin_app(door, clock), "127.0.0.1", 0) as port,
        session.get(f"http://127.0.0.1:{port}/readyz") as response,
    ):
        expected = {"ready": True, "reasons": [], "faults": list(faults)}
        assert (200, expected) == (response.status, await response.json())


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


@pytest.fixture
def socket(settings: SlackSettings, session: aiohttp.ClientSession, clock: Clock) -> Socket:
    """One that tries once to connect, for nobody."""

    async def nothing(_: object) -> None:
        await asyncio.Event().wait()

    web = slack.build(settings, session)
    return Socket(web, Secret("xapp-guessed"), nothing, clock.now, nothing)


async def reasons(door: AdminDoor, clock: Clock, session: aiohttp.ClientSession) -> list[str]:
    async with (
        site.serving(site.admin_app(door, clock), "127.0.0.1", 0) as port,
        session.get(f"http://127.0.0.1:{port}/readyz") as response,
    ):
        told: list[str] = (await response.json())["reasons"]
        return told


async def test_a_socket_may_be_down_for_two_minutes(
    door: AdminDoor, clock: Clock, session: aiohttp.ClientSession, socket: Socket
) -> None:
    door = replace(door, socket=socket)
    clock.time += 2 * MINUTE
    assert [] == await reasons(door, clock, session)
    clock.time += office.SECOND
    assert ["Slack: no command has come for 2 min: no connection was opened yet"] == await reasons(
        door, clock, session
    )


async def tried(socket: Socket, door: AdminDoor, clock: Clock, error: str) -> list[str]:
    """The reasons after one try to connect, which ended with this error."""
    running = asyncio.create_task(socket.run())
    while error not in str(socket.outage()):
        await asyncio.sleep(0)
    async with aiohttp.ClientSession() as session:
        told = await reasons(replace(door, socket=socket), clock, session)
    running.cancel()
    await asyncio.wait({running})
    return told


async def test_a_socket_that_is_refused_is_an_obstacle_at_once(
    door: AdminDoor, bench: Bench, clock: Clock, socket: Socket
) -> None:
    bench.mischief.add("apps.connections.open", mischief.Broken(503))
    assert [] == await tried(socket, door, clock, "503")
    assert [
        "Slack: no command comes: Slack refused: invalid_auth (Slack refuses the token: check slack.app_token)"
    ] == await tried(socket, door, clock, "invalid_auth")
