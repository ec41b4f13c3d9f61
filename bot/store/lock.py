"""One writing process to a store: a lock file that holds its process id and dies with it."""

import fcntl
import os
from pathlib import Path

from bot.store.error import StoreError


def take(path: Path) -> int:
    """Locks the store at `path` for this process; gives what `release` takes.

    Raises StoreError that names the process which holds it.
    """
    beside = path.with_name(f"{path.name}.lock")
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the folder {beside.parent} is not there and cannot be made: {error.strerror};"
            " make it for the user that runs the bot, or change store.path"
        ) from error
    try:
        file = os.open(beside, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(
            f"{beside} cannot be written: {error.strerror};"
            " give the user that runs the bot write access to that folder"
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(file, 32).decode(errors="replace").strip() or "unknown"
        os.close(file)
        raise StoreError(
            f"{path} is in use by process {holder}; stop it first, or use another store.path"
        ) from None
    os.ftruncate(file, 0)
    os.write(file, f"{os.getpid()}\n".encode())
    return file


def release(file: int) -> None:
    """Gives the lock back; the file stays, since another process may be looking at it."""
    os.close(file)
