"""What says that a store is to be replaced: a whole copy beside it, named by when that was decided."""

import glob
from datetime import UTC, datetime
from pathlib import Path

from bot.store.error import StoreError

_DECIDED, _KEPT = ".restored-", ".replaced-"
_TIME = f"{'[0-9]' * 8}T{'[0-9]' * 6}Z"


def name(store: Path, now: datetime) -> Path:
    """What a copy is called from the moment at which it is decided that it becomes the store."""
    return store.with_name(f"{store.name}{_DECIDED}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def decided(store: Path) -> Path | None:
    """By its whole name: whatever else begins like that is not ours to put anywhere."""
    return next(store.parent.glob(f"{glob.escape(store.name)}{_DECIDED}{_TIME}"), None)


def kept(store: Path, copy: Path) -> Path:
    """What the store is called that was replaced by this copy."""
    return store.with_name(f"{store.name}{_KEPT}{copy.name.rpartition(_DECIDED)[2]}")


def is_half_done(store: Path) -> bool:
    """Whether the store is not there because a process was killed just before it had put the restored one in its place."""
    return not store.exists() and decided(store) is not None


def refuse_half_done(store: Path) -> None:
    if is_half_done(store):
        raise StoreError(
            f"{store.absolute()} is not there, since `restore` was killed at its last step;"
            " start `run`, or `restore` again: both finish it"
        )
