"""News of alerts that waits to be told, because a silence or a quiet time holds it back."""

import json
from collections.abc import Iterable
from datetime import datetime

from bot.notify.holding import Held
from bot.store import instant
from bot.store.connection import Connection
from rules.terms import Severity


def put(db: Connection, held: Iterable[Held], under: str, now: datetime) -> None:
    """Holds it back `under` what holds now; what is held already stays as old as it is."""
    at = instant.to_micros(now)
    db.conn.executemany(
        "INSERT INTO held (alert, since, least, quietly, late, under) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET least = excluded.least, quietly = excluded.quietly,"
        " late = excluded.late, under = excluded.under",
        [(each.alert, at, each.least, each.quietly, each.late, under) for each in held],
    )


def drop(db: Connection, alerts: Iterable[str]) -> None:
    """Holds nothing of these alerts back any more."""
    db.conn.executemany("DELETE FROM held WHERE alert = ?", [(alert,) for alert in alerts])


def load(db: Connection) -> list[Held]:
    """All that is held back, oldest first."""
    return _select(db, "true", ())


def stirred(db: Connection, changed: Iterable[str], under: str) -> list[Held]:
    """What is to be looked at again: of alerts that changed, and what is held `under` something else than holds now."""
    where = "under <> ? OR alert IN (SELECT value FROM json_each(?))"
    return _select(db, where, (under, json.dumps(list(changed))))


def _select(db: Connection, where: str, values: tuple[str, ...]) -> list[Held]:
    rows = db.execute(
        f"SELECT alert, least, quietly, late FROM held WHERE {where} ORDER BY since, alert", values
    ).fetchall()
    return [
        Held(alert, Severity(least), bool(quietly), bool(late))
        for alert, least, quietly, late in rows
    ]
