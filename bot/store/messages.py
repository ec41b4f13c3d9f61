"""Messages at their destinations: what each is to say, what it does say, and what it told of which alert."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.notify import figure, notification
from bot.notify.decision import Told
from bot.notify.notification import Body, Destination, Receipt, Via
from bot.store import instant
from bot.store.connection import Connection
from rules.alert import Alert
from rules.terms import Severity
from rules.window import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """A posted message that no longer says what is true; `tries` counts this one."""

    message: str
    destination: Destination
    receipt: Receipt
    body: Body
    version: int
    tries: int


def told(db: Connection, alerts: Sequence[str]) -> dict[tuple[str, str], Told]:
    """What each destination was told of these alerts, by alert id and destination."""
    found = {}
    for start in range(0, len(alerts), 1000):
        part = alerts[start : start + 1000]
        rows = db.execute(
            "SELECT told.alert, told.destination, told.message, told.peak, told.value,"
            " told.since, told.over,"
            " (SELECT count(*) > 1 FROM told AS other WHERE other.message = told.message)"
            " OR EXISTS (SELECT 1 FROM told AS other WHERE other.gathered = told.message AND other.gathered <> ''),"
            " EXISTS (SELECT 1 FROM outbox WHERE outbox.message = told.message AND state = 'waiting'),"
            " EXISTS (SELECT 1 FROM outbox WHERE outbox.message = told.gathered AND state = 'waiting')"
            f" FROM told WHERE told.alert IN ({', '.join('?' * len(part))})",
            part,
        ).fetchall()
        for alert, destination, message, peak, value, since, over, *flags in rows:
            table, waiting, gathered = map(bool, flags)
            found[alert, destination] = Told(
                message,
                Severity(peak),
                figure.decode(value),
                table,
                instant.from_micros(since),
                bool(over),
                waiting,
                gathered,
            )
    return found


def places(db: Connection, alerts: Sequence[str]) -> dict[str, tuple[Destination, ...]]:
    """Every destination that was told of each of these alerts."""
    found: dict[str, tuple[Destination, ...]] = {}
    for alert, destination in sorted(told(db, alerts)):
        found[alert] = (*found.get(alert, ()), Destination.parse(destination))
    return found


def all_told(db: Connection, message: str, destination: Destination) -> bool:
    """Whether the destination is told of every alert that the message is about, if it is about any."""
    count, known = db.execute(
        "SELECT count(*), count(other.alert) FROM told"
        " LEFT JOIN told AS other ON other.alert = told.alert AND other.destination = ?"
        " WHERE told.message = ? OR (told.gathered = ? AND told.gathered <> '')",
        (str(destination), message, message),
    ).fetchone()
    return bool(0 < count == known)


def tell(db: Connection, alerts: Iterable[Alert], destination: Destination, message: str) -> None:
    """Keeps what `destination` is being told of each alert, and in which message."""
    db.conn.executemany(
        "INSERT INTO told (alert, destination, message, peak, value, since, over) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (alert, destination) DO UPDATE SET message = excluded.message, peak = excluded.peak,"
        " value = excluded.value, since = excluded.since, over = excluded.over",
        [(alert.id, str(destination), message, *_said(alert)) for alert in alerts],
    )


def tell_gathered(
    db: Connection, alerts: Iterable[Alert], destination: Destination, message: str
) -> None:
    """Keeps what `destination`, which has a message about each alert, is being told of many in another one."""
    db.conn.executemany(
        "UPDATE told SET gathered = ?, peak = ?, value = ?, since = ?, over = ? WHERE alert = ? AND destination = ?",
        [(message, *_said(alert), alert.id, str(destination)) for alert in alerts],
    )


def _said(alert: Alert) -> tuple[object, ...]:
    worst, since = figure.encode(alert.worst), instant.to_micros(alert.since)
    return int(alert.peak), worst, since, not alert.open


def lower(db: Connection, alerts: Iterable[Alert]) -> None:
    """Nobody is told of a higher peak than these alerts have: a limit that was raised takes one back."""
    db.conn.executemany(
        "UPDATE told SET peak = ? WHERE alert = ? AND peak > ?",
        [(alert.peak, alert.id, alert.peak) for alert in alerts],
    )


def write(
    db: Connection, message: str, destination: Destination, body: Body, now: datetime
) -> None:
    """What the message is to say from now on; a posted one is due to be edited, even if that was refused before."""
    db.execute(
        "INSERT INTO message (id, destination, body, created) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET body = excluded.body, version = version + 1, edit_error = ''",
        (message, str(destination), notification.body_json(body), instant.to_micros(now)),
    )


def body(db: Connection, message: str) -> Body:
    """What a message is to say now."""
    (text,) = db.execute("SELECT body FROM message WHERE id = ?", (message,)).fetchone()
    return notification.body_of(text)


def editable(db: Connection, alerts: Iterable[str]) -> list[tuple[str, Destination]]:
    """Every message about some of these alerts that can be edited, each once."""
    rows = db.execute(
        "SELECT DISTINCT message, destination FROM told"
        " WHERE alert IN (SELECT value FROM json_each(?)) ORDER BY message",
        (json.dumps(list(alerts)),),
    )
    return _editable_among(rows)


def of_closed(db: Connection, ended: Span) -> list[tuple[str, Destination]]:
    """Those that can be edited, about alerts that were closed with a period which ended in a span."""
    rows = db.execute(
        "SELECT DISTINCT told.message, told.destination FROM alert JOIN told ON told.alert = alert.id"
        ' WHERE alert.state = \'closed\' AND by_period AND alert."end" >= ? AND alert."end" < ?'
        " ORDER BY told.message",
        [instant.to_micros(ended.start), instant.to_micros(ended.end)],
    )
    return _editable_among(rows)


def _editable_among(rows: Iterable[tuple[str, str]]) -> list[tuple[str, Destination]]:
    """Of messages with their destinations those that can be edited: what a webhook was told stays as it is."""
    found = [(message, Destination.parse(text)) for message, text in rows]
    return [(message, place) for message, place in found if place.via is not Via.WEBHOOK]


def take_edit(db: Connection, destination: Destination, now: datetime) -> Edit | None:
    """A posted message of the destination that is due to be edited, and for which nothing waits."""
    while row := db.execute(
        "SELECT id, channel, ts, body, version, edit_tries FROM message WHERE destination = ? AND version > shown"
        " AND ts <> '' AND edit_error = '' AND edit_due <= ?"
        " AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.message = message.id"
        " AND outbox.state = 'waiting' AND outbox.body IS NULL) ORDER BY created LIMIT 1",
        (str(destination), instant.to_micros(now)),
    ).fetchone():
        message, channel, ts, text, version, tries = row
        try:
            said = notification.body_of(text)
        except ValueError as error:
            _refuse_edit(db, message, version, f"its body cannot be read: {error}")
        else:
            return Edit(message, destination, Receipt(channel, ts), said, version, tries + 1)
    return None


def edited(db: Connection, edit: Edit) -> None:
    db.execute(
        "UPDATE message SET shown = max(shown, ?), edit_tries = 0 WHERE id = ?",
        (edit.version, edit.message),
    )


def edit_later(db: Connection, edit: Edit, due: datetime) -> None:
    db.execute(
        "UPDATE message SET edit_due = ?, edit_tries = ? WHERE id = ?",
        (instant.to_micros(due), edit.tries, edit.message),
    )


def edit_failed(db: Connection, edit: Edit, error: str) -> None:
    """No retry will help, until the message is to say something else."""
    _refuse_edit(db, edit.message, edit.version, error)


def _refuse_edit(db: Connection, message: str, version: int, error: str) -> None:
    db.execute(
        "UPDATE message SET edit_error = ?, edit_tries = 0 WHERE id = ? AND version = ?",
        (error, message, version),
    )
