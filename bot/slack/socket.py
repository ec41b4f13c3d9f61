"""Socket Mode: the bot opens a connection to Slack, what people do in Slack comes through it, and another follows."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.notify import retry
from bot.notify.notification import SinkError
from bot.secret import Secret
from bot.slack import client
from bot.slack.connection import Connection, Take

log = logging.getLogger(__name__)

LASTING = timedelta(minutes=1)
"""A connection that held so long was a good one: the next is asked for at once."""

_REFUSED = 60.0
"""Seconds at least until Slack is asked again for what it refused."""

_RENEW = "make a new app-level token for slack.app_token"
MENDS = {
    "access_denied": "the app-level token needs the scope connections:write",
    "invalid_auth": "Slack refuses the token: check slack.app_token",
    "missing_scope": "the app-level token needs the scope connections:write",
    "no_permission": "the app-level token needs the scope connections:write",
    "not_allowed_token_type": "slack.app_token must be an app-level token: it begins with xapp-",
    "not_authed": "Slack got no token: check slack.app_token",
    "account_inactive": f"the app was removed from the workspace: install it again, and {_RENEW}",
    "token_revoked": f"the token was revoked: {_RENEW}",
    "token_expired": f"the token has expired: {_RENEW}",
}


@dataclass(frozen=True, slots=True)
class Outage:
    """Nothing comes from Slack. `refused`: it stays so until somebody mends it."""

    since: datetime
    why: str
    refused: bool


class Socket:
    """Always has a connection, as far as Slack lets it."""

    def __init__(
        self,
        web: AsyncWebClient,
        token: Secret,
        take: Take,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._web = web
        self._token = token
        self._take = take
        self._now = now
        self._sleep = sleep
        self._connections: set[Connection] = set()
        self._failures = 0
        self._last = SinkError("no connection was opened yet", retryable=True)
        self._down_since: datetime | None = now()

    def outage(self) -> Outage | None:
        """Since when there is no connection, and why; None while there is one."""
        if any(each.is_open for each in self._connections):
            return None
        since = self._down_since or self._now()
        return Outage(since, str(self._last), refused=not self._last.retryable)

    async def run(self) -> None:
        """Goes on until it is cancelled; then lets answers under way be acked, and closes everything."""
        try:
            while True:
                began = self._now()
                try:
                    await self._hold(await self._connected())
                except SinkError as error:
                    await self._sleep(self._failed(error, self._now() - began))
        finally:
            await asyncio.gather(*(self._leave(each) for each in self._connections))

    async def _connected(self) -> Connection:
        """A new connection that Slack has greeted. Raises SinkError."""
        try:
            token = self._token.read()
        except ValueError as error:
            raise SinkError(f"slack.app_token: {error}", retryable=False) from error
        found = await client.call(self._web.apps_connections_open(app_token=token), MENDS)
        fresh = Connection(str(found.get("url")), self._web, self._take)
        self._connections.add(fresh)
        try:
            await fresh.opened()
        except SinkError:
            await self._leave(fresh)
            raise
        return fresh

    async def _hold(self, fresh: Connection) -> None:
        """Lives on a connection until it ends, which SinkError tells of; the ones before it are left."""
        self._down_since = None
        log.info("connected to Slack")
        for old in self._connections - {fresh}:
            await self._leave(old)
        ending = await fresh.ended()
        if not fresh.is_handed_over:
            await self._leave(fresh)
        raise ending

    async def _leave(self, connection: Connection) -> None:
        await connection.finish()
        self._connections.discard(connection)

    def _failed(self, error: SinkError, lasted: timedelta) -> float:
        """Gives the seconds until a connection is asked for again: none after one failure, then ever more."""
        self._failures = 1 if lasted >= LASTING else self._failures + 1
        self._last = error
        if not any(each.is_open for each in self._connections):
            self._down_since = self._down_since or self._now()
            log.warning("not connected to Slack", extra={"error": str(error)})
        asked = error.retry_after if error.retryable else _REFUSED
        if self._failures == 1:
            return asked or 0.0
        now = self._now()
        return (retry.next_try(self._failures - 1, asked, now) - now).total_seconds()
