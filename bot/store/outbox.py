"""Notifications that wait to be sent.

What waits for one message goes out in order, and what could be said at once is said at once: a post carries its
message's newest facts, and of several replies the last goes. A table's replies are each about other members: all go.
"""

from dataclasses import dataclass
from datetime import datetime

from bot import journal
from bot.notify import notification, policy
from bot.notify.notification import Body, ChangesBody, Destination, Receipt
from bot.notify.retry import LONGEST
from bot.store import copied, crowd, instant, messages, sending
from bot.store.connection import Connection
from bot.store.sending import Taken

_IS_HEAD = (
    "head.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM outbox AS earlier WHERE earlier.message = head.message"
    " AND earlier.destination = head.destination AND earlier.state = 'waiting' AND earlier.rowid < head.rowid)"
)
"""Order holds within one message: only the first of what waits for it may go."""

LOST = (
    "state = 'failed' AND message NOT IN (SELECT message FROM outbox WHERE rerouted)"
    " AND NOT EXISTS (SELECT 1 FROM outbox AS later WHERE later.message = outbox.message"
    " AND later.state = 'sent' AND later.rowid > outbox.rowid)"
)
"""What nobody got: the fallback was not told instead, nor did later words to the same place overtake it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much is not delivered: waiting, the oldest of it, and what no retry will deliver or edit.

    `undeliverable` counts what reached nobody, not even the fallback; `error` is why the last of it did not.
    `nothing_gets_out`: wherever something was sent, the last of it was refused.
    """

    count: int
    oldest: datetime | None
    undeliverable: int
    error: str = ""
    nothing_gets_out: bool = False


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
        "INSERT INTO outbox (id, dedupe, destination, message, reason, body, broadcast, alone, created, due, run)"
        " SELECT ?, ?, destination, id, ?, ?, ?, ?, ?, ?, ? FROM message WHERE id = ? ON CONFLICT (dedupe) DO NOTHING",
        (
            policy.identity(entry.dedupe),
            entry.dedupe,
            entry.reason,
            body,
            entry.broadcast,
            isinstance(entry.reply, ChangesBody),
            at,
            at,
            journal.current_run(),
            entry.message,
        ),
    )
    return bool(cursor.rowcount > 0)


def destinations(db: Connection, now: datetime) -> list[Destination]:
    """Where something is due to be sent or edited."""
    at = instant.to_micros(now)
    rows = db.execute(
        f"SELECT destination FROM outbox AS head WHERE {_IS_HEAD} AND due <= ?"
        " UNION SELECT destination FROM message WHERE version > shown AND ts <> ''"
        " AND edit_error = '' AND edit_due <= ?",
        (at, at),
    ).fetchall()
    return [Destination.parse(text) for (text,) in rows]


def take(db: Connection, destination: Destination, now: datetime) -> Taken | None:
    """The next notification for a destination, marked as tried now; what it makes needless is merged into it.

    What cannot be read has failed, and the next is taken.
    """
    at = instant.to_micros(now)
    while head := db.execute(
        f"SELECT id, message, attempted FROM outbox AS head WHERE {_IS_HEAD} AND destination = ? AND due <= ?"
        " ORDER BY reason = ?, created, rowid LIMIT 1",
        (str(destination), at, crowd.NOTICE),
    ).fetchone():
        id_, message, attempted = head
        if attempted is None:
            id_ = _merge(db, id_, message)
            attempted = instant.to_nullable(copied.as_if_tried(db, id_, now))
        db.execute(
            "UPDATE outbox SET attempted = coalesce(attempted, ?), tries = tries + 1 WHERE id = ?",
            (at if attempted is None else attempted, id_),
        )
        try:
            return sending.read(db, id_, attempted, now)
        except ValueError as error:
            _end(db, id_, "failed", f"its body cannot be read: {error}", now)
    return None


def take_again(db: Connection, taken: Taken, now: datetime) -> Taken:
    """It was looked for and is not there: it goes once more, with all that waits behind it."""
    id_ = _merge(db, taken.notification.id, taken.message)
    copied.surely_new(db, taken.message)
    db.execute("UPDATE outbox SET attempted = ? WHERE id = ?", (instant.to_micros(now), id_))
    return sending.read(db, id_, None, now)


def sent(db: Connection, taken: Taken, receipt: Receipt, now: datetime) -> None:
    """It arrived: a post's message is where `receipt` says, and says what it said when it was taken."""
    _end(db, taken.notification.id, "sent", "", now)
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


def failed(
    db: Connection, taken: Taken, error: str, now: datetime, *, rerouted: bool = False
) -> None:
    """No retry will help; it is kept, and counted as undeliverable. `rerouted`: the fallback hears of it instead."""
    _end(db, taken.notification.id, "failed", error, now)
    before = taken.notification.attempted
    db.execute(
        "UPDATE outbox SET rerouted = ?, attempted = ? WHERE id = ?",
        (rerouted, instant.to_nullable(before), taken.notification.id),
    )


