"""`backfill`: history with a progress bar, which can be stopped and goes on."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.backfill import Bars
from bot.clock import SystemClock
from bot.demo.neo import faults, wire
from bot.store import alerts
from bot.store.database import Database
from bot.store.sources import Backfill
from tests import stage
from tests.cli import processes
from tests.cli.conftest import Run
from tests.cli.processes import House
from tests.jobs import reading
from tests.jobs.test_poll import fail_after

DAY = timedelta(days=1)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with processes.built(tmp_path) as built:
        for day in range(40):
            built.neo.book.add(reading.make(day, SystemClock().now() - day * DAY - DAY / 2))
        yield built


async def kept(house: House) -> reading.Sums:
    database = await Database.open(house.store, write=False)
    try:
        assert {} == await database.read(alerts.judged)
        return await database.read(reading.of_source, stage.SOURCE)
    finally:
        await database.close()


async def test_it_reads_as_far_back_as_is_asked(house: House) -> None:
    config = house.config()
    async with processes.started("backfill", "--since", "20d", "--config", config) as process:
        assert 0 == await process.ends()
    assert 20 == (await kept(house))[0]
    assert "acme  [##############################]  20 of 20 days" in process.said
    assert "History is read back to " in process.said
    async with processes.started("backfill", "--config", config) as process:
        assert 0 == await process.ends()
    assert reading.priced(house.neo.book.streams()) == await kept(house)
    async with processes.started("backfill", "--config", config) as process:
        assert 0 == await process.ends()
    bar, said = process.lines
    assert "acme  [##############################]  0 of 0 days\n" == bar
    assert said.startswith("History is read back to ")


@pytest.mark.parametrize("name", [signal.SIGKILL, signal.SIGINT])
async def test_it_goes_on_where_it_was_stopped(house: House, name: signal.Signals) -> None:
    config = house.config()
    held = house.neo.faults.add(
        fail_after(1, faults.send(wire.hang)), when=faults.on("/usage/streams"), times=None
    )
    async with processes.started("backfill", "--config", config) as process:
        async with asyncio.timeout(processes.PATIENCE):
            while 2 > sum("streams" in each.path for each in house.neo.log.requests):
                await asyncio.sleep(0.01)
        assert 0 != await process.ends(name)
    assert "Traceback" not in process.said
    assert 0 < (await kept(house))[0] < 40
    house.neo.faults.faults.remove(held)
    async with processes.started("backfill", "--config", config) as process:
        assert 0 == await process.ends()
    assert "0 of 10 days" in process.said
    assert reading.priced(house.neo.book.streams()) == await kept(house)
    assert [] == house.neo.log.violations


async def test_what_stands_in_its_way_is_one_sentence(house: House) -> None:
    house.neo.accounts.expire(stage.KEY)
    async with processes.started("backfill", "--config", house.config()) as process:
        assert 1 == await process.ends()
    assert "Neo refuses the credential" in process.lines[-1]
    assert "Traceback" not in process.said


async def test_where_there_is_no_terminal_each_source_is_one_line(house: House) -> None:
    async with processes.started("backfill", "--config", house.config()) as process:
        assert 0 == await process.ends()
    assert "\r" not in process.said
    assert 2 == len(process.lines)


def show(bars: Bars, source: str, *left: int) -> None:
    for days in left:
        now = SystemClock().now()
        bars.show(source, Backfill(now - days * DAY, now, done=not days))


@pytest.mark.parametrize(
    ("terminal", "shown"),
    [
        pytest.param(
            True,
            "\ra  [------------------------------]  0 of 2 days"
            "\ra  [###############---------------]  1 of 2 days\n"
            "\rb  [##############################]  0 of 0 days\n",
            id="on a terminal",
        ),
        pytest.param(
            False,
            "a  [###############---------------]  1 of 2 days\n"
            "b  [##############################]  0 of 0 days\n",
            id="elsewhere",
        ),
    ],
)
def test_a_bar_ends_where_another_begins_and_where_nothing_more_is_read(
    terminal: bool, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bars = Bars(moves=terminal)
    show(bars, "a", 2, 1)
    show(bars, "b", 0)
    bars.end()
    bars.end()
    assert shown == capsys.readouterr().err


def test_without_sources_there_is_nothing_to_read(run: Run) -> None:
    Path("config.yaml").write_text("rules: []\n")
    found = run("backfill")
    assert 2 == found.exit_code
    assert "there is no source to poll" in found.stderr


def test_how_far_back_must_be_a_duration(run: Run) -> None:
    found = run("backfill", "--since", "lately")
    assert 2 == found.exit_code
    assert "lately" in found.stderr
