"""Socket Mode: the connections that the bot opened, and the envelopes that go through them until they are acked.

sockets.disconnect("warning")      # Slack gives notice, and leaves the connection open
sockets.drop()                     # every connection breaks
sockets.lose_acks = 1              # the next ack is lost with its connection
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.demo.workbench.message import Json

MOST = 10
TRIES = 4
"""How many connections an app may have, and how often an envelope is sent."""

_KEYS = {"envelope_id", "payload"}


class NotAckedError(Exception):
    """An envelope that reached nobody, or was not acked in time however often it was sent."""


@dataclass(eq=False, slots=True)
class Connection:
    """One WebSocket of the bot's."""

    socket: web.WebSocketResponse
    request: web.Request
    leaving: bool = False
    over: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def drop(self) -> None:
        if self.request.transport is not None:
            self.request.transport.abort()


@dataclass(slots=True)
class Sent:
    """An envelope on its way; acks that are still to come are no more than it was sent."""

    envelope: Json
    acked: asyncio.Future[Json | None]
    unanswered: int = 0


class Sockets:
    """What one app has open. `sent` are all envelopes as they went out, `violations` what Slack would not take."""

    def __init__(self) -> None:
        self.open: list[Connection] = []
        self.sent: list[Json] = []
        self.violations: list[str] = []
        self.lose_acks = 0
        self._tickets: set[str] = set()
        self._waiting: dict[str, Sent] = {}
        self._news = asyncio.Event()

    def ticket(self, ticket: str) -> str:
        """Let a connection be opened with it, once."""
        self._tickets.add(ticket)
        return ticket

    def admit(self, ticket: str) -> bool:
        known = ticket in self._tickets
        self._tickets.discard(ticket)
        return known

    async def serve(self, connection: Connection, hello: Json) -> None:
        """Hold a connection until either side ends it."""
        if len(self.open) >= MOST:
            await connection.socket.send_json(
                {"type": "disconnect", "reason": "too_many_websockets"}
            )
            return
        await connection.socket.send_json(hello)
        self.open.append(connection)
        self._news.set()
        try:
            async for frame in connection.socket:
                if frame.type is WSMsgType.TEXT:
                    self._hear(frame.data, connection)
        finally:
            self.open.remove(connection)
            connection.over.set_result(None)

    async def deliver(self, envelope: Json, patience: float) -> Json | None:
        """Send an envelope until it is acked, and give what the ack says."""
        if not self.open:
            raise NotAckedError("no connection")
        sent = Sent(envelope, asyncio.get_running_loop().create_future())
        self._waiting[envelope["envelope_id"]] = sent
        for attempt in range(TRIES):
            marks = {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
            await self._try(sent, marks, patience)
            if sent.acked.done():
                return sent.acked.result()
        raise NotAckedError("no ack in time")

    async def disconnect(self, reason: str) -> None:
        """Tell every connection that it is to end."""
        for connection in self.open:
            connection.leaving = True
            await connection.socket.send_json({"type": "disconnect", "reason": reason})

    def drop(self) -> None:
        """Break every connection, as a network does."""
        for connection in self.open:
            connection.drop()

    async def close(self) -> None:
        for connection in tuple(self.open):
            await connection.socket.close()

    async def until_open(self, count: int = 1) -> None:
        """Wait until so many connections are open that are not told to end."""
        while sum(not each.leaving for each in self.open) < count:
            self._news.clear()
            await self._news.wait()

    async def _try(self, sent: Sent, marks: Json, patience: float) -> None:
        """Send once, and wait for the ack: while there is a connection, and no longer than Slack has patience."""
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(patience):
                await self.until_open()
                connection = next(each for each in reversed(self.open) if not each.leaving)
                sent.unanswered += 1
                self.sent.append(sent.envelope | marks)
                await connection.socket.send_json(self.sent[-1])
                ends: set[asyncio.Future[Any]] = {sent.acked, connection.over}
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)

    def _hear(self, text: str, connection: Connection) -> None:
        """Take an ack, or note what is wrong with it."""
        fault = self._fault(text)
        if fault:
            self.violations.append(f"{fault}: {text[:200]}")
            return
        ack = json.loads(text)
        sent = self._waiting[ack["envelope_id"]]
        sent.unanswered -= 1
        if self.lose_acks:
            self.lose_acks -= 1
            connection.drop()
        elif not sent.acked.done():
            sent.acked.set_result(ack.get("payload"))

    def _fault(self, text: str) -> str:
        try:
            ack = json.loads(text)
        except ValueError:
            return "not JSON"
        if not isinstance(ack, dict) or not ack.keys() <= _KEYS:
            return "not an ack"
        sent = self._waiting.get(str(ack.get("envelope_id")))
        if sent is None:
            return "an ack of no envelope"
        if not sent.unanswered:
            return "one ack too many"
        if "payload" in ack and not sent.envelope["accepts_response_payload"]:
            return "an answer to an envelope that takes none"
        return ""
