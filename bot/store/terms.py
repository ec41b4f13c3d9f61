"""Texts that come again and again, each kept once and known by its id."""

import json
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from itertools import islice

from bot.store import packing
from bot.store.connection import Connection
from rules import labels


class Kind(StrEnum):
    """What a text is; the same text can be of several kinds."""

    SOURCE = "source"
    USER = "user"
    MODEL = "model"
    STATUS = "status"
    TASK = "task"
    TOOL = "tool"
    AGENT = "agent"
    ERROR = "error"


_RARE = frozenset({Kind.TASK, Kind.ERROR})
"""Kinds with more texts than are worth keeping in memory."""

_KEPT = 50_000
_CHUNK = 10_000


def intern(db: Connection, kind: Kind, texts: Collection[str]) -> dict[str, int]:
    """The id of each text, given to those that have none yet. Only inside a writing transaction."""
    known = {} if kind in _RARE else db.interned.setdefault(kind, {})
    missing = set(texts).difference(known)
    if not missing:
        return known
    if len(known) + len(missing) > _KEPT:
        known.clear()
        missing = set(texts)
    known.update(find(db, kind, missing))
    _insert(db, kind, missing.difference(known), known)
    return known


def find(db: Connection, kind: Kind, texts: Iterable[str]) -> dict[str, int]:
    """The ids of those texts that have one."""
    found: dict[str, int] = {}
    for chunk in _chunks(texts):
        packed = {packing.pack(text): text for text in chunk}
        rows = db.execute(
            f"SELECT text, id FROM term WHERE kind = ? AND text IN ({','.join('?' * len(packed))})",
            [kind, *packed],
        )
        found.update((packed[text], term) for text, term in rows)
    return found


def texts(db: Connection, ids: Iterable[int]) -> dict[int, str]:
    """The text of each id."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    rows = db.execute(
        "SELECT id, text FROM term WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(wanted)],
    )
    return {term: packing.unpack(text) for term, text in rows}


def some(db: Connection, kind: Kind, limit: int) -> list[str]:
    """The texts of a kind, so many at most."""
    rows = db.execute("SELECT text FROM term WHERE kind = ? LIMIT ?", [kind, limit])
    return [packing.unpack(text) for (text,) in rows]


def fitting(db: Connection, kind: Kind, globs: Collection[str]) -> set[int]:
    """The ids of all texts of a kind that fit at least one glob."""
    if all("*" not in glob for glob in globs):
        return set(find(db, kind, globs).values())
    return {
        term
        for term, text in db.execute("SELECT id, text FROM term WHERE kind = ?", [kind])
        if any(labels.glob_matches(glob, packing.unpack(text)) for glob in globs)
    }


def _insert(db: Connection, kind: Kind, texts: Collection[str], known: dict[str, int]) -> None:
    if not texts:
        return
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM term").fetchone()
    new = {text: last + number for number, text in enumerate(sorted(texts), start=1)}
    db.conn.executemany(
        "INSERT INTO term (id, kind, text) VALUES (?, ?, ?)",
        [(term, kind.value, packing.pack(text)) for text, term in new.items()],
    )
    known.update(new)


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(texts)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
