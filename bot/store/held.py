"""What destinations were not told, because a silence or a quiet time held it back."""

from collections.abc import Iterable
from datetime import datetime

from bot.notify.holding import Held
from bot.notify.notification import Destination
from bot.store import instant
from bot.store.connection import Connection


def put(db: Connection, held: Iterable[Held], now: datetime) -> None:
    """Holds it back; what is held already stays as old as it is."""
    at = instant.to_micros(now)
    db.conn.executemany(
        "INSERT INTO held (alert, destination, since, quietly) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET quietly = min(quietly, excluded.quietly)",
        [(each.alert, str(each.destination), at, each.quietly) for each in held],
    )


def drop(db: Connection, held: Iterable[Held]) -> None:
    """Holds it back no more."""
    db.conn.executemany(
        "DELETE FROM held WHERE alert = ? AND destination = ?",
        [(each.alert, str(each.destination)) for each in held],
    )


def load(db: Connection) -> list[Held]:
    """All that is held back, oldest first."""
    rows = db.execute(
        "SELECT alert, destination, quietly FROM held ORDER BY since, alert, destination"
    ).fetchall()
    return [Held(alert, Destination.parse(place), bool(quiet)) for alert, place, quiet in rows]
