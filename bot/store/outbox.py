"""Notifications that wait to be sent.

What waits for one message goes out in order, and what could be said at once is said at once: a post carries its
message's newest facts, and of several replies the last goes.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.notify import notification, policy
from bot.notify.notification import Body, Destination, Notification, Receipt
from bot.store import instant, messages
from bot.store.connection import Connection

_IS_HEAD = (
    "head.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM outbox AS earlier WHERE earlier.message = head.message"
    " AND earlier.destination = head.destination AND earlier.state = 'waiting' AND earlier.rowid < head.rowid)"
)
"""Order holds within one message: only the first of what waits for it may go."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much is not delivered: waiting, the oldest of it, and what no retry will deliver."""

    count: int
    oldest: datetime | None
    undeliverable: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A notification that is about to be sent.

    `notification.attempted` is when it was last tried, if it may have arrived then. `is_post`: it says what its message
    says now, as the message's first word; `tries` counts this one.
    """

    notification: Notification
    message: str
    version: int
    is_post: bool
    tries: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be queued: the post of a message, or with `reply` a reply to it. `dedupe` is what makes it one thing."""

    message: str
    dedupe: str
    reason: str
    reply: Body | None = None
    broadcast: bool = False


def add(db: Connection, entry: Entry, now: datetime) -> bool:
    """Queues an entry; False when the same was queued before."""
    at = instant.to_micros(now)
    body = None if entry.reply is None else notification.body_json(entry.reply)
    cursor = db.execute(
        "INSERT INTO outbox (id, dedupe, destination, message, reason, body, broadcast, created, due)"
        " SELECT ?, ?, destination, id, ?, ?, ?, ?, ? FROM message WHERE id = ? ON CONFLICT (dedupe) DO NOTHING",
        (
            policy.identity(entry.dedupe),
            entry.dedupe,
            entry.reason,
            body,
            entry.broadcast,
            at,
            at,
            entry.message,
        ),
    )
    return bool(cursor.rowcount > 0)


def destinations(db: Connection, now: datetime) -> list[Destination]:
    """Where something is due to be sent or edited."""
    at = instant.to_micros(now)
    rows = db.execute(
        f"SELECT destination FROM outbox AS head WHERE {_IS_HEAD} AND due <= ?"
        " UNION SELECT destination FROM message WHERE version > shown AND ts <> '' AND edit_due <= ?",
        (at, at),
    ).fetchall()
    return [Destination.parse(text) for (text,) in rows]


def take(db: Connection, destination: Destination, now: datetime) -> Taken | None:
    """The next notification for a destination, marked as tried now; what it makes needless is merged into it."""
    head = db.execute(
        f"SELECT id, message, attempted FROM outbox AS head WHERE {_IS_HEAD} AND destination = ? AND due <= ?"
        " ORDER BY created, rowid LIMIT 1",
        (str(destination), instant.to_micros(now)),
    ).fetchone()
    if head is None:
        return None
    id_, message, attempted = head
    if attempted is None:
        id_ = _merge(db, id_, message)
    db.execute(
        "UPDATE outbox SET attempted = coalesce(attempted, ?), tries = tries + 1 WHERE id = ?",
        (instant.to_micros(now), id_),
    )
    return _taken(db, id_, attempted)


def take_again(db: Connection, taken: Taken, now: datetime) -> Taken:
    """It was looked for and is not there: it goes once more, with all that waits behind it."""
    id_ = _merge(db, taken.notification.id, taken.message)
    db.execute("UPDATE outbox SET attempted = ? WHERE id = ?", (instant.to_micros(now), id_))
    return _taken(db, id_, None)


def sent(db: Connection, taken: Taken, receipt: Receipt, now: datetime) -> None:
    """It arrived: a post's message is where `receipt` says, and says what it said when it was taken."""
    _end(db, taken, "sent", "", now)
    if taken.notification.parent is None:
        db.execute(
            "UPDATE message SET channel = ?, ts = ?, shown = ? WHERE id = ?",
            (receipt.channel, receipt.ts, taken.version, taken.message),
        )


