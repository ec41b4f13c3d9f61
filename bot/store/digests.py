"""Which digests were sent, so that each period's is sent once."""

from datetime import datetime

from bot.store import instant
from bot.store.connection import Connection


def claim(db: Connection, name: str, period: datetime, now: datetime, outcome: str) -> bool:
    """Marks the digest of the period that begins at `period` as dealt with; False when it was before."""
    cursor = db.execute(
        "INSERT INTO digest_sent (name, period, at, outcome) VALUES (?, ?, ?, ?) ON CONFLICT (name, period) DO NOTHING",
        (name, instant.to_micros(period), instant.to_micros(now), outcome),
    )
    return bool(cursor.rowcount > 0)


def claimed(db: Connection, name: str, period: datetime) -> bool:
    """Whether the digest of that period was dealt with."""
    found = db.execute(
        "SELECT 1 FROM digest_sent WHERE name = ? AND period = ?", (name, instant.to_micros(period))
    ).fetchone()
    return found is not None


def last_sent(db: Connection, name: str) -> datetime | None:
    """When a digest of that name was last dealt with."""
    (at,) = db.execute("SELECT max(at) FROM digest_sent WHERE name = ?", (name,)).fetchone()
    return instant.from_nullable(at)
