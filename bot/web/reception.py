"""What becomes of a request that is Slack's, whichever way it came: what is said at once, and what follows."""

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp

from bot import address
from bot.counts import What
from bot.notify.notification import SinkError
from bot.slack import press, respond
from bot.slack.blocks import Message
from bot.slack.press import Press
from bot.web.door import SlackDoor
from bot.web.later import Later
from bot.web.seen import Seen

log = logging.getLogger(__name__)

WORKING = Message("Working on it… The answer follows here as soon as it is there.")

REPEATS = timedelta(minutes=15)
"""Longer than a signature is good for, and than Slack goes on to repeat what it sent."""

_SHOWN = 100

_GIVING_UP = 5.0
"""Seconds at the end for answers still to be sent."""


@dataclass(frozen=True, slots=True)
class Reception:
    """Takes commands, presses and events that are known to come from Slack."""

    door: SlackDoor
    session: aiohttp.ClientSession
    later: Later
    seen: Seen

    def is_meant(self, fields: Mapping[str, object]) -> bool:
        """Whether a request is for this app; without an `app_id` any will do."""
        return not self.door.app_id or fields.get("api_app_id") == self.door.app_id

    def is_command(self, form: Mapping[str, str]) -> bool:
        """Whether somebody gave this app a command."""
        return bool(form.get("user_id")) and self.is_meant(form)

    async def command(self, form: Mapping[str, str], now: datetime) -> Message:
        """The answer itself when it is there soon, else a word that it will come."""
        if too_many := self._too_many(form.get("user_id", ""), now):
            return too_many
        url = form.get("response_url", "")
        work = self.later.start(self.door.desk.command(form, now))
        done, _ = await asyncio.wait({work}, timeout=self.door.inline)
        if not done and respond.is_allowed(url, self.door.hosts):
            _ = self.later.start(self._follow(work, url))
            return WORKING
        if not done:
            log.warning("a slow answer has nowhere to follow to: check slack.response_hosts")
        return await work

    def press(self, payload: Mapping[str, object], now: datetime) -> None:
        """Begins what a button asks for; what comes of it follows to where Slack said. Each press counts once."""
        pressed = press.read(payload)
        if pressed is None:
            log.info("an interaction that is no button of ours was ignored")
        elif self.seen.first(f"press {pressed.id}", now):
            _ = self.later.start(self._press(pressed, now))

    async def _press(self, pressed: Press, now: datetime) -> None:
        said = self._too_many(pressed.user, now) or await self.door.desk.press(pressed, now)
        error = await self.send(said, pressed.url)
        self.door.desk.sent(pressed, said, error, now)

    def _too_many(self, person: str, now: datetime) -> Message | None:
        """What is said to who asks too often, before any work is done for them."""
        wait = self.door.allowance.wait(person, now)
        if not wait:
            return None
        self.door.counts.add(What.REQUESTS_LIMITED)
        log.warning("somebody asks too often", extra={"user": person[:_SHOWN]})
        seconds = math.ceil(wait.total_seconds())
        return Message(f"You ask more often than I answer. Try again in {seconds} s.")

    def event(self, sent: Mapping[str, object], now: datetime) -> None:
        """Nothing is subscribed, so an event is only noted."""
        if self.seen.first(f"event {sent.get('event_id')}", now):
            log.info("event ignored", extra={"event": str(sent.get("event_id"))[:_SHOWN]})

    async def _follow(self, work: asyncio.Task[Message], url: str) -> None:
        await self.send(await work, url)

    async def send(self, said: Message, url: str) -> SinkError | None:
        """Sends an answer to where Slack wants what it cannot be told at once, and says what stood in the way."""
        try:
            await respond.answer(self.session, url, said, self.door.hosts)
        except SinkError as error:
            told = {"host": address.host(url), "error": str(error)}
            log.warning("answer not delivered", extra=told)
            return error
        return None


@asynccontextmanager
async def opened(door: SlackDoor) -> AsyncIterator[Reception]:
    """At the end, answers under way are sent before the session closes that they are sent through."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        later = Later()
        try:
            yield Reception(door, session, later, Seen(REPEATS))
        finally:
            await later.close(_GIVING_UP)