def revive(db: Connection, now: datetime) -> int:
    """Tries again what failed, since what stood in its way may be mended: a token, a channel, a receiver's settings.

    Not what the fallback was told instead, nor what later words to the same place have overtaken. Says how much it is.
    """
    posts = db.execute(
        f"UPDATE outbox SET state = 'waiting', due = ?, tries = 0, ended = NULL WHERE {LOST}",
        (instant.to_micros(now),),
    )
    edits = db.execute("UPDATE message SET edit_error = '' WHERE edit_error <> ''")
    return int(posts.rowcount + edits.rowcount)


def pull_back(db: Connection, now: datetime) -> None:
    """The clock was set back: nothing waits longer than a retry does, and nothing was tried in the future."""
    at, last = instant.to_micros(now), instant.to_micros(now + LONGEST)
    db.execute(
        "UPDATE outbox SET due = min(due, ?), attempted = min(attempted, ?) WHERE state = 'waiting'",
        (last, at),
    )
    db.execute(
        "UPDATE message SET edit_due = ? WHERE version > shown AND ts <> '' AND edit_due > ?",
        (last, last),
    )


def reroute(db: Connection, taken: Taken, fallback: Destination, body: Body, now: datetime) -> bool:
    """Sends what cannot be delivered to `fallback`, which from now on is told of the same alerts."""
    message = policy.identity(fallback, taken.message)
    messages.write(db, message, fallback, body, now)
    db.execute(
        "INSERT INTO told (alert, destination, message, peak, value, since, over)"
        " SELECT alert, ?, ?, peak, value, since, over FROM told WHERE message = ? ON CONFLICT DO NOTHING",
        (str(fallback), message, taken.message),
    )
    entry = Entry(message, f"{fallback}|{taken.notification.id}", crowd.REASON)
    queued = add(db, entry, now)
    crowd.gather(db, fallback, body, now)
    return queued


def explain(
    db: Connection, unreachable: Destination, fallback: Destination, body: Body, now: datetime
) -> bool:
    """Tells `fallback`, which knows of the alerts, why another does not: once a day for each destination, with all that waits."""
    key = f"fallback|{unreachable}|{now.date()}"
    message = policy.identity(key)
    if db.execute("SELECT 1 FROM message WHERE id = ?", (message,)).fetchone():
        return False
    messages.write(db, message, fallback, body, now)
    queued = add(db, Entry(message, key, crowd.NOTICE), now)
    crowd.gather(db, fallback, body, now)
    return queued


def post_afresh(db: Connection, message: str, now: datetime) -> None:
    """What was posted is gone, cannot be edited any more, or takes no replies: it is posted anew, and later news follow the new one.

    It says all that replies which found no thread could not.
    """
    db.execute(
        "UPDATE outbox SET state = 'merged' WHERE message = ? AND state = 'failed' AND body IS NOT NULL",
        (message,),
    )
    place, ts = db.execute(
        "SELECT destination, ts FROM message WHERE id = ?", (message,)
    ).fetchone()
    db.execute("UPDATE message SET channel = '', ts = '', edit_tries = 0 WHERE id = ?", (message,))
    add(db, Entry(message, f"{place}|afresh|{message}|{ts}", copied.AFRESH), now)


def waiting(db: Connection) -> Waiting:
    """How the outbox stands."""
    count, oldest = db.execute(
        "SELECT count(*), min(created) FROM outbox WHERE state = 'waiting'"
    ).fetchone()
    lost = db.execute(
        f"SELECT error FROM (SELECT error, ended FROM outbox WHERE {LOST}"
        " UNION ALL SELECT edit_error, NULL FROM message WHERE edit_error <> '') ORDER BY ended DESC"
    ).fetchall()
    last = db.execute(
        "SELECT state, max(ended) FROM outbox WHERE ended IS NOT NULL AND state <> 'merged' GROUP BY destination"
    ).fetchall()
    return Waiting(
        count,
        instant.from_nullable(oldest),
        len(lost),
        lost[0][0] if lost else "",
        nothing_gets_out=bool(lost) and all(state == "failed" for state, _ in last),
    )


def _merge(db: Connection, head: str, message: str) -> str:
    """Which of the message's waiting rows goes out for all of them: the post, else the last reply."""
    rows = db.execute(
        "SELECT id, body IS NULL, alone FROM outbox WHERE message = ? AND state = 'waiting' ORDER BY rowid",
        (message,),
    ).fetchall()
    posts = [id_ for id_, is_post, _ in rows if is_post]
    if not posts and any(alone for _, _, alone in rows):
        return head
    kept = posts[0] if posts else rows[-1][0]
    db.conn.executemany(
        "UPDATE outbox SET state = 'merged' WHERE id = ?",
        [(id_,) for id_, _, _ in rows if id_ != kept],
    )
    return str(kept)


def _end(db: Connection, id_: str, state: str, error: str, now: datetime) -> None:
    db.execute(
        "UPDATE outbox SET state = ?, error = ?, ended = ? WHERE id = ?",
        (state, error, instant.to_micros(now), id_),
    )
