"""Killed at any step, `restore` leaves the old store or the restored one, each with its own log and with nothing else's."""

import asyncio
import errno
import itertools
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.store import connection, copying, restoring
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.error import StoreError
from tests.crashes import ground, steps
from tests.store import files, usage

LATER = usage.NOON + timedelta(seconds=1)
OLD, BACKED_UP = 3 * files.COUNT, files.COUNT
"""How many records there are; in the file of the old store alone, without its log, there are fewer than both."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A backup, and beside it a store that was killed: what was written last stands in its log."""
    with ground.folder() as folder:
        yield lay(files.make(folder / "laid" / "bot.db"))


def lay(store: Path) -> Path:
    copying.back_up(store, store.with_name("copy.db"), usage.NOON)
    with closing(connection.writing(store)) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        for batch in (1, 2):
            write(db, batch)
        killed = store.with_name("killed")
        killed.mkdir()
        for part in copying.parts(store):
            if part.exists():
                shutil.copy(part, killed)
    for part in killed.iterdir():
        part.replace(store.with_name(part.name))
    killed.rmdir()
    assert store.with_name("bot.db-wal").stat().st_size
    return store.parent


def write(db: Connection, batch: int) -> None:
    with connection.transaction(db, durable=False):
        files.fill(db, batch * files.COUNT)


def restore(folder: Path) -> restoring.Restored:
    return restoring.restore(folder / "bot.db", folder / "copy.db", usage.NOON)


def lives(work: Callable[[], object], kill: steps.Kill) -> bool:
    """Whether a process that does this lives through it."""
    if not (child := os.fork()):
        code = 1
        try:
            steps.watch_files(steps.Steps(kill))
            work()
            code = 0
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, -signal.SIGKILL}
    return status == 0


def restored(folder: Path, kill: steps.Kill) -> bool:
    return lives(partial(restore, folder), kill)


def pin(event: str, found: tuple[Any, ...]) -> None:
    """As the system answers where the one file is a mount: it can be written, and have no other name."""
    if event == "os.rename" and Path(str(found[0])).name == "bot.db":
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))


def pinned(work: Callable[[], object], said: Path) -> None:
    """Does it where the store cannot be renamed, and writes down with which words it fails."""
    sys.addaudithook(pin)
    with pytest.raises(StoreError) as failed:
        work()
    said.write_text(str(failed.value))


def started(store: Path) -> int:
    """How many records the bot finds that starts now; StoreError where the store is not whole."""

    async def start() -> None:
        database = await Database.open(store, write=True)
        try:
            await database.examine()
        finally:
            await database.close()

    asyncio.run(start())
    return files.count(store)


def content(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.suffix != ".lock"}


def kept(folder: Path) -> list[int]:
    """How many records there are in each store that was replaced; nothing else was left behind."""
    found = sorted(folder.glob("bot.db.*"))
    replaced = [each for each in found if ".replaced-" in each.name and each.suffix[-1] == "Z"]
    counts = [files.count(each) for each in replaced]
    names = {part.name for each in replaced for part in copying.parts(each)} | {"bot.db.lock"}
    assert {each.name for each in found} <= names
    return counts


def test_a_kill_at_any_step_leaves_the_old_store_or_the_restored_one(
    folder: Path,
) -> None:
    left, found = dict[str, bytes](), list[int]()
    for kill in itertools.count(1):
        here = shutil.copytree(folder, folder.parent / f"{kill}")
        lived = restored(here, kill)
        before, left = left, content(here)
        if left != before:
            again = shutil.copytree(here, folder.parent / f"{kill} again")
            if "bot.db" in left:
                assert files.count(again / "bot.db") in {OLD, BACKED_UP}
            found.append(started(here / "bot.db"))
            assert (found[-1], kept(here)) in {OLD: [], BACKED_UP: [OLD]}.items()
            restoring.restore(again / "bot.db", again / "copy.db", LATER)
            assert (BACKED_UP, OLD) == (files.count(again / "bot.db"), kept(again)[0])
        if lived:
            break
    assert found == sorted(found, reverse=True)
    assert {OLD, BACKED_UP} == set(found)


