"""`run`: what the service does as a process, and how it ends."""

import asyncio
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.demo.neo import faults, wire
from bot.demo.workbench import acme, commands, mischief
from bot.store import backups, copying, ledger
from bot.store.database import Database
from tests import stage
from tests.cli import processes
from tests.cli.conftest import Run
from tests.cli.processes import House
from tests.jobs import reading
from tests.store import files

RULES = """
rules:
  - {name: user-spend, metric: spend, group_by: [user], window: month, thresholds: {warning: 50 USD}}
"""
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with processes.built(tmp_path) as built:
        yield built


def spend(house: House, number: int = 1, ago: timedelta = timedelta(seconds=1)) -> None:
    house.neo.book.add(reading.make(number, SystemClock().now() - ago, credits=Decimal(6)))


async def told(house: House, count: int) -> list[str]:
    """Waits until the channel shows so many messages."""
    async with asyncio.timeout(processes.PATIENCE):
        while len(messages := house.bench.workspace.messages(stage.CHANNEL)) < count:
            await asyncio.sleep(0.05)
    return [message.text for message in messages]


async def test_it_polls_speaks_reloads_and_stops(house: House) -> None:
    spend(house)
    config = house.config(RULES)
    async with processes.started("run", "--config", config) as process:
        ready = processes.fields(await process.until("the bot runs"))
        assert 3 == ready["rules"]
        (first,) = await told(house, 1)
        assert "spend of ana@acme.test at $60.00" in first
        house.config("rules: [")
        refused = processes.fields(await process.until("the changed configuration is refused"))
        assert "rules.yaml:1" in str(refused["faults"])
        house.config(
            "rules: [{name: team, metric: spend, window: month, thresholds: {info: 10 USD}}]"
        )
        process.running.send_signal(signal.SIGHUP)
        await process.until("configuration reloaded")
        assert "spend of the team at $60.00" in " ".join(await told(house, 2))
        assert 0 == await process.ends(signal.SIGTERM)
    for secret in (stage.KEY, acme.APP.token, acme.APP.signing_secret):
        assert secret not in process.said
    assert [] == house.neo.log.violations


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_although_neo_and_slack_hang(house: House, name: signal.Signals) -> None:
    spend(house)
    async with processes.started("run", "--config", house.config(RULES)) as process:
        await told(house, 1)
        house.neo.faults.add(faults.send(wire.hang), times=None)
        hold = mischief.Hold()
        house.bench.mischief.add("*", hold, times=100)
        known = len(house.neo.log.requests)
        while len(house.neo.log.requests) == known:
            await asyncio.sleep(0.05)
        async with asyncio.timeout(10 + 5):
            assert 0 == await process.ends(name)
        hold.release.set()


async def test_a_second_process_on_the_same_store_is_refused(house: House) -> None:
    config = house.config()
    async with processes.started("run", "--config", config) as first:
        await first.until("the bot runs")
        for words in (("run",), ("backfill",)):
            async with processes.started(*words, "--config", config) as second:
                assert 1 == await second.ends()
            assert f"is in use by process {first.running.pid}; stop it first" in second.said
            assert 1 == len(second.lines)
        assert 0 == await first.ends(signal.SIGTERM)


async def test_it_goes_on_while_neo_cannot_be_reached(house: House) -> None:
    source = {"name": "acme", "base_url": "http://127.0.0.1:1", "api_key": stage.KEY}
    config = house.config(sources=[source])
    async with processes.started("run", "--config", config) as process:
        failed = processes.fields(await process.until("poll failed"))
        assert "check base_url, the network and any proxy" in failed["error"]
        assert process.running.returncode is None
        assert 0 == await process.ends(signal.SIGTERM)


async def test_a_kill_at_any_time_loses_and_doubles_nothing(house: House) -> None:
    for number in range(500):
        spend(house, number, ago=number * 6 * MINUTE)
    config = house.config(RULES)
    for requests in (4, 11):
        async with processes.started("run", "--config", config) as process:
            house.neo.log.requests.clear()
            async with asyncio.timeout(processes.PATIENCE):
                while len(house.neo.log.requests) < requests:
                    await asyncio.sleep(0.001)
            assert -signal.SIGKILL == await process.ends(signal.SIGKILL)
    async with processes.started("run", "--config", config) as process:
        (first,) = await told(house, 1)
        assert 0 == await process.ends(signal.SIGTERM)
    database = await Database.open(house.store, write=False)
    try:
        assert 500 == await database.read(ledger.count)
        sums = await database.read(reading.of_source, stage.SOURCE)
    finally:
        await database.close()
    assert reading.priced(house.neo.book.streams()) == sums
    assert "spend of ana@acme.test" in first
    assert 1 == len(house.bench.calls_of("chat.postMessage"))


