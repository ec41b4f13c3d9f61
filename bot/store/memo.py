"""What was read once need not be read again before something is written: answers of one version of the store."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, TypeVarTuple

from bot.store.connection import Connection

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_MOST = 1_000
"""So many answers are kept; past them all are dropped, since most windows that end now are never asked for again."""


def of(db: Connection, fn: Callable[[Connection, *Ts], T], *args: *Ts) -> T:
    """What `fn(db, *args)` gives: read in this snapshot, or in one that saw the same.

    `fn` must read nothing but the store, and its answer is shared: nobody may change it. Outside a snapshot, where no
    version is known, it is simply called.
    """
    kept = db.kept
    if kept is None:
        return fn(db, *args)
    key: Hashable = (fn, args)
    try:
        found: Any = kept[key]
    except KeyError:
        if len(kept) >= _MOST:
            kept.clear()
        found = kept[key] = fn(db, *args)
    answer: T = found
    return answer
