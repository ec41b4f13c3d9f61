"""One running bot: what its timetable wakes, and what is in force while it runs."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import aiohttp

from bot import __version__, journal
from bot.acts.acting import Deed
from bot.clock import Clock
from bot.counts import Counts, What
from bot.jobs import backup, digest, evaluate, lapse, prune, reconcile, settle
from bot.jobs.deliver import OUTCOMES, Deliverer
from bot.jobs.heartbeat import Heart
from bot.jobs.passes import Reader
from bot.jobs.poll import Poller
from bot.jobs.sink import Sink
from bot.jobs.waking import Waking
from bot.neo.client import Client
from bot.neo.error import NeoError
from bot.notify import due
from bot.notify.acted import Acted
from bot.notify.agreement import Agreement
from bot.notify.answer import Refusal
from bot.schedule import Timetable
from bot.standing import Standing
from bot.store import copied, outbox, silences, sources
from bot.store.database import Database
from bot.store.error import StoreError
from bot.web import health
from bot.web.in_force import InForce

log = logging.getLogger(__name__)

_DELIVER_EVERY = timedelta(seconds=1)
_DIGEST_EVERY = timedelta(seconds=15)
_WATCH_EVERY = timedelta(seconds=2)
_PRUNE_EVERY = timedelta(hours=1)
_BACKUP_EVERY = timedelta(minutes=10)
_BEAT_EVERY = timedelta(seconds=1)

_COMPLETE, _FAILED = "complete", "failed"
_BEGUN, _DONE = "begun", "done"
_RECONCILE_EVERY = timedelta(minutes=15)
"""How often it is looked whether a night has begun, and how soon what failed is tried again."""


@dataclass(frozen=True, slots=True)
class Edges:
    """What the bot reaches the outside through, all of it open. Clients are by source, sinks by receiver."""

    database: Database
    session: aiohttp.ClientSession
    clients: Mapping[str, Client]
    sinks: Mapping[str, Sink]


class Bot:
    """One running bot: it does nothing by itself but what its timetable wakes."""

    def __init__(
        self, standing: Standing, edges: Edges, clock: Clock, counts: Counts | None = None
    ) -> None:
        self.standing = standing
        self.edges = edges
        self.database = edges.database
        self.clock = clock
        self.counts = counts or Counts(clock.now)
        self.deliverer = Deliverer(edges.database, edges.sinks, standing.routes, clock, self.counts)
        self._waking = Waking(edges.database, clock, edges.clients.keys())
        self._heart = Heart(clock, self.counts)
        self._judging = asyncio.Lock()
        self._sifting = asyncio.Lock()  # what is pruned while it is compared would be read again
        self._failures: Mapping[str, str] = {}
        self._judged: datetime | None = None
        self._backup_error = ""
        self.readers = {
            name: Reader(client, edges.database) for name, client in edges.clients.items()
        }
        self.pollers = {
            name: Poller(reader, standing.config.poll, self._reach)
            for name, reader in self.readers.items()
        }
        self._expect()

    async def begin(self) -> None:
        """What comes before everything else; StoreError where the store is not whole, and nothing is written to it."""
        await self.database.examine()
        await self.database.write(sources.keep_only, list(self.edges.clients))
        made = await self.database.write(copied.take_over, self.clock.now(), durable=True)
        if made is not None:
            log.warning("the store is a backup that was put back", extra={"made": made.isoformat()})

    async def poll(self, source: str) -> None:
        """Polls one source, judges what it brought, and sends what there is to say."""
        with journal.run():
            now = self.clock.now()
            await self._awake()
            try:
                complete = await self.pollers[source].run(now)
            finally:
                self._waking.tried(source)
            self.counts.add(What.POLLS, source, _COMPLETE if complete else _FAILED)
            if self._waking.over:
                await self.judge(now if complete else None)

    async def look(self) -> None:
        """Judges where no poll does, but nothing that is yet to be read after a start or a sleep."""
        if await self._awake():
            await self.judge()

    async def _awake(self) -> bool:
        """Whether all was read that is old only because the bot was away."""
        await self._waking.notice(self.standing.stale_after)
        return self._waking.over

    async def judge(self, pinned: datetime | None = None) -> None:
        """One evaluation of all rules; never two at once.

        After a poll it is of the moment to which the data was read, `pinned`; without one it is of now.
        """
        with journal.run():
            async with self._judging:
                await self._turn_credit_month()
                await self._evaluate(self._moment(pinned))
            await self.deliverer.wake()

    async def act(self, deed: Deed) -> Acted | Refusal:
        """Does what a person asks for, between two evaluations; what it changed is judged and told at once."""
        with journal.run():
            return await self._act(deed)

    async def _act(self, deed: Deed) -> Acted | Refusal:
        async with self._judging:
            now = self.clock.now()
            said = await self.database.write(deed, now, durable=True)
            if isinstance(said, Refusal):
                return said
            try:
                if await self._awake():
                    await self._evaluate(now)
            except Exception:
                log.exception("what was done is kept, but is judged only later")
        await self.deliverer.wake()
        return said

    async def _evaluate(self, at: datetime) -> None:
        self.counts.add(What.EVALUATIONS, _BEGUN)
        verdicts = await evaluate.run(self.database, self.standing.terms, at)
        self.counts.add(What.EVALUATIONS, _DONE)
        self._failures, self._judged = verdicts.failures, at
        await lapse.run(self.database, self.standing.rules, at)
        await settle.run(self.database, self.standing.config.poll.settle, at)

    def _moment(self, pinned: datetime | None) -> datetime:
        """Never before the last evaluation, where a slower poll began earlier, unless the clock was set back."""
        now = self.clock.now()
        return now if pinned is None else min(max(pinned, self._judged or pinned), now)

    async def digests(self) -> None:
        """Sends the digests that are due, after a start or a sleep with what was to be read first."""
        if not await self._awake():
            return
        standing, now = self.standing, self.clock.now()
        told = standing.editions, standing.rules, standing.stale_after
        with journal.run():
            if await digest.run(self.database, *told, now):
                await self.deliverer.wake()

    async def beat(self) -> None:
        """Says outside that the bot is well, where that is wanted, due and true."""
        await self._heart.beat(self.standing.config.notify.heartbeat, self._obstacles)

    async def _obstacles(self) -> list[str]:
        found = await health.examined(self.database, self.in_force(), self.clock.now())
        return found.reasons

    async def prune(self) -> None:
        """Takes what is too old out of the store."""
        async with self._sifting:
            await prune.run(self.database, self.standing.kept_from, self.clock.now())

    async def reconcile(self) -> None:
        """Holds each source against Neo's own totals, once a night; what that put right is judged after the next poll."""
        for name, reader in self.readers.items():
            if await reconcile.is_due(reader, self.standing.config.timezone, self.clock.now()):
                try:
                    await self.compare(name)
                except NeoError as error:
                    fields = {"source": name, "error": str(error)}
                    log.warning("reconciliation failed; it is tried again", extra=fields)

    async def compare(self, source: str) -> Agreement | None:
        """Holds one source against Neo's own totals, while nothing of its ledger is pruned; raises NeoError."""
        settle = self.standing.config.poll.settle
        async with self._sifting:
            return await reconcile.run(self.readers[source], settle, self.clock)

    async def back_up(self) -> None:
        """Makes the backup of today, where there is none; that it failed is told in the log, in status and in health."""
        config = self.standing.config
        try:
            await backup.run(self.database, config.store.backups, config.timezone, self.clock.now())
        except StoreError as error:
            log.error("the backup failed", extra={"error": str(error)})  # noqa: TRY400 - it says all
            self._backup_error = str(error)
        else:
            self._backup_error = ""

    async def reload(self) -> None:
        """Takes on changed files; a bad one changes nothing and is told in the log, in status and in health."""
        self._take_on(self.standing.reloaded())
        await self.revive()
        await self.look()

    async def revive(self) -> None:
        """Has what was undeliverable tried again: the token, the channel or the receiver may be mended."""
        await self.database.write(outbox.revive, self.clock.now())

    async def clock_jumped(self, by: timedelta) -> None:
        """Lets nothing wait for a time that is further away than it was meant to be, and keeps the age of the data."""
        now = self.clock.now()
        await self.database.write(outbox.pull_back, now)
        await self.database.write(silences.pull_back, by, now)
        await self.database.write(partial(sources.shift, by=by, now=now))
        for poller in self.pollers.values():
            poller.try_now()

    async def watch(self) -> None:
        """Reloads when a file has changed."""
        if self.standing.is_outdated():
            await self.reload()

    def _take_on(self, standing: Standing) -> None:
        self.standing = standing
        self.deliverer.routes = standing.routes

    async def _turn_credit_month(self) -> None:
        """Has credit months turn when the plan does, from the moment on that Neo tells when that is."""
        anchor = await self.database.read(sources.credit_turn)
        if anchor is not None and anchor != self.standing.credit_anchor:
            self._take_on(self.standing.anchored(anchor))

    def timetable(self) -> Timetable:
        """Everything that happens by time."""
        every = self.standing.config.poll.every
        timetable = Timetable(self.clock.now, self.clock.monotonic, self.clock_jumped)
        for source in self.pollers:
            timetable.add(f"poll {source}", partial(self.poll, source), every)
        timetable.add("judge", self.look, every, later=True)
        timetable.add("deliver", self.deliverer.wake, _DELIVER_EVERY)
        timetable.add("digests", self.digests, _DIGEST_EVERY)
        timetable.add("watch", self.watch, _WATCH_EVERY)
        timetable.add("prune", self.prune, _PRUNE_EVERY, later=True)
        timetable.add("backup", self.back_up, _BACKUP_EVERY)
        timetable.add("heartbeat", self.beat, _BEAT_EVERY, later=True)
        timetable.add("reconcile", self.reconcile, _RECONCILE_EVERY, later=True)
        return timetable

    def _expect(self) -> None:
        """What may happen is told as 0 before it does."""
        for source in self.pollers:
            for outcome in (_COMPLETE, _FAILED):
                self.counts.expect(What.POLLS, source, outcome)
        self.counts.expect(What.REQUESTS_LIMITED)
        for outcome in (_BEGUN, _DONE):
            self.counts.expect(What.EVALUATIONS, outcome)
        for receiver in self.standing.routes.receivers:
            for outcome in OUTCOMES:
                self.counts.expect(What.DELIVERIES, receiver, outcome)

    def in_force(self) -> InForce:
        """What answers need to know of the configuration now."""
        standing = self.standing
        return InForce(
            version=__version__,
            zone=standing.config.timezone,
            sources=[source.name for source in standing.config.sources],
            stale_after=standing.stale_after,
            rules=standing.rules,
            faults=[*standing.faults, *self._failed()],
            default=standing.routes.default,
            digests={each.settings.name: due.period(each.timing) for each in standing.editions},
            settle=standing.config.poll.settle,
            judged=self._judged,
            quiet=standing.config.notify.quiet_in(standing.config.timezone),
            backup_error=self._backup_error,
        )

    def _failed(self) -> list[str]:
        return [f"rule {name} could not be judged: {why}" for name, why in self._failures.items()]

    def _reach(self, now: datetime) -> datetime:
        return self.standing.reach(now)
