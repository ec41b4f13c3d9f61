"""What sends a notification: Slack, or a webhook."""

from datetime import datetime
from typing import Protocol

from bot.notify.notification import Body, Destination, Notification, Picture, Receipt


class Sink(Protocol):
    """What sends to one kind of destination. Every method raises SinkError."""

    async def post(self, notification: Notification) -> Receipt:
        """Sends it, as a reply when it has a parent."""
        ...

    async def edit(self, destination: Destination, receipt: Receipt, body: Body) -> bool:
        """Changes what a posted message says; False when it cannot be changed any more."""
        ...

    async def find(self, notification: Notification, since: datetime) -> Receipt | None:
        """Where the notification is, if an attempt at `since` arrived after all."""
        ...

    async def attach(self, receipt: Receipt, picture: Picture) -> None:
        """Shows a picture in the thread of a posted message."""
        ...