@pytest.fixture
def half_done(folder: Path) -> Path:
    """A store that is not there any more, since it was being replaced: its log is the next that is to be renamed."""
    assert not restored(folder, "before os.rename .db-wal 1")
    assert not (folder / "bot.db").exists()
    return folder / "bot.db"


async def test_while_it_is_half_done_who_reads_or_copies_is_told_how_it_is_finished(
    half_done: Path,
) -> None:
    told = r"is not there, since `restore` was killed .* start `run`"
    with pytest.raises(StoreError, match=told):
        await Database.open(half_done, write=False)
    with pytest.raises(StoreError, match=told):
        copying.back_up(half_done, half_done.with_name("another.db"), usage.NOON)


def test_the_start_that_finishes_it_tells_where_the_old_store_is(
    half_done: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert BACKED_UP == started(half_done)
    (told,) = [each.__dict__ for each in caplog.records if "restore" in each.message]
    assert told["replaced"] == str(half_done.with_name("bot.db.replaced-20261025T120000Z"))


@pytest.mark.parametrize(
    ("backup", "says"),
    [
        pytest.param("no.db", "no.db is not there; nothing was changed", id="gone"),
        pytest.param(
            "bot.db.restored-20261025T120000Z", "is to be the store already; start `run`", id="it"
        ),
    ],
)
def test_what_can_be_no_backup_does_not_even_finish_it(
    half_done: Path, backup: str, says: str
) -> None:
    before = content(half_done.parent)
    with pytest.raises(StoreError, match=says):
        restoring.restore(half_done, half_done.with_name(backup), LATER)
    assert before == content(half_done.parent)


def test_a_restore_that_fails_once_it_has_finished_another_says_so(half_done: Path) -> None:
    (half_done.with_name("letter.db")).write_text("Dear Sir or Madam")
    with pytest.raises(
        StoreError, match=r"letter.db is damaged .* only the earlier .* kept as .*T120000Z$"
    ):
        restoring.restore(half_done, half_done.with_name("letter.db"), LATER)
    assert (BACKED_UP, [OLD]) == (started(half_done), kept(half_done.parent))


def test_a_store_that_cannot_be_renamed_stays_and_the_bot_starts_with_it(folder: Path) -> None:
    before, said = content(folder), folder.parent / "said"
    assert lives(partial(pinned, partial(restore, folder), said), None)
    told = said.read_text()
    assert "was not replaced and is as it was: it cannot be renamed to " in told
    assert ": Device or resource busy; " in told
    assert before == content(folder)
    assert OLD == started(folder / "bot.db")


def test_a_kill_before_a_decision_is_withdrawn_leaves_the_old_store_all_the_same(
    folder: Path,
) -> None:
    decided, said = folder / "bot.db.restored-20261025T120000Z", folder.parent / "said"
    work = partial(pinned, partial(restore, folder), said)
    assert not lives(work, f"before os.remove {decided.suffix} 1")
    assert decided.exists()
    assert lives(partial(pinned, partial(started, folder / "bot.db"), said), None)
    assert (OLD, []) == (started(folder / "bot.db"), kept(folder))


def test_where_somebody_lent_a_hand_nothing_is_overwritten(half_done: Path) -> None:
    shutil.copy(next(half_done.parent.glob("*.replaced-*Z")), half_done)
    before = content(half_done.parent)
    with pytest.raises(StoreError, match=r"to be replaced by .*cannot be kept as .*: File exists"):
        started(half_done)
    assert before == content(half_done.parent)


def test_a_log_whose_store_is_gone_is_not_read_into_the_restored_one(folder: Path) -> None:
    (folder / "bot.db").unlink()
    log = (folder / "bot.db-wal").read_bytes()
    assert restored(folder, None)
    assert BACKED_UP == started(folder / "bot.db")
    assert log == (folder / "bot.db.replaced-20261025T120000Z-wal").read_bytes()
