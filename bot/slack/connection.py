"""One connection of Socket Mode, carried by slack-sdk's client.

What happens when it ends is decided elsewhere. By itself that client would close the old connection before there is a
new one, ask again every five seconds for what a refused token never gets, go on trying an address that is used up, and
write such addresses, which are secrets, to the log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from typing_extensions import override

from bot import secret
from bot.notify.notification import SinkError
from bot.slack.client import Json

log = logging.getLogger(__name__)

_sdk = logging.getLogger("bot.slack.sdk.socket")
_sdk.setLevel(logging.CRITICAL + 1)  # all that it says is said here, without secrets

PATIENCE = 10.0
"""Seconds until a new connection must have been greeted."""

ACKS, _CLOSING = 2.0, 1.0
"""Seconds that answers under way, and the last words of a connection, get at its end."""

_PING, _LOOK = 5.0, 0.25
"""Seconds between looks whether the other side is there, and whether the connection is."""

_SHOWN = 200

_HANDED_OVER = ("warning", "refresh_requested")
"""Why Slack ends a connection that it leaves open until there is another."""

_TURNED_OFF = "Socket Mode is turned off: turn it on in the settings of the Slack app"
_OPENING = f"no connection could be opened in {PATIENCE:g} s: a proxy or a firewall may keep back WebSockets"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What Slack sends: `kind` is `slash_commands`, `interactive` or `events_api`.

    `takes_answer`: what is to be said may stand in the ack.
    """

    id: str
    kind: str
    payload: Json
    takes_answer: bool


Take = Callable[[Envelope], Awaitable[Json | None]]
"""Gives what the ack of an envelope is to say, if anything, well within Slack's three seconds."""


class Connection(SocketModeClient):
    """One connection, from the address that Slack gave for it to its end."""

    def __init__(self, url: str, web: AsyncWebClient, take: Take) -> None:
        super().__init__(
            "", logger=_sdk, web_client=web, auto_reconnect_enabled=False, ping_interval=_PING
        )
        self.wss_uri = url
        self._reason = ""
        self._take = take
        self._answers: set[asyncio.Task[None]] = set()
        self._greeted, self._told_to_go = asyncio.Event(), asyncio.Event()

    @property
    def is_open(self) -> bool:
        session = self.current_session
        return session is not None and not session.closed and self._greeted.is_set()

    @property
    def is_handed_over(self) -> bool:
        """Whether it ends only once there is another."""
        return self.is_open and self._reason in _HANDED_OVER

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
        if self._reason == "link_disabled":
            return SinkError(_TURNED_OFF, retryable=False)
        words = f"Slack ends the connection: {secret.masked(self._reason)[:_SHOWN]}"
        return SinkError(words, retryable=True)

    async def finish(self) -> None:
        """Lets answers under way be acked, and closes. Slack sends anew what was not acked."""
        if self._answers and self.is_open:
            await asyncio.wait(self._answers, timeout=ACKS)
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
                self._reason = str(message.get("reason"))
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
