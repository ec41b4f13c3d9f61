"""Rows of Neo that could not be read, kept with the reason."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store import instant
from bot.store.connection import Connection

_LONGEST = 2_000
_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row as Neo sent it, and what was wrong with it. `key` is of the record or task that it is about, or empty."""

    source: str
    endpoint: str
    reason: str
    row: str
    key: str = ""


def put(db: Connection, rejected: Sequence[Rejected], *, seen: datetime) -> int:
    """Keeps the newest rows of each source, cut short, and one of each key; gives how many were not known yet."""
    db.conn.executemany(
        "DELETE FROM rejected WHERE source = ? AND endpoint = ? AND key = ? AND key <> '' AND digest <> ?",
        [(each.source, each.endpoint, each.key, _digest(each)) for each in rejected],
    )
    before = db.conn.total_changes
    db.conn.executemany(
        "INSERT INTO rejected (source, endpoint, digest, seen, reason, row, key) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (source, endpoint, digest) DO NOTHING",
        [
            (
                each.source,
                each.endpoint,
                _digest(each),
                instant.to_micros(seen),
                each.reason,
                each.row[:_LONGEST],
                each.key,
            )
            for each in rejected
        ],
    )
    new = db.conn.total_changes - before
    for source in {each.source for each in rejected}:
        db.execute(
            "DELETE FROM rejected WHERE source = ? AND id <="
            " (SELECT id FROM rejected WHERE source = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            [source, source, _KEPT],
        )
    return new


def mended(db: Connection, source: str, endpoint: str, keys: Collection[str]) -> None:
    """Forgets the rows of what could be read by now."""
    rows = db.execute(
        "SELECT id, key FROM rejected WHERE source = ? AND endpoint = ? AND key <> ''",
        [source, endpoint],
    )
    read = [(id_,) for id_, key in rows.fetchall() if key in keys]
    db.conn.executemany("DELETE FROM rejected WHERE id = ?", read)


def counts(db: Connection) -> dict[str, int]:
    """How many rows are kept of each source that has any."""
    return dict(db.execute("SELECT source, count(*) FROM rejected GROUP BY source").fetchall())


def latest(db: Connection, limit: int) -> list[Rejected]:
    """The newest first."""
    rows = db.execute(
        "SELECT source, endpoint, reason, row, key FROM rejected ORDER BY id DESC LIMIT ?", [limit]
    )
    return [Rejected(*row) for row in rows]


def _digest(rejected: Rejected) -> bytes:
    return hashlib.blake2b(rejected.row.encode("utf-8", "surrogatepass"), digest_size=16).digest()
