"""Who did, asked for, or was refused what."""

from datetime import datetime

from bot.store import instant
from bot.store.connection import Connection


def add(db: Connection, at: datetime, actor: str, action: str, detail: str) -> None:
    db.execute(
        "INSERT INTO audit (at, actor, action, detail) VALUES (?, ?, ?, ?)",
        (instant.to_micros(at), actor, action, detail),
    )
