"""A backup knows that it is one. Put back, it knows that more may have been told than it remembers.

What was told since the copy was made stands in Slack, but not in the copy. So for a day after it was put back all that is
sent for the first time is looked for before, by what it is about: ids hold the moment at which something was decided, and
now it is decided anew.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from bot.notify import policy
from bot.notify.notification import AlertBody, Body, Notification
from bot.store import instant, remembered
from bot.store.connection import Connection
from rules.alert import Reason

WARY = timedelta(days=1)
"""How long after a copy was put back news may be old: by then all that was missed is read and judged."""

AFRESH = "afresh"
"""Why a message is posted that was posted before."""

_MADE, _SINCE = "copy: made", "copy: told since"
"""No source can have such a name, and be forgotten with it."""


def mark(db: Connection, made: datetime) -> None:
    """From now on it is a copy of what was known at that moment."""
    remembered.put(db, _MADE, made.isoformat())


def made(db: Connection) -> datetime | None:
    """When the copy was made; None for what is none, or was used since."""
    found = remembered.get(db, _MADE)
    return None if found is None else datetime.fromisoformat(found)


def mark_unmarked(db: Connection) -> None:
    """A store that is put back, and is no copy that we made, knows what was told up to its last complete poll."""
    (polled,) = db.execute("SELECT max(last_complete) FROM source_state").fetchone()
    if polled is not None and made(db) is None:
        mark(db, instant.from_micros(polled))


def take_over(db: Connection, now: datetime) -> datetime | None:
    """From now on the copy is the store; gives when it was made. Charts that waited may have been sent: they are not again."""
    since = made(db)
    if since is not None:
        remembered.put(db, _SINCE, json.dumps([since.isoformat(), (now + WARY).isoformat()]))
        remembered.drop(db, _MADE)
        db.execute("UPDATE chart SET tried = 1")
    return since


def as_if_tried(db: Connection, notification: str, now: datetime) -> datetime | None:
    """Since when a notification may have been sent that is not known to be; None where it surely was not.

    If it is found, its message may say more than is known here, and is brought up to date; but a digest stays as it was
    sent, and so does the chart that came with it.
    """
    since = _told_since(db, now)
    if since is None:
        return None
    message, reason = db.execute(
        "SELECT message, reason FROM outbox WHERE id = ?", (notification,)
    ).fetchone()
    if reason == AFRESH:
        return None
    if reason == "digest":
        db.execute("UPDATE chart SET tried = 1 WHERE message = ?", (message,))
    else:
        db.execute(
            "UPDATE message SET version = max(version, 1) WHERE ts = '' AND id = ?", (message,)
        )
    return since


def marked(db: Connection, letter: Notification, message: str, now: datetime) -> Notification:
    """With what it is about: a post is its message. By that it is looked for where it may have been sent from another store."""
    about = message if letter.parent is None else gist(message, letter.body)
    since, tried = _told_since(db, now), letter.attempted
    wary = since is not None and tried is not None and tried <= since
    return replace(letter, about=about, wary=wary)


def gist(message: str, reply: Body) -> str:
    """What a reply in the thread of a message is about; empty for what is said again and again, or is of a moment."""
    if not isinstance(reply, AlertBody) or reply.alert.reason is Reason.REPEAT:
        return ""
    said = reply.alert
    severity = said.severity or said.peak
    since = said.since.isoformat()
    return policy.identity(message, said.id, since, said.reason, severity, said.limit_text)


def surely_new(db: Connection, message: str) -> None:
    """It was looked for and is not there: neither is its chart."""
    db.execute("UPDATE chart SET tried = 0 WHERE message = ?", (message,))


def _told_since(db: Connection, now: datetime) -> datetime | None:
    """Since when more may have been told than is known here; None where that is long ago, or never was."""
    found = remembered.get(db, _SINCE)
    if found is None:
        return None
    since, until = map(datetime.fromisoformat, json.loads(found))
    return since if now < until else None
