"""A backup takes the place of the store, which is kept; and nothing is touched before it was looked through."""

import os
import stat
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bot.store import connection, copied, copying, ledger, lock, restoring, soundness, sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.error import StoreError
from tests.store import files, usage

KEPT = "bot.db.replaced-20261025T120000Z"


@pytest.fixture
def backup(path: Path, tmp_path: Path) -> Path:
    """One of the store at `path`, to which more was written since."""
    files.make(path)
    copying.back_up(path, tmp_path / "copy.db", usage.NOON)
    files.change(path, partial(files.fill, first=files.COUNT))
    return tmp_path / "copy.db"


def made(path: Path) -> object:
    with closing(connection.reading(path)) as db:
        return copied.made(db)


def content(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_the_backup_is_the_store_and_what_it_replaced_is_kept(path: Path, backup: Path) -> None:
    path.chmod(0o640)
    before, copy = path.read_bytes(), backup.read_bytes()
    done = restoring.restore(path, backup, usage.NOON)
    assert (usage.NOON, path.with_name(KEPT), None) == (done.made, done.replaced, done.earlier)
    assert files.COUNT == files.count(path)
    assert (before, copy) == (path.with_name(KEPT).read_bytes(), backup.read_bytes())
    assert 0o640 == stat.S_IMODE(path.stat().st_mode)
    soundness.examine(path)


def test_what_the_log_of_the_replaced_store_holds_is_kept_with_it(path: Path, backup: Path) -> None:
    with closing(connection.writing(path)) as db:
        with connection.transaction(db, durable=False):
            files.fill(db, 2 * files.COUNT)
        killed = content(path.parent)
    for name, data in killed.items():
        (path.parent / name).write_bytes(data)
    assert path.with_name("bot.db-wal").stat().st_size
    restoring.restore(path, backup, usage.NOON)
    assert not path.with_name("bot.db-wal").exists()
    assert files.COUNT == files.count(path)
    assert 3 * files.COUNT == files.count(path.with_name(KEPT))


def test_what_a_killed_restore_left_behind_does_no_harm(path: Path, backup: Path) -> None:
    with closing(connection.writing(path)) as db:
        with connection.transaction(db, durable=False):
            files.fill(db, 2 * files.COUNT)
        log = path.with_name("bot.db-wal").read_bytes()
    left = [path.with_name(f"bot.db.restoring{ending}") for ending in ("", "-wal", "-journal")]
    for each in left:
        each.write_bytes(log)
    restoring.restore(path, backup, usage.NOON)
    assert files.COUNT == files.count(path)
    soundness.examine(path)
    assert not any(each.exists() for each in left)


def test_where_there_is_no_store_the_backup_is_the_first(tmp_path: Path, backup: Path) -> None:
    store = tmp_path / "new" / "bot.db"
    done = restoring.restore(store, backup, usage.NOON)
    assert (usage.NOON, None) == (done.made, done.replaced)
    assert files.COUNT == files.count(store)


def test_a_damaged_store_is_replaced_and_kept(path: Path, backup: Path) -> None:
    files.scribble(path, "ledger")
    before = path.read_bytes()
    restoring.restore(path, backup, usage.NOON)
    assert files.COUNT == files.count(path)
    assert before == path.with_name(KEPT).read_bytes()


def newer(path: Path) -> None:
    files.run(
        path,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('bot', 'more', '')",
    )


def letter(path: Path) -> None:
    path.write_text("Dear Sir or Madam, this is no database, however long it may be.")


def songs(path: Path) -> None:
    path.unlink()
    files.run(path, "CREATE TABLE songs (title)")


def nothing(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(newer, r"written by a newer version of the bot \(more\)", id="newer"),
        pytest.param(songs, "is the database of another program", id="another program's"),
        pytest.param(letter, "is damaged or is not a database; nothing was changed", id="a letter"),
        pytest.param(nothing, "there is nothing in .*copy.db; nothing was changed", id="nothing"),
        pytest.param(Path.unlink, "copy.db is not there; nothing was changed", id="gone"),
        pytest.param(files.cut, "copy.db is damaged .*nothing was changed", id="half"),
        pytest.param(
            partial(files.scribble, table="ledger"),
            "copy.db is damaged .*nothing was changed, take another",
            id="a page",
        ),
        pytest.param(
            partial(files.run, statement="DELETE FROM rollup_source"),
            r"copy.db is damaged .*rollup_source.*nothing was changed",
            id="sums",
        ),
    ],
)
def test_what_is_no_sound_backup_of_ours_changes_nothing(
    path: Path, backup: Path, spoil: Callable[[Path], None], says: str
) -> None:
    spoil(backup)
    before = content(path.parent)
    with pytest.raises(StoreError, match=says):
        restoring.restore(path, backup, usage.NOON)
    assert before == {
        name: data for name, data in content(path.parent).items() if "lock" not in name
    }


def test_a_backup_that_is_not_there_makes_not_even_a_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no\.db is not there; nothing was changed"):
        restoring.restore(tmp_path / "new" / "bot.db", tmp_path / "no.db", usage.NOON)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "name",
    [
        "bot.db.restored-notes.txt",
        "bot.db.restored-ok",
        "bot.db.restored-20261122T120000Z-wal",
        "bot.db.restored-20261122T120000Z.bak",
        "bot.db.restored-2026-11-22",
        "other.db.restored-20261122T120000Z",
    ],
)
def test_a_file_that_is_only_named_alike_does_not_become_the_store(path: Path, name: str) -> None:
    files.make(path)
    path.with_name(name).write_text("mine")
    before = content(path.parent)
    assert None is restoring.finish(path)
    assert before == content(path.parent)


def test_the_store_does_not_replace_itself(path: Path) -> None:
    files.make(path)
    with pytest.raises(StoreError, match="is the store itself; nothing was changed"):
        restoring.restore(path, path, usage.NOON)


def test_a_store_that_a_process_holds_is_not_replaced(path: Path, backup: Path) -> None:
    held = lock.take(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"is in use by process {os.getpid()}; stop it first"):
        restoring.restore(path, backup, usage.NOON)
    lock.release(held)
    assert before == path.read_bytes()


def test_a_kept_name_that_is_taken_changes_nothing(path: Path, backup: Path) -> None:
    path.with_name(KEPT).write_text("mine")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"cannot be kept as .*: File exists; it was not replaced"):
        restoring.restore(path, backup, usage.NOON)
    assert (before, "mine") == (path.read_bytes(), path.with_name(KEPT).read_text())


def polled(db: Connection) -> None:
    sources.advance(db, "acme", cursor=usage.NOON, complete_at=usage.NOON)


def test_a_copy_that_was_made_by_hand_knows_what_was_told_up_to_its_last_poll(
    path: Path, tmp_path: Path
) -> None:
    files.change(path, polled)
    done = restoring.restore(tmp_path / "other.db", path, usage.NOON)
    assert usage.NOON == done.made == made(tmp_path / "other.db")


async def test_a_restored_store_is_used_like_any_other(path: Path, backup: Path) -> None:
    restoring.restore(path, backup, usage.NOON)
    database = await Database.open(path, write=True)
    try:
        assert usage.NOON == await database.write(copied.take_over, usage.NOON)
        assert None is await database.write(copied.take_over, usage.NOON)
        await database.write(files.fill, 5_000)
        assert 2 * files.COUNT == await database.read(ledger.count)
    finally:
        await database.close()
