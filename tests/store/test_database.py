"""One process writes, any may read, and what goes wrong is told in one sentence."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from bot.store import ledger, sums
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.error import StoreError
from rules.labels import EVERYTHING
from rules.metric import Reads
from rules.series import Query
from rules.window import Span
from tests.store import usage


@asynccontextmanager
async def opened(
    path: Path, *, write: bool = True, max_pages: int | None = None
) -> AsyncIterator[Database]:
    database = await Database.open(path, write=write, max_pages=max_pages)
    try:
        yield database
    finally:
        await database.close()


def add(db: Connection, key: str = "a") -> None:
    ledger.add(db, [usage.record(key=key)], seen=usage.NOON, live=True)


def pragma(db: Connection, name: str) -> object:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


async def test_what_is_written_is_read_beside_it_and_after_a_restart(path: Path) -> None:
    async with opened(path) as database:
        await database.write(add)
        assert 1 == await database.read(ledger.count)
    async with opened(path, write=False) as database:
        assert 1 == await database.read(ledger.count)
        with pytest.raises(RuntimeError, match="opened for reading"):
            await database.write(add)


async def test_a_failed_write_keeps_nothing_of_it(database: Database) -> None:
    def half(db: Connection) -> None:
        add(db)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(half)
    assert 0 == await database.read(ledger.count)
    await database.write(add, "b")
    assert 1 == await database.read(ledger.count)


async def test_a_read_sees_one_moment(database: Database) -> None:
    loop = asyncio.get_running_loop()

    def twice(db: Connection) -> tuple[int, int]:
        before = ledger.count(db)
        asyncio.run_coroutine_threadsafe(database.write(add), loop).result(10)
        return before, ledger.count(db)

    assert (0, 0) == await database.read(twice)
    assert 1 == await database.read(ledger.count)


async def test_a_reading_connection_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        await database.read(add)


async def test_a_durable_write_waits_for_the_disk_and_others_do_not(database: Database) -> None:
    assert 2 == await database.write(pragma, "synchronous", durable=True)
    assert 1 == await database.write(pragma, "synchronous")


async def test_the_file_is_set_up_for_one_writer_and_many_readers(database: Database) -> None:
    assert "wal" == await database.write(pragma, "journal_mode")
    assert 10_000 == await database.write(pragma, "wal_autocheckpoint")
    assert 5_000 == await database.read(pragma, "busy_timeout")
    assert 0x4E656F42 == await database.read(pragma, "application_id")


async def test_a_second_process_is_refused_and_told_who_holds_the_store(path: Path) -> None:
    code = (
        "import asyncio, sys; from bot.store.database import Database;"
        "asyncio.run(Database.open(sys.argv[1], write=True))"
    )
    async with opened(path):
        second = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", code, str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        async with opened(path, write=False) as reader:
            assert 0 == await reader.read(ledger.count)
    assert f"{path} is in use by process {os.getpid()}; stop it first" in second.stderr
    async with opened(path):
        pass


async def test_the_lock_dies_with_its_process(path: Path) -> None:
    code = (
        "import asyncio, os, sys; from bot.store.database import Database;"
        "asyncio.run(Database.open(sys.argv[1], write=True)); os.kill(os.getpid(), 9)"
    )
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code, str(path)], check=False)
    async with opened(path) as database:
        assert 0 == await database.read(ledger.count)


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('bot', 'from_the_future', '')"
        )
        db.commit()


def older(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM _sqlite_migrations")
        db.commit()


def scribbled(path: Path) -> None:
    path.write_bytes(b"This is not a database, and long enough to be none." * 99)


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE songs (title)")


def torn(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xaa" * (len(data) - 4096))


@pytest.mark.parametrize("write", [True, False], ids=["writing", "reading"])
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(newer, r"newer version of the bot \(from_the_future\); upgrade", id="newer"),
        pytest.param(
            scribbled, "is damaged or is not a database; move it away and start", id="no database"
        ),
        pytest.param(torn, "is damaged or is not a database; move it away", id="torn"),
        pytest.param(foreign, "the database of another program", id="another program's"),
    ],
)
async def test_a_file_that_is_not_ours_to_use_is_refused_untouched(
    path: Path, spoil: Callable[[Path], None], says: str, write: bool
) -> None:
    async with opened(path) as database:
        await database.write(add)
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=says) as refusal:
        await Database.open(path, write=write)
    assert (str(path), False) == (str(refusal.value).split(" ")[0], refusal.value.retryable)
    assert before == path.read_bytes()


async def test_reading_alone_makes_and_upgrades_nothing(path: Path) -> None:
    with pytest.raises(StoreError, match="is not there; start `run`"):
        await Database.open(path, write=False)
    assert not path.exists()
    async with opened(path):
        pass
    older(path)
    with pytest.raises(StoreError, match="older version"):
        await Database.open(path, write=False)


async def fill(database: Database) -> None:
    for number in range(10_000):
        await database.write(add, f"r-{number}" * 50)


async def test_a_full_disk_loses_nothing_and_is_worth_another_try(path: Path) -> None:
    span = Span(usage.NOON, usage.NOON.replace(year=2027))
    count = Query(Reads.RECORDS, span, (), EVERYTHING)
    async with opened(path, max_pages=110) as database:
        with pytest.raises(StoreError, match="the disk is full") as full:
            await fill(database)
        assert full.value.retryable
        kept = await database.read(ledger.count)
        assert 0 < kept == (await database.read(sums.answer, count))[()].streams
    async with opened(path) as database:
        await database.write(add)
        assert kept + 1 == await database.read(ledger.count)


async def test_a_store_that_another_program_locks_is_worth_another_try(path: Path) -> None:
    async with opened(path) as database:
        await database.write(pragma, "busy_timeout = 0")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="is locked by another program") as locked:
                await database.write(add)
        assert locked.value.retryable
        await database.write(add)


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreError, match=r"the folder .*/data is not there and cannot be made: "):
        await Database.open(tmp_path / "data" / "bot.db", write=True)


@contextmanager
def nobody() -> Iterator[None]:
    """Root may write what nobody may write, so it is somebody else for a while."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        pytest.param(0o777, r"bot\.db cannot be written; give the user that runs", id="the file"),
        pytest.param(
            0o555, r"bot\.db\.lock cannot be written: Permission denied;", id="its folder"
        ),
    ],
)
async def test_a_store_that_may_not_be_written_is_named(folder: int, said: str) -> None:
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders let nobody else in
        path = Path(place) / "bot.db"
        async with opened(path) as database:
            await database.write(add)
        before = path.read_bytes()
        path.with_name("bot.db.lock").unlink()
        path.chmod(0o444)
        path.parent.chmod(folder)
        with nobody(), pytest.raises(StoreError, match=said):
            async with opened(path) as database:
                await database.write(add, "b")
        assert before == path.read_bytes()


async def test_a_closed_store_says_so(path: Path) -> None:
    async with opened(path) as database:
        pass
    await database.close()
    with pytest.raises(RuntimeError, match="closed"):
        await database.read(ledger.count)


async def test_a_wrong_statement_is_told_with_the_file(database: Database) -> None:
    with pytest.raises(StoreError, match=r"bot\.db failed: no such table: nowhere"):
        await database.read(lambda db: db.execute("SELECT * FROM nowhere").fetchall())
