"""Sends notifications to an outgoing webhook: signed JSON, over https, to public addresses, without redirects."""

import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.notify import retry
from bot.notify.notification import Body, Notification, Picture, Receipt, SinkError
from bot.webhook import address, alertmanager, payload
from bot.webhook.settings import Format, WebhookSettings

log = logging.getLogger(__name__)

PATIENCE = aiohttp.ClientTimeout(total=15)
_OK, _REDIRECT, _REFUSAL, _TIMEOUT, _TOO_MANY, _SERVER_ERROR = 200, 300, 400, 408, 429, 500


@asynccontextmanager
async def opened(
    name: str, settings: WebhookSettings, now: Callable[[], datetime]
) -> AsyncIterator["WebhookSink"]:
    """The sink of one webhook, with a connection pool that cannot reach what the settings do not allow.

    `now` tells the time that a message is signed at.
    """
    connector = (
        aiohttp.TCPConnector()
        if settings.allow_private
        else aiohttp.TCPConnector(resolver=address.PublicResolver(), use_dns_cache=False)
    )
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=PATIENCE
    ) as session:
        yield WebhookSink(name, settings, session, now)


class WebhookSink:
    """One webhook. Every failure is a SinkError; nothing is retried in here.

    A message that may have arrived is simply sent again: its Idempotency-Key tells the receiver.
    """

    def __init__(
        self,
        name: str,
        settings: WebhookSettings,
        session: aiohttp.ClientSession,
        now: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._settings = settings
        self._session = session
        self._now = now

    async def post(self, notification: Notification) -> Receipt:
        """Sends one notification; the receipt is empty, since there is nothing to edit."""
        self._check()
        message = _MESSAGES[self._settings.format](notification)
        if message is None:
            fields = {"notification": notification.id, "kind": notification.body.kind}
            log.debug("not sent: the webhook's format knows only alerts", extra=fields)
            return Receipt()
        now = self._now()
        body = json.dumps(message, ensure_ascii=False).encode()
        try:
            async with self._session.post(
                self._settings.url,
                data=body,
                headers=self._headers(notification, body, now),
                allow_redirects=False,
            ) as response:
                self._judge(response, now)
        except aiohttp.InvalidURL as error:
            raise self._error("has an address that is none", retryable=False) from error
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.__cause__, address.PrivateAddressError):
                raise self._private(error.__cause__) from error
            raise self._error(f"cannot be reached: {error.__cause__}", retryable=True) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._error(f"gave no answer ({type(error).__name__})", retryable=True) from error
        return Receipt()

    async def edit(self, _receipt: Receipt, _body: Body) -> bool:
        """Nothing that was sent can be changed, and nothing needs to be: what is new is a message of its own."""
        return True

    async def find(self, _notification: Notification, _since: datetime) -> Receipt | None:
        """A receiver cannot be asked; the Idempotency-Key makes a second sending harmless."""
        return None

    async def attach(self, _receipt: Receipt, _picture: Picture) -> None:
        """A payload holds the figures; nothing shows a picture."""

    def _check(self) -> None:
        """The connector asks no resolver about an address that is written as one."""
        url = urlsplit(self._settings.url)
        if url.scheme != "https" and not self._settings.allow_http:
            raise self._error("is not https: use https, or set allow_http: true", retryable=False)
        if not self._settings.allow_private:
            try:
                address.check(url.hostname or "")
            except address.PrivateAddressError as error:
                raise self._private(error) from error

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
                raise self._error(f"has no secret to sign with: {error}", retryable=True) from error
            headers["X-Neo-Budget-Signature"] = sign(body, secret, timestamp)
        return headers

    def _judge(self, response: aiohttp.ClientResponse, now: datetime) -> None:
        status = response.status
        if _OK <= status < _REDIRECT:
            return
        if status in (_TIMEOUT, _TOO_MANY) or status >= _SERVER_ERROR:
            wait = retry.asked(response.headers, now)
            words = f"answered with status {status}{retry.remark(wait)}"
            raise self._error(words, retryable=True, retry_after=wait)
        words = f"answered with status {status}"
        if status < _REFUSAL:
            words += ": redirects are not followed, name the final address"
        raise self._error(words, retryable=False)

    def _private(self, error: address.PrivateAddressError) -> SinkError:
        words = f"is refused: {error}; set allow_private: true if it is meant"
        return self._error(words, retryable=False)

    def _error(self, words: str, *, retryable: bool, retry_after: float | None = None) -> SinkError:
        return SinkError(
            f"webhook {self._name} {words}", retryable=retryable, retry_after=retry_after
        )


_MESSAGES: dict[Format, Callable[[Notification], dict[str, Any] | None]] = {
    Format.GENERIC: payload.payload,
    Format.ALERTMANAGER: alertmanager.message,
}
"""What a notification is in each format; None when the format has no message for it."""


def sign(body: bytes, secret: str, timestamp: str) -> str:
    """`v1=` and the hex HMAC-SHA256 over `timestamp.body`."""
    basis = timestamp.encode() + b"." + body
    return f"v1={hmac.new(secret.encode(), basis, hashlib.sha256).hexdigest()}"
