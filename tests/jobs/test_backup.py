"""A backup a day, whatever the bot goes through; old ones go, and nothing else does."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.jobs import backup
from bot.store import backups, copying, sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.error import StoreError

NOW = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


def polled(db: Connection) -> None:
    sources.advance(db, "acme", cursor=NOW, complete_at=NOW)


async def names(database: Database, at: datetime, keep: int = 3) -> list[str]:
    """The backups there are after one tick."""
    await backup.run(database, keep, BERLIN, at)
    return [each.name for each in backups.known(database.path)]


async def test_each_day_of_the_zone_has_one_backup_and_so_many_are_kept(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "bot.db", write=True)
    try:
        assert [] == await names(database, NOW)
        await database.write(polled)
        assert [] == await names(database, NOW, keep=0)
        assert ["bot-2026-11-22.db"] == await names(database, NOW)
        first = backups.newest(database.path)
        assert first is not None
        made = first.stat().st_mtime_ns
        await database.close()
        database = await Database.open(tmp_path / "bot.db", write=True)
        assert ["bot-2026-11-22.db"] == await names(database, NOW + timedelta(minutes=29))
        assert made == first.stat().st_mtime_ns
        two = ["bot-2026-11-22.db", "bot-2026-11-23.db"]
        assert two == await names(database, NOW + timedelta(minutes=30))
        assert [*two, "bot-2026-11-24.db"] == await names(database, NOW + 2 * DAY)
        three = ["bot-2026-11-23.db", "bot-2026-11-24.db", "bot-2026-11-25.db"]
        assert three == await names(database, NOW + 3 * DAY)
    finally:
        await database.close()


async def test_who_is_killed_before_the_old_ones_are_gone_removes_them_at_the_next_start(
    tmp_path: Path,
) -> None:
    database = await Database.open(tmp_path / "bot.db", write=True)
    try:
        await database.write(polled)
        await names(database, NOW)
        await database.back_up(backups.of_day(database.path, (NOW + DAY).date()), NOW + DAY)
        assert ["bot-2026-11-23.db"] == await names(database, NOW + DAY, keep=1)
    finally:
        await database.close()


async def test_only_our_own_backups_are_removed(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "bot.db", write=True)
    try:
        await database.write(polled)
        folder = backups.folder(database.path)
        folder.mkdir()
        with closing(sqlite3.connect(folder / "bot-2026-01-01.db")) as db:
            db.execute("CREATE TABLE songs (title)")
        (folder / "notes.txt").write_text("mine")
        (folder / "bot-2026-11-21.db.77.partial").write_text("left by a backup that was killed")
        (folder / "bot-2026-11-21.db.77.partial-journal").write_text("and its journal")
        for days in range(3):
            await names(database, NOW + days * DAY, keep=1)
        found = {each.name for each in folder.iterdir()}
        assert {"bot-2026-01-01.db", "notes.txt", "bot-2026-11-24.db"} == found
        assert copying.is_backup(folder / "bot-2026-11-24.db")
    finally:
        await database.close()


async def test_a_damaged_store_is_not_backed_up(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "bot.db", write=True)
    try:
        await database.write(polled)
        await names(database, NOW)
        await database.write(
            lambda db: db.execute(
                "INSERT INTO task_day (day, task, source, user, streams) VALUES (1, 1, 1, 1, 1)"
            )
        )
        with pytest.raises(StoreError, match=r"is damaged .*`restore .*bot-2026-11-22.db` puts"):
            await names(database, NOW + DAY)
        assert 1 == len(list(backups.folder(database.path).iterdir()))
    finally:
        await database.close()
