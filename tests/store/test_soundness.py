"""What an examination finds, and that nothing is written to a store before it is over."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bot.store import backups, connection, copying, ledger, prune, soundness
from bot.store.database import Database
from bot.store.error import DamagedError, StoreError
from tests.store import files, usage
from tests.store.test_database import add


def test_a_store_is_whole_whatever_was_done_to_it(path: Path) -> None:
    def live(db: connection.Connection) -> None:
        files.fill(db)
        long_ago = usage.NOON.replace(year=1969)
        ledger.add(db, [usage.record(key="old", at=long_ago)], seen=usage.NOON, live=True)
        ledger.add(db, [usage.record(key="r-1", status="failed")], seen=usage.NOON, live=True)
        ledger.add(db, [usage.record(key="r-2", priced=False)], seen=usage.NOON, live=True)
        prune.records(db, usage.NOON.replace(year=1980), 10)

    files.change(path, live)
    soundness.examine(path)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        pytest.param(partial(files.scribble, table="ledger"), "", id="a page"),
        pytest.param(partial(files.scribble, table="decision_alert"), "", id="a page of an index"),
        pytest.param(files.cut, "", id="half of the file"),
        *[
            pytest.param(
                partial(files.run, statement=statement),
                f"the sums of 2026-10-25 in {table} are not those of its records",
                id=f"{what} {table}",
            )
            for what, table, statement in [
                ("more in", "rollup_hour", "UPDATE rollup_hour SET credits = credits + 1"),
                ("more in", "rollup_day", "UPDATE rollup_day SET tool_ms = tool_ms + 1"),
                ("nothing in", "rollup_source", "DELETE FROM rollup_source"),
                (
                    "less in",
                    "rollup_user",
                    "DELETE FROM rollup_user WHERE user = (SELECT max(user) FROM rollup_user)",
                ),
                (
                    "less in",
                    "task_day",
                    "DELETE FROM task_day WHERE task = (SELECT max(task) FROM task_day)",
                ),
            ]
        ],
        pytest.param(
            partial(files.run, statement="DELETE FROM ledger WHERE id = 7"),
            "the sums of 2026-10-25 in rollup_hour are not those of its records",
            id="a record is gone",
        ),
    ],
)
async def test_damage_is_refused_before_anything_is_written(
    path: Path, spoil: Callable[[Path], None], found: str
) -> None:
    spoil(files.make(path))
    before = path.read_bytes()
    with pytest.raises(DamagedError, match="is damaged or is not a database") as damage:
        await write(path)
    assert found in str(damage.value)
    assert before == path.read_bytes()


def log_is_left(path: Path) -> None:
    path.with_name("bot.db-wal").write_bytes(b"what was written last")


def backup_is_left(path: Path) -> None:
    files.make(backups.of_day(path, usage.NOON.date()))


@pytest.mark.parametrize(
    ("left", "says"),
    [
        pytest.param(log_is_left, "move it away", id="its log"),
        pytest.param(backup_is_left, "`restore .*backups/bot-2026-10-25.db` puts", id="a backup"),
    ],
)
@pytest.mark.parametrize("writes", [True, False], ids=["to write", "to read"])
async def test_an_empty_file_is_no_new_store_where_something_is_left_of_the_old_one(
    path: Path, left: Callable[[Path], None], says: str, *, writes: bool
) -> None:
    path.parent.mkdir()
    path.touch()
    left(path)
    before = {each.name: each.read_bytes() for each in path.parent.glob("bot.db*")}
    with pytest.raises(DamagedError, match=rf"\(it is empty\); {says}"):
        await Database.open(path, write=writes)
    with pytest.raises(DamagedError):
        copying.back_up(path, path.with_name("copy.db"), usage.NOON)
    found = {each.name: each.read_bytes() for each in path.parent.glob("bot.db*")}
    assert before == {name: found[name] for name in before}


async def test_a_first_start_that_was_killed_at_once_is_no_damage(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    await write(path)


async def write(path: Path) -> None:
    database = await Database.open(path, write=True)
    try:
        await database.write(add, "new")
    finally:
        await database.close()


async def test_a_store_is_read_while_it_is_examined_and_written_to_after_it(path: Path) -> None:
    files.make(path)
    database = await Database.open(path, write=True)
    try:
        writes = [asyncio.create_task(database.write(add, f"new-{each}")) for each in range(3)]
        assert files.COUNT == await database.read(ledger.count)
        await asyncio.gather(*writes)
        assert files.COUNT + 3 == await database.read(ledger.count)
    finally:
        await database.close()


def test_an_examination_can_be_broken_off(path: Path) -> None:
    files.make(path)
    for number in (1, 2):
        files.change(path, partial(files.fill, first=number * files.COUNT))
    with pytest.raises(StoreError, match="interrupted"):
        soundness.examine(path, lambda: True)
