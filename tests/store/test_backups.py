from datetime import date
from pathlib import Path

from bot.store import backups

STORE = Path("data/bot.db")


def test_a_backup_is_named_by_its_day() -> None:
    expected = Path.cwd() / "data" / "backups" / "bot-2026-11-22.db"
    assert expected == backups.of_day(STORE, date(2026, 11, 22))


def test_only_daily_backups_of_this_store_are_known_the_oldest_first(tmp_path: Path) -> None:
    store = tmp_path / "bot.db"
    assert ([], None) == (backups.known(store), backups.newest(store))
    folder = backups.folder(store)
    folder.mkdir()
    ours = ["bot-2025-12-31.db", "bot-2026-01-01.db", "bot-2026-11-22.db"]
    others = [
        "bot-2026-11-31.db",
        "bot-20261122.db",
        "bot-2026-11-22.db.7.partial",
        "bot-2026-11-22.sql",
        "bot-before-2026-11-22.db",
        "mine.db",
        "notes",
    ]
    for name in [*reversed(ours), *others]:
        (folder / name).touch()
    (folder / "bot-2027-01-01.db").mkdir()
    assert ours == [each.name for each in backups.known(store)]
    assert folder / ours[-1] == backups.newest(store)
    assert [folder / others[2]] == backups.unfinished(store)