async def test_a_port_that_is_taken_ends_it_with_one_sentence(house: House) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        config = house.config(server={"host": "127.0.0.1", "port": port, "admin_port": 0})
        async with processes.started("run", "--config", config) as process:
            assert 1 == await process.ends()
    assert f"cannot listen on 127.0.0.1:{port}" in process.said
    assert "Traceback" not in process.said


async def test_a_store_of_a_newer_version_is_left_alone(house: House) -> None:
    config = house.config()
    database = await Database.open(house.store, write=True)
    await database.close()
    with closing(sqlite3.connect(house.store)) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('bot', 'more', '')"
        )
        db.commit()
    async with processes.started("run", "--config", config) as process:
        assert 1 == await process.ends()
    assert "was written by a newer version of the bot (more); upgrade the bot" in process.said
    assert 1 == len(process.lines)


async def test_a_damaged_store_is_left_alone_and_the_last_backup_is_named(house: House) -> None:
    files.make(house.store)
    last = backups.of_day(house.store, date(2026, 11, 21))
    last.parent.mkdir()
    copying.back_up(house.store, last, SystemClock().now())
    files.run(house.store, "DELETE FROM rollup_user")
    before = house.store.read_bytes()
    async with processes.started("run", "--config", house.config()) as process:
        assert 1 == await process.ends()
    (said,) = process.lines
    assert f"{house.store} is damaged or is not a database (the sums of 2026-10-25 in " in said
    assert f"`restore {last}` puts the last backup in its place" in said
    assert before == house.store.read_bytes()


async def test_a_folder_that_cannot_be_made_is_named(house: House) -> None:
    (house.folder / "file").write_text("")
    config = house.config(store={"path": str(house.folder / "file" / "bot.db")})
    async with processes.started("run", "--config", config) as process:
        assert 1 == await process.ends()
    assert f"the folder {house.folder / 'file'} is not there and cannot be made" in process.said
    assert 1 == len(process.lines)


# --- wrong use, which is seen before anything is started ------------------------------------------


def test_without_sources_there_is_nothing_to_poll(run: Run) -> None:
    Path("config.yaml").write_text("rules: []\n")
    found = run("run")
    assert 2 == found.exit_code
    assert "config.yaml:1:1: there is no source to poll: name one under `sources:`" in found.stderr


def test_every_fault_of_the_configuration_is_a_line(run: Run) -> None:
    Path("config.yaml").write_text("sorces: []\npoll: {every: often}\n")
    found = run("run")
    assert 2 == found.exit_code
    first, second = found.stderr.splitlines()
    assert first.startswith("config.yaml:1:")
    assert second.startswith("config.yaml:2:")


def test_a_configuration_that_is_not_there_is_named(run: Run) -> None:
    found = run("run", "--config", "missing.yaml")
    assert 2 == found.exit_code
    assert "missing.yaml" in found.stderr


async def test_over_a_socket_it_needs_no_address_and_ends_soon(house: House) -> None:
    house.bench.socket_mode, house.bench.patience = True, processes.PATIENCE
    slack = {"bot_token": acme.APP.token, "app_token": acme.APP.app_token, "admins": ["U0ADA"]}
    own = {"api_url": house.bench.api_url, "response_hosts": ["127.0.0.1"]}
    config = house.config(RULES, slack={**slack, **own})
    async with processes.started("run", "--config", config) as process:
        assert "Socket Mode" == processes.fields(await process.until("the bot runs"))["slack"]
        async with asyncio.timeout(processes.PATIENCE):
            await house.bench.sockets.until_open()
        told = await commands.run(house.bench, "ada", stage.CHANNEL, "/neo-budget rules")
        assert told.shown is not None
        assert "user-spend" in str(told.shown.blocks)
        async with asyncio.timeout(10):
            assert 0 == await process.ends(signal.SIGTERM)
    assert acme.APP.app_token not in process.said
    assert [] == house.bench.sockets.violations
