"""Delivers what the outbox holds: each destination in a lane of its own, one message a second, the attempt kept first."""

import asyncio
import logging
from collections.abc import Mapping
from contextvars import Context
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from bot import journal
from bot.clock import Clock
from bot.counts import Counts, What
from bot.jobs import attach
from bot.jobs.misstep import Missteps
from bot.jobs.pace import Pace
from bot.jobs.sink import Sink
from bot.notify import retry
from bot.notify.notification import Body, Destination, Notification, Receipt, SinkError, Via
from bot.notify.routing import Routes
from bot.store import charts, messages, outbox
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sending import Taken

log = logging.getLogger(__name__)

SLACK = ""
"""The key of the sink that serves every receiver in Slack; a webhook's is its receiver's name."""

OUTCOMES = _SENT, _EDITED, _PUT_OFF, _REFUSED = "sent", "edited", "put off", "refused"
_LETTERS, _CHARTS = "letters", "charts"
_LOOK_AGAIN = timedelta(seconds=10)


class _Lane(NamedTuple):
    """What runs for a destination; a chart takes long, and no message waits behind it."""

    of: str
    destination: Destination


class Deliverer:
    """Runs a lane for each destination where something is due. `sinks` are by `key`."""

    def __init__(
        self,
        database: Database,
        sinks: Mapping[str, Sink],
        routes: Routes,
        clock: Clock,
        counts: Counts | None = None,
    ) -> None:
        self._database = database
        self._sinks = sinks
        self._clock = clock
        self._counts = counts or Counts(clock.now)
        self._pace = Pace(clock)
        self._lanes: dict[_Lane, asyncio.Task[None]] = {}
        self._turns: dict[tuple[str, str], asyncio.Lock] = {}
        self._missteps = Missteps()
        self.routes = routes
        self._closing = asyncio.Event()

    async def wake(self) -> None:
        """Starts a lane wherever something is due and none runs."""
        for lane in await self._database.read(_due, self._clock.now()):
            if lane not in self._lanes and not self._closing.is_set():
                # Not in the context of who wakes it: what is sent belongs to the run that it comes from.
                self._lanes[lane] = asyncio.create_task(
                    self._serve(lane), name=f"deliver {lane}", context=Context()
                )
                self._lanes[lane].add_done_callback(partial(self._ended, lane))

    def _ended(self, lane: _Lane, _: asyncio.Task[None]) -> None:
        self._lanes.pop(lane, None)

    async def drain(self) -> None:
        """Waits until nothing that is due can be sent any more."""
        await self.wake()
        while self._lanes:
            await asyncio.gather(*self._lanes.values())
            await self.wake()

    async def stop(self) -> None:
        """Lets what is being sent end, and starts nothing new."""
        self._closing.set()
        await asyncio.gather(*self._lanes.values(), return_exceptions=True)

    async def _serve(self, lane: _Lane) -> None:
        try:
            while not self._closing.is_set() and await self._in_turn(lane):
                pass
        except Exception:
            log.exception("delivery failed", extra={"destination": str(lane.destination)})

    async def _in_turn(self, lane: _Lane) -> bool:
        """One after the other: two receivers may share a channel, and so its pace."""
        turn = self._turns.setdefault((lane.of, lane.destination.address), asyncio.Lock())
        async with turn:
            await self._pace.wait(lane.destination, self._closing)
            if self._closing.is_set():
                return False
            once = self._attach if lane.of == _CHARTS else self._one
            return await once(lane.destination)

    async def _one(self, destination: Destination) -> bool:
        """Sends or edits one message; False when nothing is due."""
        taken = await self._database.write(
            outbox.take, destination, self._clock.now(), durable=True
        )
        if taken is not None:
            with journal.run(taken.run):
                await self._send(destination, taken)
            return True
        edit = await self._database.write(messages.take_edit, destination, self._clock.now())
        if edit is not None:
            await self._edit(destination, edit)
        return edit is not None

    async def _send(self, destination: Destination, taken: Taken) -> None:
        receipt: Receipt | None = None
        try:
            with self._missteps.of(taken.notification.id):
                sink = self._sink(destination)
                if taken.notification.attempted is not None:
                    receipt = await sink.find(taken.notification, taken.notification.attempted)
                    taken = replace(taken, version=0)  # it may say what was true at that attempt
                    if receipt is None and self._may_still_show(taken.notification):
                        due = self._clock.now() + _LOOK_AGAIN
                        await self._later(taken, due, "its reply was lost", unsure=True)
                        return
                if receipt is None:
                    taken = await self._afresh(taken)
                    receipt = await sink.post(_as_sent(taken, self._clock.now()))
        except SinkError as error:
            await self._refused(destination, taken, error)
            return
        self._pace.busy(destination)
        await self._database.write(outbox.sent, taken, receipt, self._clock.now(), durable=True)
        self._counts.add(What.DELIVERIES, destination.receiver, _SENT)
        log.info("delivered", extra={"destination": str(destination), **_named(taken)})

    def _may_still_show(self, letter: Notification) -> bool:
        """Whether Slack's history may yet show an attempt of which no reply came; a webhook keeps no history."""
        if letter.attempted is None or letter.destination.via is Via.WEBHOOK:
            return False
        return self._clock.now() < letter.attempted + retry.SETTLED

    async def _afresh(self, taken: Taken) -> Taken:
        """What is sent now; an attempt that did not arrive takes along what has come since."""
        if taken.notification.attempted is None:
            return taken
        return await self._database.write(outbox.take_again, taken, self._clock.now(), durable=True)

    async def _refused(self, destination: Destination, taken: Taken, error: SinkError) -> None:
        now = self._clock.now()
        self._pace.busy(destination, error.retry_after)
        if error.retryable:
            unsure = error.unsure or taken.notification.attempted is not None
            await self._later(
                taken,
                retry.next_try(taken.tries, error.retry_after, now),
                str(error),
                unsure=unsure,
            )
            return
        fields = {"destination": str(destination), **_named(taken), "error": str(error)}
        if _goes_afresh(taken, error):
            log.warning("a reply becomes a fresh post", extra=fields)
        else:
            self._counts.add(What.DELIVERIES, destination.receiver, _REFUSED)
            log.error("undeliverable", extra=fields)
        await self._database.write(self._give_up, taken, error, now, durable=True)

    def _give_up(self, db: Connection, taken: Taken, error: SinkError, now: datetime) -> None:
        """News that find no thread go with a fresh message; else the fallback is told, which of what has a message there hears anyway."""
        place = taken.notification.destination
        if _goes_afresh(taken, error):
            outbox.failed(db, taken, str(error), now)
            outbox.post_afresh(db, taken.message, now)
            return
        fallback = self.routes.fallback_for(place)
        known = fallback is not None and messages.all_told(db, taken.message, fallback)
        if fallback is None or (known and not taken.is_post):
            outbox.failed(db, taken, str(error), now)
            return
        outbox.failed(db, taken, str(error), now, rerouted=True)
        if known:
            outbox.explain(db, place, fallback, retry.as_notice(place, str(error), now.date()), now)
        else:
            body = retry.as_rerouted(_whole(db, taken), place, str(error))
            outbox.reroute(db, taken, fallback, body, now)

    async def _later(self, taken: Taken, due: datetime, error: str, *, unsure: bool) -> None:
        self._counts.add(What.DELIVERIES, taken.notification.destination.receiver, _PUT_OFF)
        fields = {**_named(taken), "due": due.isoformat(), "error": error}
        log.warning("delivery is tried again", extra=fields)
        await self._database.write(
            partial(outbox.retry, taken=taken, due=due, error=error, unsure=unsure)
        )

    async def _edit(self, destination: Destination, edit: messages.Edit) -> None:
        try:
            with self._missteps.of(f"{edit.message} {edit.version}"):
                sink = self._sink(destination)
                changed = await sink.edit(destination, edit.receipt, edit.body)
        except SinkError as error:
            await self._edit_refused(destination, edit, error)
            return
        self._pace.busy(destination)
        if changed:
            self._counts.add(What.DELIVERIES, destination.receiver, _EDITED)
            await self._database.write(messages.edited, edit)
        else:
            await self._database.write(outbox.post_afresh, edit.message, self._clock.now())

    async def _edit_refused(
        self, destination: Destination, edit: messages.Edit, error: SinkError
    ) -> None:
        self._pace.busy(destination, error.retry_after)
        fields = {"message_id": edit.message, "error": str(error)}
        if error.retryable:
            due = retry.next_try(edit.tries, error.retry_after, self._clock.now())
            log.warning("edit is tried again", extra=fields)
            await self._database.write(messages.edit_later, edit, due)
        else:
            log.error("cannot be edited", extra=fields)
            await self._database.write(messages.edit_failed, edit, str(error))

    async def _attach(self, destination: Destination) -> bool:
        now = self._clock.now()
        wanted = await self._database.write(charts.take, destination, now, durable=True)
        if wanted is not None:
            await attach.run(self._database, partial(self._sink, destination), wanted, now)
            self._pace.busy(destination)
        return wanted is not None

    def _sink(self, destination: Destination) -> Sink:
        sink = self._sinks.get(key(destination))
        if sink is None:
            # The configuration is read again while the bot runs, but what sends is opened at its start.
            known = destination.receiver in self.routes.receivers
            mend = "restart the bot" if known else "its section of the configuration is gone"
            raise SinkError(f"nothing sends to {destination.receiver}: {mend}", retryable=known)
        return sink


