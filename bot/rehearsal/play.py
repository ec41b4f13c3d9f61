"""Plays one test: records come into a store of its own, and the rules are judged at the moments that matter."""

import asyncio
import tempfile
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from bot.answers.agenda import Agenda, Grid
from bot.jobs import evaluate, verdicts
from bot.jobs.deliver import SLACK, Deliverer
from bot.jobs.evaluate import Terms
from bot.notify.notification import Via
from bot.rehearsal import moments, taking
from bot.rehearsal.loading import Rehearsal
from bot.rehearsal.timeline import Event
from bot.rehearsal.told import Recorder, Told
from bot.store import alerts, ledger, silences, sources, tasks
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import Backfill, Balance
from rules import scope
from rules.rule import Rule

_T = TypeVar("_T")

_REACH = timedelta(days=400)
"""How far back the ledger counts as whole."""


@dataclass(frozen=True, slots=True)
class Played:
    """What was told, which rules could not be judged, by name with the reason, and what could not be done."""

    told: tuple[Told, ...]
    failures: dict[str, str]
    missed: tuple[str, ...] = ()


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
        self._sources = _sources(rehearsal)
        self._takes = deque(rehearsal.deeds.takes)
        self._missed: list[str] = []
        self._timers: list[datetime] = []

    async def play(self) -> Played:
        test = self._rehearsal
        grid = Grid(test.origin.start, test.every)
        agenda = Agenda(test.rules, grid, test.origin.start - _REACH)
        known = sorted(moments.of(test, grid))
        created = _Records(sorted(event.record.at for event in test.events))
        events = deque(test.events)
        told, failures, at = list[Told](), dict[str, str](), test.origin.start
        await self._database.write(self._begin)
        while at <= test.end:
            failures.update(await self._tick(at, [*_until(events, at, lambda event: event.seen)]))
            told += self._in_order(self._recorder.take())
            agenda.turned(at)
            coming = events[0].seen if events else None
            at = agenda.following(at, created, coming, *self._wakes(at, known))
        return Played(tuple(told), failures, tuple(self._missed))

    async def _tick(self, at: datetime, events: Sequence[Event]) -> dict[str, str]:
        """One poll and one judging, and all that is to be said; gives the rules that failed."""
        self._clock.at = at
        await self._database.write(self._poll, events, at)
        found = await evaluate.run(self._database, self._terms, at)
        if found.steps or found.drafts:
            await self._deliverer.drain()
        taken = await self._database.write(self._take_on, at)
        if taken or not found.idle:
            self._timers = await self._database.read(self._due, at)
        return dict(found.failures)

    @property
    def _terms(self) -> Terms:
        test = self._rehearsal
        return Terms(
            test.rules,
            self._sources,
            test.routes,
            test.origin.zone,
            sources.patience(test.every),
            quiet=test.quiet,
        )

    def _begin(self, db: Connection) -> None:
        start = self._rehearsal.origin.start
        for source in self._sources:
            sources.backfilled(db, source, Backfill(start - _REACH, start - _REACH, done=True))
        for silence in self._rehearsal.deeds.silences:
            silences.add(db, silence)

    def _poll(self, db: Connection, events: Sequence[Event], at: datetime) -> None:
        """What a complete poll of every source leaves in the store, and of its credits; or that Neo does not answer."""
        told = self._rehearsal.deeds
        for gone, group in groupby(events, lambda event: event.gone):
            _keep(db, list(group), gone=gone, seen=at)
        for source in self._sources:
            if told.is_down(source, at):
                sources.failed(db, source, "Neo does not answer", at=at)
                continue
            sources.advance(db, source, cursor=at, complete_at=at)
            said = told.balance(source, at)
            if said is not None:
                left = Balance(said.balance, said.balance, said.expires, None, at)
                sources.balanced(db, source, left)

    def _take_on(self, db: Connection, at: datetime) -> bool:
        """What people take on, or give back, up to `at`."""
        takes = [*_until(self._takes, at, lambda each: each.at)]
        for each in takes:
            if not taking.take(db, each, self._rules):
                when = self._rehearsal.origin.shown(each.at)
                self._missed.append(f"{each.missed} at {when}: no such alert fires then")
        return bool(takes)

    def _due(self, db: Connection, at: datetime) -> list[datetime]:
        """When time alone may change an alert."""
        changeable = alerts.changeable(db, at - scope.LATE)
        timers = [verdicts.timer(alert, self._rules[alert.series.rule]) for alert in changeable]
        return sorted({timer for timer in timers if timer is not None})

    @property
    def _rules(self) -> dict[str, Rule]:
        return {rule.name: rule for rule in self._rehearsal.rules}

    def _wakes(self, at: datetime, known: Sequence[datetime]) -> Iterator[datetime]:
        """When something else happens next than usage: a timer, or what people do and Neo says."""
        yield from self._timers[:1]
        yield from known[bisect_right(known, at) :][:1]
        quiet = self._rehearsal.quiet
        if quiet is not None and quiet.at(at):
            yield quiet.until(at)

    def _in_order(self, told: Iterable[Told]) -> list[Told]:
        """Of what is told at one moment, that to the first receiver is first."""
        names = [*self._rehearsal.routes.receivers]
        return sorted(told, key=lambda each: names.index(each.to))


def _until(coming: deque[_T], at: datetime, when: Callable[[_T], datetime]) -> Iterator[_T]:
    """Takes what comes up to `at`."""
    while coming and when(coming[0]) <= at:
        yield coming.popleft()


def _sources(test: Rehearsal) -> tuple[str, ...]:
    named = [
        *(event.record.source for event in test.events),
        *(credit.source for credit in test.deeds.credits),
        *(down.source for down in test.deeds.outages if down.source),
    ]
    return tuple(dict.fromkeys(named)) or ("neo",)


def _keep(db: Connection, events: Sequence[Event], *, gone: bool, seen: datetime) -> None:
    if not gone:
        tasks.put(db, [event.task for event in events])
        ledger.add(db, [event.record for event in events], seen=seen, live=True)
        return
    for event in events:
        ledger.mark_gone(db, event.record.source, [event.record.key], seen=seen)
