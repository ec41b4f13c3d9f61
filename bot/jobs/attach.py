"""Puts a chart into the thread of its message: once at most, and whatever comes of it, the message is there already."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.chart import png
from bot.notify import retry
from bot.notify.facts import ChartFacts
from bot.notify.notification import Picture, Receipt, SinkError
from bot.store import charts
from bot.store.charts import Wanted
from bot.store.database import Database

log = logging.getLogger(__name__)

_MOST = 3
"""How often a chart is tried that surely did not arrive."""


class Wall(Protocol):
    """What takes pictures, and raises SinkError."""

    async def attach(self, receipt: Receipt, picture: Picture) -> None:
        """Shows a picture in the thread of a message."""
        ...


async def put(wall: Wall, receipt: Receipt, chart: ChartFacts) -> None:
    """Draws and sends; every failure is a SinkError, one of ours too."""
    try:
        await wall.attach(receipt, png.picture(chart))
    except SinkError:
        raise
    except Exception as error:
        log.exception("a chart could not be drawn or sent")
        raise SinkError(f"{type(error).__name__}: {error}", retryable=False) from error


async def run(database: Database, find: Callable[[], Wall], wanted: Wanted, now: datetime) -> None:
    """Puts a chart where it is wanted; what Slack refused for the time being is tried again, all else is given up."""
    try:
        await put(find(), wanted.receipt, wanted.chart)
    except SinkError as error:
        fields = {"message_id": wanted.message, "error": str(error)}
        if error.unsure or not error.retryable or wanted.tries >= _MOST:
            log.warning("a digest stays without its chart", extra=fields)
            return
        log.warning("a chart is tried again", extra=fields)
        due = retry.next_try(wanted.tries, error.retry_after, now)
        await database.write(charts.later, wanted, due)
    else:
        log.info("chart delivered", extra={"message_id": wanted.message})
