"""Sends notifications to an outgoing webhook: signed JSON, over https, to public addresses, without redirects."""

import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from bot.notify.notification import Body, Destination, Notification, Picture, Receipt
from bot.webhook import alertmanager, payload, reach
from bot.webhook.reach import Reach
from bot.webhook.settings import Format, WebhookSettings

log = logging.getLogger(__name__)


@asynccontextmanager
async def opened(
    name: str, settings: WebhookSettings, now: Callable[[], datetime]
) -> AsyncIterator["WebhookSink"]:
    """The sink of one webhook; `now` tells the time that a message is signed at."""
    async with reach.opened(f"webhook {name}", settings) as out:
        yield WebhookSink(settings, out, now)


class WebhookSink:
    """One webhook. Every failure is a SinkError; nothing is retried in here.

    A message that may have arrived is simply sent again: its Idempotency-Key tells the receiver.
    """

    def __init__(self, settings: WebhookSettings, out: Reach, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._out = out
        self._now = now

    async def post(self, notification: Notification) -> Receipt:
        """Sends one notification; the receipt is empty, since there is nothing to edit."""
        message = _MESSAGES[self._settings.format](notification)
        if message is None:
            fields = {"notification": notification.id, "kind": notification.body.kind}
            log.debug("not sent: the webhook's format knows only alerts", extra=fields)
            return Receipt()
        now = self._now()
        body = json.dumps(message, ensure_ascii=False).encode()
        await self._out.post(self._headers(notification, body, now), body, now)
        return Receipt()

    async def edit(self, _destination: Destination, _receipt: Receipt, _body: Body) -> bool:
        """Nothing that was sent can be changed, and nothing needs to be: what is new is a message of its own."""
        return True

    async def find(self, _notification: Notification, _since: datetime) -> Receipt | None:
        """A receiver cannot be asked; the Idempotency-Key makes a second sending harmless."""
        return None

    async def attach(self, _receipt: Receipt, _picture: Picture) -> None:
        """A payload holds the figures; nothing shows a picture."""

    def _headers(self, notification: Notification, body: bytes, now: datetime) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "neo-budget-bot",
            "Idempotency-Key": notification.id,
            "X-Neo-Budget-Timestamp": (timestamp := str(int(now.timestamp()))),
        }
        if self._settings.secret is not None:
            try:
                secret = self._settings.secret.read()
            except ValueError as error:
                words = f"has no secret to sign with: {error}"
                raise self._out.error(words, retryable=True) from error
            headers["X-Neo-Budget-Signature"] = sign(body, secret, timestamp)
        return headers


_MESSAGES: dict[Format, Callable[[Notification], dict[str, Any] | None]] = {
    Format.GENERIC: payload.payload,
    Format.ALERTMANAGER: alertmanager.message,
}
"""What a notification is in each format; None when the format has no message for it."""


def sign(body: bytes, secret: str, timestamp: str) -> str:
    """`v1=` and the hex HMAC-SHA256 over `timestamp.body`."""
    basis = timestamp.encode() + b"." + body
    return f"v1={hmac.new(secret.encode(), basis, hashlib.sha256).hexdigest()}"
