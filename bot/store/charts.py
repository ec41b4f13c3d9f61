"""Charts that wait for the message in whose thread they belong; each is sent at most once."""

from dataclasses import dataclass
from datetime import datetime

from bot.notify import notification
from bot.notify.facts import ChartFacts
from bot.notify.notification import Destination, DigestBody, Receipt
from bot.store import instant
from bot.store.connection import Connection

_DUE = (
    "FROM chart JOIN message ON message.id = chart.message"
    " WHERE NOT tried AND due <= ? AND message.ts <> ''"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A chart that is about to be sent, and where its message is; `tries` counts this one."""

    message: str
    receipt: Receipt
    chart: ChartFacts
    tries: int


def want(db: Connection, message: str, now: datetime) -> None:
    """The chart of a digest is to follow its message."""
    db.execute(
        "INSERT INTO chart (message, due) VALUES (?, ?) ON CONFLICT (message) DO NOTHING",
        (message, instant.to_micros(now)),
    )


def destinations(db: Connection, now: datetime) -> list[Destination]:
    """Where a chart is due, its message being there."""
    rows = db.execute(f"SELECT DISTINCT destination {_DUE}", (instant.to_micros(now),)).fetchall()
    return [Destination.parse(text) for (text,) in rows]


def take(db: Connection, destination: Destination, now: datetime) -> Wanted | None:
    """The next chart for a destination, marked as tried: if all ends here, it is not sent again.

    One that cannot be read is left out.
    """
    while found := db.execute(
        f"SELECT chart.message, channel, ts, body, tries {_DUE} AND destination = ? ORDER BY due LIMIT 1",
        (instant.to_micros(now), str(destination)),
    ).fetchone():
        message, channel, ts, text, tries = found
        db.execute("UPDATE chart SET tried = 1, tries = tries + 1 WHERE message = ?", (message,))
        if chart := _chart(text):
            return Wanted(message, Receipt(channel, ts), chart, tries + 1)
    return None


def later(db: Connection, wanted: Wanted, due: datetime) -> None:
    """It surely did not arrive, and is tried again at `due`."""
    db.execute(
        "UPDATE chart SET tried = 0, due = ? WHERE message = ?",
        (instant.to_micros(due), wanted.message),
    )


def _chart(text: str) -> ChartFacts | None:
    try:
        body = notification.body_of(text)
    except ValueError:
        return None
    return body.digest.chart if isinstance(body, DigestBody) else None
