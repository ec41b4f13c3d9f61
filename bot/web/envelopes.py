"""Slack's envelopes, which come through its socket: each is handled once, however often Slack sends it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import aiohttp

from bot.clock import Clock
from bot.secret import Secret
from bot.slack import client, respond
from bot.slack.client import Json
from bot.slack.connection import Envelope
from bot.slack.settings import SlackSettings
from bot.slack.socket import Socket
from bot.web import reception
from bot.web.door import SlackDoor
from bot.web.reception import REPEATS, Reception
from bot.web.seen import Made

log = logging.getLogger(__name__)

_SHOWN = 100
_PAUSE = 10.0
_KEPT = 1_000
"""Acks that are remembered: each holds a whole answer."""


class Envelopes:
    """Answers envelopes. One that comes again, because its ack was lost, is acked as it was."""

    def __init__(self, taken_by: Reception, clock: Clock) -> None:
        self._reception = taken_by
        self._clock = clock
        self._acks: Made[asyncio.Task[Json | None]] = Made(REPEATS, _KEPT)

    async def take(self, envelope: Envelope) -> Json | None:
        """What the ack is to say."""
        now = self._clock.now()
        ack = self._acks.once(
            _key(envelope), now, lambda: self._reception.later.start(self._ack(envelope, now))
        )
        # A connection may go while the answer is under way; it comes again through the next.
        return await asyncio.shield(ack)

    async def _ack(self, envelope: Envelope, now: datetime) -> Json | None:
        sent = envelope.payload
        if envelope.kind == "slash_commands":
            return await self._command(envelope, now)
        if not self._reception.is_meant(sent):
            _refuse(envelope)
        elif envelope.kind == "events_api":
            self._reception.event(sent, now)
        elif envelope.kind == "interactive":
            self._reception.press(sent, now)
        return None

    async def _command(self, envelope: Envelope, now: datetime) -> Json | None:
        form = {key: value for key, value in envelope.payload.items() if isinstance(value, str)}
        if not self._reception.is_command(form):
            _refuse(envelope)
            return None
        said = await self._reception.command(form, now)
        if envelope.takes_answer:
            return respond.payload(said)
        _ = self._reception.later.start(self._reception.send(said, form.get("response_url", "")))
        return None


@asynccontextmanager
async def taken(
    door: SlackDoor,
    settings: SlackSettings,
    token: Secret,
    session: aiohttp.ClientSession,
    clock: Clock,
) -> AsyncIterator[Socket]:
    """A socket that is held open with an app-level token, and whose envelopes are answered."""
    async with reception.opened(door) as taken_by:
        envelopes = Envelopes(taken_by, clock)
        web = client.build(settings, session)
        socket = Socket(web, token, envelopes.take, clock.now, clock.sleep)
        running = asyncio.create_task(_held(socket, clock), name="socket")
        try:
            yield socket
        finally:
            running.cancel()
            await asyncio.wait({running})


async def _held(socket: Socket, clock: Clock) -> None:
    """Whatever fails in there, commands come again."""
    while True:
        try:
            await socket.run()
        except Exception:
            log.exception("the socket failed")
        await clock.sleep(_PAUSE)


def _key(envelope: Envelope) -> str:
    """Slack names what happened apart from the envelope that tells of it, except where it does not."""
    sent = envelope.payload
    return f"{envelope.kind} {sent.get('event_id') or sent.get('trigger_id') or envelope.id}"


def _refuse(envelope: Envelope) -> None:
    """An ack without a word: Slack would send it again for ever."""
    kind = envelope.kind[:_SHOWN]
    log.warning("an envelope that is not for this app was refused", extra={"kind": kind})
