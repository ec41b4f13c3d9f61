"""What destinations were not told, because a silence or a quiet time held it back."""

from collections.abc import Iterable
from datetime import datetime

from bot.notify.notification import Destination
from bot.store import instant
from bot.store.connection import Connection


def put(db: Connection, held: Iterable[tuple[str, Destination]], now: datetime) -> None:
    """Holds back an alert's news from a destination, as (alert id, destination); what is held stays as old as it is."""
    at = instant.to_micros(now)
    db.conn.executemany(
        "INSERT INTO held (alert, destination, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(alert, str(destination), at) for alert, destination in held],
    )


def drop(db: Connection, held: Iterable[tuple[str, Destination]]) -> None:
    """Holds back no more."""
    db.conn.executemany(
        "DELETE FROM held WHERE alert = ? AND destination = ?",
        [(alert, str(destination)) for alert, destination in held],
    )


def load(db: Connection) -> dict[tuple[str, Destination], datetime]:
    """Since when which alert's news is held back from which destination."""
    rows = db.execute("SELECT alert, destination, since FROM held ORDER BY since, alert").fetchall()
    return {
        (alert, Destination.parse(destination)): instant.from_micros(since)
        for alert, destination, since in rows
    }