def _due(db: Connection, now: datetime) -> list[_Lane]:
    letters = [_Lane(_LETTERS, place) for place in outbox.destinations(db, now)]
    return letters + [_Lane(_CHARTS, place) for place in charts.destinations(db, now)]


def _goes_afresh(taken: Taken, error: SinkError) -> bool:
    """Whether the thread of a reply takes no more, so that its message is posted anew."""
    return error.afresh and taken.notification.parent is not None


def _named(taken: Taken) -> dict[str, str]:
    """What log lines call it; `message_id` stands with its alerts where they were judged."""
    return {"notification": taken.notification.id, "message_id": taken.message}


def _whole(db: Connection, taken: Taken) -> Body:
    """What its message says by now, for who has not seen that; where it cannot be read, the news alone."""
    try:
        return messages.body(db, taken.message)
    except ValueError:
        return taken.notification.body


def _as_sent(taken: Taken, now: datetime) -> Notification:
    letter = taken.notification
    body = retry.as_post(letter.body) if taken.is_first else letter.body
    return replace(letter, body=body, late=retry.lateness(letter, now))


def key(destination: Destination) -> str:
    """Which sink sends to a destination: one serves all of Slack, and each webhook has its own."""
    return destination.receiver if destination.via is Via.WEBHOOK else SLACK
