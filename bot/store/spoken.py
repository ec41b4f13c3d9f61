"""When something was said of an alert, by what was queued in the outbox."""

from datetime import datetime

from bot.store import instant
from bot.store.connection import Connection
from rules.alert import Reason


def of(db: Connection, alert: str, upto: datetime) -> list[tuple[datetime, Reason]]:
    """When something was said of the alert up to a moment, and for what reason.

    A reply in the thread of a table counts where it is about this alert: something was decided of that just then. What is
    gathered in one message may be of many reasons, so that of each is the last that was decided.
    """
    rows = db.execute(
        "SELECT DISTINCT outbox.created, CASE WHEN outbox.message = told.gathered THEN coalesce((SELECT reason FROM decision"
        " WHERE decision.alert = told.alert AND at <= outbox.created AND reason IS NOT NULL ORDER BY at DESC LIMIT 1),"
        " outbox.reason) ELSE outbox.reason END FROM told JOIN outbox ON outbox.message IN (told.message, told.gathered)"
        " WHERE told.alert = ? AND outbox.created <= ? AND (outbox.body IS NULL OR outbox.message = told.gathered"
        " OR NOT EXISTS (SELECT 1 FROM told AS other WHERE other.message = told.message AND other.alert <> told.alert)"
        " OR EXISTS (SELECT 1 FROM decision WHERE decision.alert = told.alert AND decision.at = outbox.created"
        " AND decision.reason IS NOT NULL)) ORDER BY outbox.created, outbox.rowid",
        (alert, instant.to_micros(upto)),
    ).fetchall()
    known = frozenset(Reason)
    return [(instant.from_micros(at), Reason(why)) for at, why in rows if why in known]
