"""Plays one test: records come into a store of its own, and the rules are judged at the moments that matter."""

import asyncio
import tempfile
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from bot.answers.agenda import Agenda, Grid
from bot.jobs import evaluate, verdicts
from bot.jobs.deliver import SLACK, Deliverer
from bot.jobs.evaluate import Terms
from bot.notify.notification import Via
from bot.rehearsal.loading import Rehearsal
from bot.rehearsal.timeline import Event
from bot.rehearsal.told import Recorder, Told
from bot.store import alerts, ledger, sources, tasks
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import Backfill
from rules import scope

_REACH = timedelta(days=400)
"""How far back the ledger counts as whole."""

_FRESH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Played:
    """What was told, and which rules could not be judged, by name with the reason."""

    told: tuple[Told, ...]
    failures: dict[str, str]


class _Clock:
    """Time passes from one judging to the next; what waits for a destination's pace waits for nothing."""

    def __init__(self, now: datetime) -> None:
        self.at = now
        self._steady = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self._steady

    async def sleep(self, seconds: float) -> None:
        self._steady += seconds
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class _Records:
    """When the records of the test were created."""

    moments: Sequence[datetime]

    def first_from(self, start: datetime) -> datetime | None:
        place = bisect_left(self.moments, start)
        return self.moments[place] if place < len(self.moments) else None


async def play(rehearsal: Rehearsal) -> Played:
    """Plays it from its start to its end."""
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "test.db", write=True)
        try:
            return await _Stage(rehearsal, database).play()
        finally:
            await database.close()


class _Stage:
    """The pipeline of the running bot, without Neo at its one end and Slack at the other."""

    def __init__(self, rehearsal: Rehearsal, database: Database) -> None:
        self._rehearsal = rehearsal
        self._database = database
        self._clock = _Clock(rehearsal.origin.start)
        self._recorder = Recorder()
        places = rehearsal.routes.receivers.values()
        webhooks = [place.receiver for place in places if place.via is Via.WEBHOOK]
        sinks = dict.fromkeys([SLACK, *webhooks], self._recorder)
        self._deliverer = Deliverer(database, sinks, rehearsal.routes, self._clock)
        self._sources = tuple({event.record.source for event in rehearsal.events}) or ("neo",)
        self._timers: list[datetime] = []

    async def play(self) -> Played:
        test = self._rehearsal
        grid = Grid(test.origin.start, test.every)
        agenda = Agenda(test.rules, grid, test.origin.start - _REACH)
        created = _Records(sorted(event.record.at for event in test.events))
        events = deque(test.events)
        told, failures, at = list[Told](), dict[str, str](), test.origin.start
        await self._database.write(self._begin)
        while at <= test.end:
            failures.update(await self._tick(at, list(_until(events, at))))
            told += self._in_order(self._recorder.take())
            agenda.turned(at)
            coming = events[0].seen if events else None
            at = agenda.following(at, created, coming, self._next_timer(at))
        return Played(tuple(told), failures)

    async def _tick(self, at: datetime, events: Sequence[Event]) -> dict[str, str]:
        """One poll and one judging, and all that is to be said; gives the rules that failed."""
        self._clock.at = at
        await self._database.write(self._poll, events, at)
        found = await evaluate.run(self._database, self._terms, at)
        if found.steps:
            await self._deliverer.drain()
        if not found.idle:
            self._timers = await self._database.read(self._due, at)
        return dict(found.failures)

    @property
    def _terms(self) -> Terms:
        test = self._rehearsal
        return Terms(test.rules, self._sources, test.routes, test.origin.zone, _FRESH)

    def _begin(self, db: Connection) -> None:
        start = self._rehearsal.origin.start
        for source in self._sources:
            sources.backfilled(db, source, Backfill(start - _REACH, start - _REACH, done=True))

    def _poll(self, db: Connection, events: Sequence[Event], at: datetime) -> None:
        """What a complete poll of every source leaves in the store."""
        for gone, group in groupby(events, lambda event: event.gone):
            _keep(db, list(group), gone=gone, seen=at)
        for source in self._sources:
            sources.advance(db, source, cursor=at, complete_at=at)

    def _due(self, db: Connection, at: datetime) -> list[datetime]:
        """When time alone may change an alert."""
        rules = {rule.name: rule for rule in self._rehearsal.rules}
        changeable = alerts.changeable(db, at - scope.LATE)
        timers = [verdicts.timer(alert, rules[alert.series.rule]) for alert in changeable]
        return sorted({timer for timer in timers if timer is not None})

    def _next_timer(self, at: datetime) -> datetime | None:
        return next((timer for timer in self._timers if timer > at), None)

    def _in_order(self, told: Iterable[Told]) -> list[Told]:
        """Of what is told at one moment, that to the first receiver is first."""
        names = [*self._rehearsal.routes.receivers]
        return sorted(told, key=lambda each: names.index(each.to))


def _until(events: deque[Event], at: datetime) -> Iterator[Event]:
    """Takes what is seen at `at`."""
    while events and events[0].seen <= at:
        yield events.popleft()


def _keep(db: Connection, events: Sequence[Event], *, gone: bool, seen: datetime) -> None:
    if not gone:
        tasks.put(db, [event.task for event in events])
        ledger.add(db, [event.record for event in events], seen=seen, live=True)
        return
    for event in events:
        ledger.mark_gone(db, event.record.source, [event.record.key], seen=seen)
