"""What waits at the fallback in place of many people is gathered, so that it is few messages there as well."""

from datetime import datetime

from bot.notify import crowd, notification
from bot.notify.notification import Body, Destination
from bot.store import messages
from bot.store.connection import Connection

REASON = "fallback"
"""Why a message waits that was meant for somebody else."""

NOTICE = "notice"
"""Why a message waits that only says who cannot be reached; everything else goes first."""


def gather(db: Connection, place: Destination, body: Body, now: datetime) -> None:
    """Puts all posts that wait like `body`, and were not tried yet, into the first of them, if they are too many."""
    alike = _alike(db, place, crowd.kin(body))
    first = next((message for message, _ in alike), "")
    whole = crowd.gathered(first[:8], [each for _, each in alike])
    if whole is None:
        return
    messages.write(db, first, place, whole, now)
    for message, _ in alike[1:]:
        db.execute(
            "UPDATE told SET message = ? WHERE destination = ? AND message = ?",
            (first, str(place), message),
        )
        db.execute(
            "UPDATE outbox SET state = 'merged' WHERE message = ? AND state = 'waiting'", (message,)
        )


def _alike(db: Connection, place: Destination, kin: object) -> list[tuple[str, Body]]:
    """Messages of that kind with what they say, the oldest first."""
    if kin is None:
        return []
    rows = db.execute(
        "SELECT message.id, message.body FROM outbox JOIN message ON message.id = outbox.message"
        " WHERE outbox.destination = ? AND reason IN (?, ?) AND outbox.state = 'waiting' AND attempted IS NULL"
        " AND outbox.body IS NULL ORDER BY outbox.rowid",
        (str(place), REASON, NOTICE),
    )
    waiting = [(id_, notification.body_of(text)) for id_, text in rows]
    return [(id_, body) for id_, body in waiting if crowd.kin(body) == kin]
