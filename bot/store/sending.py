"""A notification that is about to be sent, as it stands in the outbox and in its message."""

from dataclasses import dataclass
from datetime import datetime

from bot.notify import notification
from bot.notify.notification import Destination, Notification, Receipt, Via
from bot.store import copied, instant
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True)
class Taken:
    """A notification that is about to be sent.

    `notification.attempted` is when it was last tried, if it may have arrived then. `is_post`: it is the message itself,
    no reply to it. `is_first`: it is the first that anybody hears of the message. `tries` counts this one. `run` is the id
    in the log of what brought it about.
    """

    notification: Notification
    message: str
    version: int
    is_post: bool
    is_first: bool
    tries: int
    run: str = ""


def read(db: Connection, id_: str, attempted: int | None, now: datetime) -> Taken:
    """ValueError when it cannot be read."""
    to, message, reason, own, broadcast, created, tries, run, channel, ts, body, version = (
        db.execute(
            "SELECT outbox.destination, message.id, reason, outbox.body, broadcast, outbox.created, tries, run, channel, ts,"
            " message.body, version FROM outbox JOIN message ON message.id = outbox.message WHERE outbox.id = ?",
            (id_,),
        ).fetchone()
    )
    destination = Destination.parse(to)
    reply = own is not None and ts != ""
    # A webhook has no threads; in Slack a reply to what was never posted is posted in its place.
    itself = own is None or not (reply or destination.via is Via.WEBHOOK)
    letter = Notification(
        id=id_,
        destination=destination,
        body=notification.body_of(body if itself else own),
        parent=Receipt(channel, ts) if reply else None,
        broadcast=bool(broadcast) and reply,
        created=instant.from_micros(created),
        attempted=instant.from_nullable(attempted),
    )
    seen = copied.marked(db, letter, message, now)
    return Taken(
        seen, message, version, own is None, itself and reason != copied.AFRESH, tries, run
    )
