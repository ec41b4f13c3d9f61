"""Where the daily backups of a store are: beside it in `backups/`, one file a day, named by it."""

import glob
import os
from datetime import date
from pathlib import Path

_PARTIAL = ".partial"


def folder(store: Path) -> Path:
    return store.absolute().parent / "backups"


def of_day(store: Path, day: date) -> Path:
    """`data/backups/bot-2026-11-22.db` for `data/bot.db`."""
    return folder(store) / f"{store.stem}-{day.isoformat()}{store.suffix}"


def known(store: Path) -> list[Path]:
    """Every daily backup of this store, the oldest first. Whatever else is there is none."""
    days = {}
    for found in folder(store).glob("*"):
        day = day_of(found)
        if day is not None and found == of_day(store, day) and found.is_file():
            days[day] = found
    return [days[day] for day in sorted(days)]


def newest(store: Path) -> Path | None:
    return next(reversed(known(store)), None)


def partial(target: Path) -> Path:
    """What a backup is called until it is done; by process, so that two of them do not meet."""
    return target.with_name(f"{target.name}.{os.getpid()}{_PARTIAL}")


def unfinished(store: Path) -> list[Path]:
    """What is left of daily backups that were never done."""
    return sorted(folder(store).glob(f"{glob.escape(store.stem)}-*{_PARTIAL}*"))


def day_of(backup: Path) -> date | None:
    """The day that its name says."""
    try:
        return date.fromisoformat(backup.stem[-len("2026-11-22") :])
    except ValueError:
        return None
