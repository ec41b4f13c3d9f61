"""A backup is of one moment, whole, for its owner's eyes, and replaces nothing but a backup."""

import os
import resource
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.store import backups, connection, copied, copying
from bot.store.error import DamagedError, StoreError
from tests.store import files, usage


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


def made(path: Path) -> object:
    with closing(connection.reading(path)) as db:
        return copied.made(db)


def left_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if each.is_file()}


def test_a_backup_holds_all_that_the_store_held_and_is_one_private_file(
    path: Path, target: Path
) -> None:
    files.make(path)
    copying.back_up(path, target, usage.NOON)
    assert files.COUNT == files.count(target)
    assert (usage.NOON, None) == (made(target), made(path))
    assert 0o600 == stat.S_IMODE(target.stat().st_mode)
    assert {"copy.db"} == left_in(target.parent)


def test_what_is_written_meanwhile_neither_waits_nor_shows(
    path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_PAGES", 10)
    files.make(path)
    with closing(connection.writing(path)) as db:
        batches = iter([1, 2])

        def write_on() -> bool:
            if number := next(batches, None):
                with connection.transaction(db, durable=False):
                    files.fill(db, number * files.COUNT)
            return False

        copying.back_up(path, target, usage.NOON, write_on)
    assert (files.COUNT, 3 * files.COUNT) == (files.count(target), files.count(path))


def test_what_is_still_in_the_log_is_backed_up_too(path: Path, target: Path) -> None:
    files.make(path)
    with closing(connection.writing(path)) as db:
        with connection.transaction(db, durable=False):
            files.fill(db, files.COUNT)
        assert path.with_name(f"{path.name}-wal").stat().st_size
        copying.back_up(path, target, usage.NOON)
    assert 2 * files.COUNT == files.count(target)


def test_an_earlier_backup_is_replaced(path: Path, target: Path) -> None:
    files.make(path)
    copying.back_up(path, target, usage.NOON)
    later = usage.NOON + timedelta(days=1)
    files.change(path, partial(files.fill, first=files.COUNT))
    copying.back_up(path, target, later)
    assert (later, 2 * files.COUNT) == (made(target), files.count(target))


def letter(target: Path) -> None:
    target.write_text("Dear Sir or Madam")


def nothing(target: Path) -> None:
    target.touch()


def songs(target: Path) -> None:
    with closing(sqlite3.connect(target)) as db:
        db.execute("CREATE TABLE songs (title)")


def other_store(target: Path) -> None:
    files.make(target)


@pytest.mark.parametrize(
    "make", [letter, nothing, songs, other_store], ids=lambda make: make.__name__
)
def test_nothing_but_a_backup_is_replaced(
    path: Path, target: Path, make: Callable[[Path], None]
) -> None:
    files.make(path)
    make(target)
    before = target.read_bytes()
    with pytest.raises(StoreError, match="is no backup of this bot, and is left as it is"):
        copying.back_up(path, target, usage.NOON)
    assert (before, {"copy.db"}) == (target.read_bytes(), left_in(target.parent))


def test_what_cannot_be_is_said_and_leaves_nothing_behind(path: Path, target: Path) -> None:
    with pytest.raises(StoreError, match="is not there: there is nothing to back up"):
        copying.back_up(path, target, usage.NOON)
    files.make(path)
    with pytest.raises(StoreError, match="is the store itself"):
        copying.back_up(path, path, usage.NOON)
    with pytest.raises(StoreError, match=r"the folder .*nowhere is not there"):
        copying.back_up(path, target.parent / "nowhere" / "copy.db", usage.NOON)
    with pytest.raises(StoreError, match="was broken off"):
        copying.back_up(path, target, usage.NOON, lambda: True)
    target.mkdir()
    with pytest.raises(StoreError, match="is no backup of this bot"):
        copying.back_up(path, target, usage.NOON)
    assert {"copy.db", "data"} == {each.name for each in target.parent.iterdir()}


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(partial(files.scribble, table="ledger"), id="a page"),
        pytest.param(partial(files.run, statement="DELETE FROM rollup_source"), id="sums"),
    ],
)
def test_a_damaged_store_replaces_no_backup(
    path: Path, target: Path, spoil: Callable[[Path], None]
) -> None:
    files.make(path)
    copying.back_up(path, target, usage.NOON)
    before = target.read_bytes()
    spoil(path)
    with pytest.raises(DamagedError, match=f"{path} is damaged"):
        copying.back_up(path, target, usage.NOON)
    assert (before, {"copy.db"}) == (target.read_bytes(), left_in(target.parent))


@pytest.mark.parametrize("ending", ["", "-wal"], ids=["the store", "its log"])
def test_a_backup_that_would_fill_the_disk_is_not_begun(
    path: Path, target: Path, ending: str
) -> None:
    files.make(path)
    large = path.with_name(f"{path.name}{ending}")
    large.touch()
    os.truncate(large, shutil.disk_usage(target.parent).free)
    with pytest.raises(StoreError, match=r"needs a disk with [\d,]+ MB free, and there are [\d,]+"):
        copying.back_up(path, target, usage.NOON)
    assert not left_in(target.parent)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """As on a full disk, what is written beyond that fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_meanwhile_is_named_and_an_earlier_backup_stays(
    path: Path, target: Path
) -> None:
    files.make(path)
    copying.back_up(path, target, usage.NOON)
    before = target.read_bytes()
    with (
        files_no_larger_than(len(before) // 2),
        pytest.raises(StoreError, match=r"copy\.db\..*partial cannot be read or written; check"),
    ):
        copying.back_up(path, target, usage.NOON)
    assert (before, {"copy.db"}) == (target.read_bytes(), left_in(target.parent))


def test_a_folder_that_stands_in_the_way_is_named_and_stays(path: Path, target: Path) -> None:
    files.make(path)

    def come_between() -> bool:
        target.mkdir(exist_ok=True)
        return False

    with pytest.raises(StoreError, match=r"copy\.db cannot be written: Is a directory"):
        copying.back_up(path, target, usage.NOON, come_between)
    target.rmdir()
    backups.partial(target).mkdir()
    with pytest.raises(StoreError, match=r"partial cannot be written: Is a directory"):
        copying.back_up(path, target, usage.NOON)
    assert {"data", backups.partial(target).name} == {each.name for each in target.parent.iterdir()}


def test_a_store_of_an_older_version_can_be_backed_up_before_it_is_upgraded(
    path: Path, target: Path
) -> None:
    files.make(path)
    files.run(path, "DELETE FROM _sqlite_migrations")
    files.run(path, "DROP TABLE rollup_source")
    copying.back_up(path, target, usage.NOON)
    assert copying.is_backup(target)
