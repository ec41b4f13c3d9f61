"""Stores of every release become stores of today. `UPDATE_GOLDEN=1 pytest tests/store/test_schema.py` stores this version's."""

import copy
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database as Tables
from sqlite_utils import Migrations

import bot
from bot.store import connection, error, ledger, schema, soundness
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.error import DamagedError, StoreError
from tests.store import files, lives, usage

ROOT = Path(__file__).parents[2]
STORES = ROOT / "tests/data/stores"
THIS = STORES / f"{bot.__version__}.sql"


def loaded(path: Path, dump: Path) -> Path:
    """A store as that release left it."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(dump.read_text(encoding="utf-8"))
    return path


def shape(db: Connection) -> set[tuple[str, ...]]:
    """Every table and index, without its spacing."""
    rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql <> ''")
    return {(kind, name, table, " ".join(sql.split())) for kind, name, table, sql in rows}


def fresh() -> set[tuple[str, ...]]:
    with closing(usage.fresh()) as db:
        return shape(db)


def counts(db: Connection) -> dict[str, int]:
    return {
        name: db.table(name).count for name in db.table_names() if not name.startswith("sqlite")
    }


def is_released() -> bool:
    return f"## [{bot.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


async def store_this_version(folder: Path) -> None:
    assert not is_released(), f"{THIS.name} is released: raise the version, and write a migration"
    with closing(sqlite3.connect(await lives.led(folder))) as db:
        lines = [f"PRAGMA application_id = {connection.APPLICATION_ID};", *db.iterdump()]
    THIS.write_text("\n".join(lines) + "\n", encoding="utf-8")


async def test_the_schema_of_this_version_is_stored(tmp_path: Path) -> None:
    if "UPDATE_GOLDEN" in os.environ:
        await store_this_version(tmp_path)
    path = loaded(tmp_path / "stored.db", THIS)
    with closing(connection.reading(path)) as db:
        assert fresh() == shape(db), "the schema has changed: UPDATE_GOLDEN=1 stores it anew"


@pytest.mark.parametrize("dump", sorted(STORES.iterdir()), ids=lambda dump: dump.stem)
def test_the_store_of_each_release_becomes_one_of_today(tmp_path: Path, dump: Path) -> None:
    path = loaded(tmp_path / "bot.db", dump)
    with closing(connection.writing(path)) as db:
        before = counts(db)
        assert not schema.upgrade(db, path)
        assert fresh() == shape(db)
        soundness.require(db, path)
        after = counts(db)
        assert {name: after[name] for name in before if name[0] != "_"} == {
            name: count for name, count in before.items() if name[0] != "_"
        }
        for table in ("ledger", "alert", "message", "outbox", "told", "silence", "digest_sent"):
            assert before[table], table


# --- migrations -----------------------------------------------------------------------------------


def grown(monkeypatch: pytest.MonkeyPatch) -> Migrations:
    """A version of the bot that has one migration more."""
    more = copy.deepcopy(schema.migrations)
    monkeypatch.setattr(schema, "migrations", more)
    return more


def columns(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {row[1] for row in db.execute("PRAGMA table_info(audit)")}


def upgrade(path: Path) -> None:
    with error.translated(path), closing(connection.writing(path)) as db:
        schema.upgrade(db, path)


def test_a_migration_that_fails_or_is_killed_leaves_the_store_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.make(path)
    left: dict[str, bytes] = {}

    @grown(monkeypatch)()
    def place(db: Tables) -> None:
        db.execute("ALTER TABLE audit ADD COLUMN place TEXT")
        db.execute("UPDATE ledger SET steps = steps + 1")
        if not left:
            left.update((each.name, each.read_bytes()) for each in path.parent.iterdir())
            raise sqlite3.OperationalError("the disk is full")

    with pytest.raises(StoreError, match="the disk is full"):
        upgrade(path)
    assert "place" not in columns(path)

    killed = path.parent / "killed"
    killed.mkdir()
    for name, data in left.items():
        (killed / name).write_bytes(data)
    for each in (path, killed / path.name):
        upgrade(each)
        assert "place" in columns(each)
        with closing(connection.reading(each)) as db:
            assert 4 * files.COUNT == sum(
                steps for (steps,) in db.execute("SELECT steps FROM ledger")
            )
            schema.check(db, each)


def test_a_damaged_store_is_not_upgraded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.make(path)

    @grown(monkeypatch)()
    def place(db: Tables) -> None:
        raise AssertionError("it was run")

    files.scribble(path, "decision_alert")
    before = path.read_bytes()
    with pytest.raises(DamagedError):
        upgrade(path)
    assert before == path.read_bytes()


async def test_the_sums_of_an_older_store_are_looked_at_after_its_upgrade(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.make(path)
    files.run(path, "DELETE FROM rollup_source")

    @grown(monkeypatch)()
    def place(db: Tables) -> None:
        db.execute("ALTER TABLE audit ADD COLUMN place TEXT")

    database = await Database.open(path, write=True)
    try:
        with pytest.raises(DamagedError, match="in rollup_source are not those of its records"):
            await database.write(files.fill, files.COUNT)
    finally:
        await database.close()
    assert "place" in columns(path)
    assert files.COUNT == files.count(path)


def test_the_version_before_refuses_what_this_one_wrote(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:

        @grown(later)()
        def place(db: Tables) -> None:
            db.execute("ALTER TABLE audit ADD COLUMN place TEXT")

        files.change(path, lambda db: None)
    with closing(connection.reading(path)) as db:
        assert 0 == ledger.count(db)
        with pytest.raises(StoreError, match=r"newer version of the bot \(place\)"):
            schema.check(db, path)
