"""Messages about alerts whose period is over."""

from bot.notify.notification import Destination, Via
from bot.store import instant
from bot.store.connection import Connection
from rules.window import Span


def messages(db: Connection, ended: Span) -> list[tuple[str, Destination]]:
    """Those that can be edited, of alerts that were closed with a period which ended in a span."""
    rows = db.execute(
        "SELECT DISTINCT told.message, told.destination FROM alert JOIN told ON told.alert = alert.id"
        ' WHERE alert.state = \'closed\' AND by_period AND alert."end" >= ? AND alert."end" < ?'
        " ORDER BY told.message",
        [instant.to_micros(ended.start), instant.to_micros(ended.end)],
    )
    found = [(message, Destination.parse(text)) for message, text in rows]
    return [(message, place) for message, place in found if place.via is not Via.WEBHOOK]
