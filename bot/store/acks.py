"""Who took on which alert: what was undone says when, and goes only with its alert."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store import instant
from bot.store.connection import Connection
from rules.terms import Severity


@dataclass(frozen=True, slots=True)
class Ack:
    """That `author` took on an alert whose peak was `peak`; `undone` is when that was taken back."""

    alert: str
    at: datetime
    author: str
    peak: Severity
    undone: datetime | None = None


def add(db: Connection, ack: Ack) -> None:
    db.execute(
        "INSERT INTO ack (alert, at, author, peak) VALUES (?, ?, ?, ?)",
        (ack.alert, instant.to_micros(ack.at), ack.author, ack.peak),
    )


def undo(db: Connection, alert: str, now: datetime) -> None:
    """Takes back what acknowledgements of the alert there are."""
    db.execute(
        "UPDATE ack SET undone = ? WHERE alert = ? AND undone IS NULL",
        (instant.to_micros(now), alert),
    )


def of(db: Connection, alert: str) -> list[Ack]:
    """All acknowledgements of an alert, oldest first, undone ones included."""
    return _select(db, "alert = ?", (alert,))


def since(db: Connection, first: datetime) -> list[Ack]:
    """All that were given or taken back at `first` or later, oldest first."""
    at = instant.to_micros(first)
    return _select(db, "at >= ? OR undone >= ?", (at, at))


def _select(db: Connection, where: str, values: Sequence[object]) -> list[Ack]:
    rows = db.execute(
        f"SELECT alert, at, author, peak, undone FROM ack WHERE {where} ORDER BY id", values
    ).fetchall()
    return [
        Ack(
            alert,
            instant.from_micros(at),
            author,
            Severity(peak),
            instant.from_nullable(undone),
        )
        for alert, at, author, peak, undone in rows
    ]
