"""What the store says when SQLite cannot do its work."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bot.store import backups

_PRIMARY = 0xFF
"""The low byte of an extended result code is the code itself."""

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_LOCKED = "is locked by another program; close what has it open"

_SAYS: dict[int, tuple[str, bool]] = {
    sqlite3.SQLITE_FULL: ("cannot grow because the disk is full; free some space", True),
    sqlite3.SQLITE_BUSY: (_LOCKED, True),
    sqlite3.SQLITE_LOCKED: (_LOCKED, True),
    sqlite3.SQLITE_READONLY: (
        "cannot be written; give the user that runs the bot write access to it and to its folder",
        False,
    ),
    sqlite3.SQLITE_IOERR: ("cannot be read or written; check the disk that it is on", False),
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened; check that it is a file and that its folder can be read and written",
        False,
    ),
}


class StoreError(Exception):
    """The store could not do what was asked; nothing of it was kept.

    `retryable` says whether the same may work later without a change of the configuration.
    """

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class DamagedError(StoreError):
    """The file is not whole; `found` is what is wrong with it. The message names the last backup."""

    def __init__(self, path: Path, found: str = "") -> None:
        self.found = found
        last = backups.newest(path)
        mend = (
            f"`restore {last}` puts the last backup in its place"
            if last
            else "move it away and start without one: the bot then reads its history from Neo again"
            f" (there is no backup in {backups.folder(path)})"
        )
        why = f" ({found})" if found else ""
        super().__init__(f"{path} is damaged or is not a database{why}; {mend}")


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into one sentence about the file at `path`."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
        if code in _DAMAGED:
            raise DamagedError(path) from error
        text, retryable = _SAYS.get(code, (f"failed: {error}", False))
        raise StoreError(f"{path} {text}", retryable=retryable) from error
