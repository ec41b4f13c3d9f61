"""Puts a backup in the place of the store, which is kept beside it.

Theory of operation. A copy of the backup is made and looked through as `bot.db.restoring`; nothing else is touched by that.
Then it is named `bot.db.restored-TIME`, and with that one step it is decided. What follows are names alone: the store and its log
become `bot.db.replaced-TIME`, and the copy becomes the store. Of this, whoever holds the store next does what is left, so
that after a kill the store is the old one or the restored one, and the log of the old one never lies beside the other.
Where the store cannot be given another name, the decision is withdrawn and it stays.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.store import copied, copying, lock, replacement, schema, soundness
from bot.store.error import DamagedError, StoreError


@dataclass(frozen=True, slots=True)
class Restored:
    """When the backup was made, if it says so, and where the store is kept that it replaced.

    `earlier`: where the one is that was replaced before by a `restore` which was killed, and is finished now.
    """

    made: datetime | None
    replaced: Path | None
    earlier: Path | None


def restore(store: Path, backup: Path, now: datetime) -> Restored:
    """Puts a copy of the backup in the place of the store, brought to this version of the bot.

    Nothing is touched before all of it was looked through. Raises StoreError: when a process writes to the store, when
    the backup is damaged, of another program, or of a newer version.
    """
    if not backup.is_file():
        raise StoreError(f"{backup} is not there; nothing was changed")
    held = lock.take(store)
    try:
        _require_other(store, backup)
        with _finished(store) as earlier, copying.staged(_unfinished(store)) as copy:
            made = _prepare(backup, copy)
            _belongs_to_whom_it_did(copy, store)
            _decide(store, copy, now)
        return Restored(made, finish(store), earlier)
    finally:
        lock.release(held)


def finish(store: Path) -> Path | None:
    """Does what was decided and is not done; gives where the store is that was replaced. For those who hold the lock."""
    copying.discard(_unfinished(store))
    decided = replacement.decided(store)
    if decided is None:
        return None
    kept = replacement.kept(store, decided)
    try:
        # The store goes first: it is never there without its log, in which what was written last may stand.
        for old, new in zip(copying.parts(store), copying.parts(kept), strict=True):
            _rename(old, new)
        copying.flush(store.parent)
    except OSError as failed:
        if _withdrawn(store, decided, kept):
            raise StoreError(
                f"{store} was not replaced and is as it was: it cannot be renamed to {kept}: {failed.strerror};"
                f" let this user rename the files in {store.parent}, or mount that folder in place of the one file,"
                " then `restore` again"
            ) from failed
        raise StoreError(
            f"{store} is to be replaced by {decided}, and cannot be kept as {kept}: {failed.strerror};"
            " mend that, then start the bot or `restore` again"
        ) from failed
    copying.put(decided, store)
    return kept if kept.exists() else None


def _withdrawn(store: Path, decided: Path, kept: Path) -> bool:
    """Nothing of the store has another name yet, so it can stay: it is no more to be replaced, unless even that fails."""
    if not store.exists() or any(each.exists() for each in copying.parts(kept)):
        return False
    copying.discard(decided)
    return not decided.exists()


@contextmanager
def _finished(store: Path) -> Iterator[Path | None]:
    """Once what an earlier `restore` decided is done; where this one fails after that, it says so."""
    decided = replacement.decided(store)
    earlier = finish(store)
    try:
        yield earlier
    except StoreError as error:
        if decided is None:
            raise
        kept = f", and what it replaced is kept as {earlier}" if earlier else ""
        raise StoreError(
            f"{error}; only the earlier `restore`, which was killed, was finished{kept}"
        ) from error


def _require_other(store: Path, backup: Path) -> None:
    if store.exists() and backup.samefile(store):
        raise StoreError(f"{backup} is the store itself; nothing was changed")
    decided = replacement.decided(store)
    if decided and backup.samefile(decided):
        raise StoreError(f"{backup} is to be the store already; start `run`, which finishes that")


def _prepare(backup: Path, copy: Path) -> datetime | None:
    """Gives when the backup was made, as far as it is known."""
    try:
        copying.duplicate(backup, copy)
        with copying.settled(copy) as db:
            if schema.upgrade(db, copy):
                raise StoreError(f"there is nothing in {backup}; nothing was changed")
            soundness.require(db, copy)
            copied.mark_unmarked(db)
            return copied.made(db)
    except DamagedError as damage:
        found = f" ({damage.found})" if damage.found else ""
        raise StoreError(
            f"{backup} is damaged or is not a database{found}; nothing was changed, take another backup"
        ) from damage


def _decide(store: Path, copy: Path, now: datetime) -> None:
    """From now on the copy is the store, whoever has to finish that."""
    decided = replacement.name(store, now)
    kept = replacement.kept(store, decided)
    if any(each.exists() for each in copying.parts(kept)):
        raise StoreError(f"{store} cannot be kept as {kept}: File exists; it was not replaced")
    copying.put(copy, decided)


def _unfinished(store: Path) -> Path:
    return store.with_name(f"{store.name}.restoring")


def _rename(old: Path, new: Path) -> None:
    """Not over what is there already: somebody may have lent a hand meanwhile."""
    if old.exists():
        if new.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        old.rename(new)


def _belongs_to_whom_it_did(copy: Path, store: Path) -> None:
    """Whoever calls this, the bot must be able to write to it."""
    like = store if store.exists() else store.absolute().parent
    with suppress(PermissionError):
        shutil.chown(copy, like.stat().st_uid, like.stat().st_gid)
    if like == store:
        shutil.copymode(store, copy)