def retry(db: Connection, taken: Taken, due: datetime, error: str, *, unsure: bool) -> None:
    """It is tried again at `due`. What surely did not arrive need not be looked for before."""
    db.execute(
        "UPDATE outbox SET due = ?, error = ?, attempted = CASE WHEN ? THEN attempted END WHERE id = ?",
        (instant.to_micros(due), error, unsure, taken.notification.id),
    )


def failed(db: Connection, taken: Taken, error: str, now: datetime) -> None:
    """No retry will help; it is kept, and counted as undeliverable."""
    _end(db, taken, "failed", error, now)


def reroute(db: Connection, taken: Taken, fallback: Destination, body: Body, now: datetime) -> bool:
    """Sends what cannot be delivered to `fallback`, which from now on is told of the same alerts."""
    message = policy.identity(fallback, taken.message)
    messages.write(db, message, fallback, body, now)
    db.execute(
        "INSERT INTO told (alert, destination, message, peak, value)"
        " SELECT alert, ?, ?, peak, value FROM told WHERE message = ? ON CONFLICT DO NOTHING",
        (str(fallback), message, taken.message),
    )
    return add(db, Entry(message, f"{fallback}|{taken.notification.id}", "fallback"), now)


def post_afresh(db: Connection, edit: messages.Edit, now: datetime) -> None:
    """The message is gone or cannot be edited any more: it is posted anew, and later news follow the new one.

    It says all that replies which found no thread could not.
    """
    db.execute(
        "UPDATE outbox SET state = 'merged' WHERE message = ? AND state = 'failed' AND body IS NOT NULL",
        (edit.message,),
    )
    db.execute("UPDATE message SET channel = '', ts = '' WHERE id = ?", (edit.message,))
    dedupe = f"{edit.destination}|afresh|{edit.message}|{edit.version}"
    add(db, Entry(edit.message, dedupe, "afresh"), now)


def waiting(db: Connection) -> Waiting:
    """How the outbox stands."""
    count, oldest = db.execute(
        "SELECT count(*), min(created) FROM outbox WHERE state = 'waiting'"
    ).fetchone()
    (dead,) = db.execute("SELECT count(*) FROM outbox WHERE state = 'failed'").fetchone()
    return Waiting(count, None if oldest is None else instant.from_micros(oldest), dead)


def _merge(db: Connection, head: str, message: str) -> str:
    """Which of the message's waiting rows goes out for all of them."""
    rows = db.execute(
        "SELECT id, body IS NULL FROM outbox WHERE message = ? AND state = 'waiting' ORDER BY rowid",
        (message,),
    ).fetchall()
    (posted,) = db.execute("SELECT ts <> '' FROM message WHERE id = ?", (message,)).fetchone()
    kept = rows[-1][0] if posted and not any(is_post for _, is_post in rows) else head
    db.conn.executemany(
        "UPDATE outbox SET state = 'merged' WHERE id = ?",
        [(id_,) for id_, _ in rows if id_ != kept],
    )
    return str(kept)


def _taken(db: Connection, id_: str, attempted: int | None) -> Taken:
    destination, message, own, broadcast, created, tries, channel, ts, body, version = db.execute(
        "SELECT outbox.destination, message.id, outbox.body, broadcast, outbox.created, tries, channel, ts, message.body, version"
        " FROM outbox JOIN message ON message.id = outbox.message WHERE outbox.id = ?",
        (id_,),
    ).fetchone()
    place = Destination.parse(destination)
    reply = own is not None and ts != ""
    before = None if attempted is None else instant.from_micros(attempted)
    letter = Notification(
        id=id_,
        destination=place,
        body=notification.body_of(own if own is not None and (reply or ts) else body),
        parent=Receipt(channel, ts) if reply else None,
        broadcast=bool(broadcast) and reply,
        created=instant.from_micros(created),
        attempted=before,
    )
    return Taken(letter, message, version, own is None, tries)


def _end(db: Connection, taken: Taken, state: str, error: str, now: datetime) -> None:
    db.execute(
        "UPDATE outbox SET state = ?, error = ?, ended = ? WHERE id = ?",
        (state, error, instant.to_micros(now), taken.notification.id),
    )
