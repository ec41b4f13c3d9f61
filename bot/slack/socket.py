"""Socket Mode: the bot opens a connection to Slack, and what people do in Slack comes through it.

slack-sdk's client carries one connection; how the next one comes about is decided here. By itself it would close the
old connection before there is a new one, ask again every five seconds for what a refused token never gets, go on
trying an address that is used up, and write such addresses, which are secrets, to the log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from typing_extensions import override

from bot.notify import retry
from bot.notify.notification import SinkError
from bot.secret import Secret
from bot.slack import client
from bot.slack.client import Json

log = logging.getLogger(__name__)

_sdk = logging.getLogger("bot.slack.sdk.socket")
_sdk.setLevel(logging.CRITICAL + 1)  # all that it says is said here, without secrets

PATIENCE = 10.0
"""Seconds until a new connection must have been greeted."""

LASTING = timedelta(minutes=1)
"""A connection that held so long was a good one: the next is asked for at once."""

_REFUSED = 60.0
_PING = 5.0
_LOOK = 0.25
_ACKS, _CLOSING = 2.0, 1.0
"""Seconds that answers under way, and the last words of a connection, get at its end."""

_HANDED_OVER = ("warning", "refresh_requested")
"""Why Slack ends a connection that it leaves open until there is another."""

_TURNED_OFF = "Socket Mode is turned off: turn it on in the settings of the Slack app"
_OPENING = f"no connection could be opened in {PATIENCE:g} s: a proxy or a firewall may keep back WebSockets"

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
class Envelope:
    """What Slack sends: `kind` is `slash_commands`, `interactive` or `events_api`.

    `takes_answer`: what is to be said may stand in the ack.
    """

    id: str
    kind: str
    payload: Json
    takes_answer: bool


@dataclass(frozen=True, slots=True)
class Outage:
    """Nothing comes from Slack. `refused`: it stays so until somebody mends it."""

    since: datetime
    why: str
    refused: bool


Take = Callable[[Envelope], Awaitable[Json | None]]
"""Gives what the ack of an envelope is to say, if anything, well within Slack's three seconds."""


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
        self._connections: set[_Connection] = set()
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

    async def _connected(self) -> "_Connection":
        """A new connection that Slack has greeted. Raises SinkError."""
        try:
            token = self._token.read()
        except ValueError as error:
            raise SinkError(f"slack.app_token: {error}", retryable=False) from error
        found = await client.call(self._web.apps_connections_open(app_token=token), MENDS)
        fresh = _Connection(str(found.get("url")), self._web, self._take)
        self._connections.add(fresh)
        try:
            await fresh.opened()
        except SinkError:
            await self._leave(fresh)
            raise
        return fresh

    async def _hold(self, fresh: "_Connection") -> None:
        """Lives on a connection until it ends, which SinkError tells of; the ones before it are left."""
        self._down_since = None
        log.info("connected to Slack")
        for old in self._connections - {fresh}:
            await self._leave(old)
        ending = await fresh.ended()
        if not fresh.is_open or fresh.reason not in _HANDED_OVER:
            await self._leave(fresh)
        raise ending

    async def _leave(self, connection: "_Connection") -> None:
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


class _Connection(SocketModeClient):
    """One connection, from the address that Slack gave for it to its end."""

    def __init__(self, url: str, web: AsyncWebClient, take: Take) -> None:
        super().__init__(
            "", logger=_sdk, web_client=web, auto_reconnect_enabled=False, ping_interval=_PING
        )
        self.wss_uri = url
        self.reason = ""
        self._take = take
        self._answers: set[asyncio.Task[None]] = set()
        self._greeted, self._told_to_go = asyncio.Event(), asyncio.Event()

    @property
    def is_open(self) -> bool:
        session = self.current_session
        return session is not None and not session.closed and self._greeted.is_set()

    async def opened(self) -> None:
        """Waits for Slack's greeting. Raises SinkError."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.connect()  # type: ignore[no-untyped-call]  # slack-sdk left the types out
                await self._greeted.wait()
        except TimeoutError:
            raise SinkError(_OPENING, retryable=True) from None
        if self._told_to_go.is_set():
            raise await self.ended()

    async def ended(self) -> SinkError:
        """Waits until Slack wants the connection to end, or it broke; says which."""
        while not self._told_to_go.is_set() and await self.is_connected():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told_to_go.wait(), _LOOK)
        if not self._told_to_go.is_set():
            return SinkError("the connection broke", retryable=True)
        if self.reason == "link_disabled":
            return SinkError(_TURNED_OFF, retryable=False)
        return SinkError(f"Slack ends the connection: {self.reason}", retryable=True)

    async def finish(self) -> None:
        """Lets answers under way be acked, and closes. Slack sends anew what was not acked."""
        if self._answers and self.is_open:
            await asyncio.wait(self._answers, timeout=_ACKS)
        self.closed = True
        tasks = (self.message_processor, self.message_receiver, self.current_session_monitor)
        running = [*self._answers, *(each for each in tasks if each is not None)]
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING):
                if self.current_session is not None:
                    await self.current_session.close()
        await self.aiohttp_client_session.close()

    @override
    async def run_message_listeners(self, message: Json, raw_message: str) -> None:
        """All that Slack says comes by here."""
        match message.get("type"):
            case "hello":
                self._greeted.set()
            case "disconnect":
                self.reason = str(message.get("reason"))
                self._told_to_go.set()
                self._greeted.set()  # it is no use to wait for another word
            case _:
                self._read(message)

    def _read(self, message: Json) -> None:
        request = SocketModeRequest.from_dict(message)
        if request is None:
            return
        answer = asyncio.create_task(self._answer(request))
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)

    async def _answer(self, request: SocketModeRequest) -> None:
        said = await self._take(
            Envelope(
                request.envelope_id,
                request.type,
                request.payload,
                takes_answer=request.accepts_response_payload,
            )
        )
        try:
            await self.send_socket_mode_response(SocketModeResponse(request.envelope_id, said))
        except ConnectionError:
            log.warning("an ack was lost: Slack sends the envelope again")
