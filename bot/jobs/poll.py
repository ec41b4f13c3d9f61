"""Polls one source: who it is, its history once, what is new at each tick, and now and then a wider look back."""

import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.jobs import account, passes
from bot.jobs.passes import Finish, Pass, Reader, nothing_more
from bot.neo.error import Kind, NeoError
from bot.neo.settings import PollSettings
from bot.store import alerts, changes, remembered, sources, standins
from bot.store.connection import Connection
from bot.store.sources import Backfill, SourceState
from rules.window import Span

log = logging.getLogger(__name__)

_CHUNK = timedelta(days=30)
_DAY = timedelta(days=1)
_REFUSED = (Kind.FORBIDDEN, Kind.MISSING)
_PAUSE = timedelta(minutes=5)
"""How long a source that refuses the credential is left alone."""


@dataclass(frozen=True, slots=True)
class Look:
    """A wider look back: how far, and how often."""

    name: str
    back: timedelta
    every: timedelta


LOOKS = (
    Look("day", timedelta(hours=24), timedelta(minutes=15)),
    Look("month", timedelta(days=35), timedelta(hours=24)),
)

Progress = Callable[[Backfill], None]


class Poller:
    """Polls one source. `reach` is how far back the rules in force look."""

    def __init__(
        self, reader: Reader, settings: PollSettings, reach: Callable[[datetime], datetime]
    ) -> None:
        self._reader = reader
        self._settings = settings
        self._reach = reach
        self._not_before: datetime | None = None

    @property
    def name(self) -> str:
        return self._reader.name

    async def run(self, now: datetime) -> bool:
        """One poll at `now`; False when Neo did not give all of it, which is kept and said."""
        if self._not_before is not None and now < self._not_before:
            return False
        try:
            await self._poll(now)
        except NeoError as error:
            self._not_before = self._next_try(error, now)
            alone = self._not_before.isoformat() if self._not_before else ""
            fields = {"source": self.name, "error": str(error), "not_before": alone}
            log.warning("poll failed", extra=fields)
            await self._write(partial(sources.failed, source=self.name, error=str(error), at=now))
            return False
        self._not_before = None
        log.info("poll", extra={"source": self.name, "upto": now.isoformat()})
        return True

    def try_now(self) -> None:
        """Forgets that the source was to be left alone until some time: the clock was set."""
        self._not_before = None

    async def backfill(
        self, since: datetime, now: datetime, progress: Progress, most: int | None = None
    ) -> None:
        """Reads history back to `since`, from wherever an earlier reading stopped; raises NeoError.

        With `most` it reads no more than so many chunks of it.
        """
        await account.introduce(self._reader, now)
        known = (await self._state()).backfill
        at = min(known.at, now) if known is not None else now
        progress(Backfill(since, at, done=False))
        for _ in range(most) if most is not None else itertools.count():
            if at <= since:
                return
            span = Span(max(since, at - _CHUNK), at)
            step = Backfill(since, span.start, span.start <= since)
            kept = partial(self._filled, now=now, whole=known is None)
            begun = partial(kept, step=Backfill(since, at, done=False))
            await self._read(Pass(span, now, await self._owner(), live=False), begun)
            # Only when titles are kept too: nobody comes back for what lies behind a step.
            await self._write(partial(kept, step=step))
            at = span.start
            progress(step)

    async def _poll(self, now: datetime) -> None:
        """The usage, then what is optional: who was refused the usage may have another role now."""
        try:
            await self._usage(now)
        except NeoError as error:
            if error.kind in _REFUSED:
                await account.refresh(self._reader, now)
            raise
        await account.refresh(self._reader, now)

    async def _usage(self, now: datetime) -> None:
        """History first, once; when more of it is wanted later, it comes bit by bit after what is new."""
        state = await self._state()
        since = min(self._reach(now), state.backfill.since if state.backfill else now)
        if state.cursor is None:
            await self.backfill(since, now, self._log)
            await self._catch_up(await self._state(), since, now)
            return
        await self._catch_up(state, state.backfill.at if state.backfill else since, now)
        if state.backfill is None or not state.backfill.done or since < state.backfill.since - _DAY:
            await self.backfill(since, now, self._log, most=1)

    def _log(self, step: Backfill) -> None:
        log.info("backfill", extra=_told(self.name, step))

    async def _catch_up(self, state: SourceState, since: datetime, now: datetime) -> None:
        """What is new since the last cursor, less the overlap; then, when one is due, a wider look back from there."""
        start = max(min(state.cursor or now, now) - self._settings.overlap, since)
        await self._sweep(
            state, Span(start, now + passes.AHEAD), now, partial(self._complete, now=now)
        )
        looks = [look for look in LOOKS if await self._is_due(look, now)]
        if looks:
            back = LOOKS[-1].back if state.by_arrival else max(look.back for look in looks)
            span = Span(max(now - back, since), start)
            await self._sweep(state, span, now, partial(self._looked, looks=looks, now=now))

    async def _sweep(self, state: SourceState, span: Span, now: datetime, finish: Finish) -> None:
        """Reads a span a day at a time; `finish` is kept with the last of it."""
        start = span.start
        while start < span.end:
            part = Span(start, min(start + _DAY, span.end))
            last = finish if part.end == span.end else nothing_more
            await self._read(
                Pass(part, now, await self._owner(), arrival=state.by_arrival is True), last
            )
            start = part.end

    async def _read(self, wanted: Pass, done: Finish) -> None:
        """Streams, or whole tasks where Neo refuses its streams; then titles."""
        async with self._reader.turn:
            await self._records(wanted, done)
        await self._titles(wanted)

    async def _records(self, wanted: Pass, done: Finish) -> None:
        state = await self._state()
        try:
            if state.fallback:
                await self._return_to_streams(wanted)
            await self._reader.records(wanted, done)
        except NeoError as error:
            if error.kind not in _REFUSED:
                raise
            await self._fall_back(wanted, done, error)

    async def _fall_back(self, wanted: Pass, done: Finish, error: NeoError) -> None:
        """Tasks are the ledger while streams are refused; where tasks are too, the first refusal is what is said."""
        try:
            await self._reader.records(replace(wanted, whole_tasks=True, arrival=False), done)
        except NeoError as other:
            raise error from other
        await self._write(partial(sources.fall_back, source=self.name, tasks=True))

    async def _return_to_streams(self, wanted: Pass) -> None:
        """Streams are back: they replace the tasks that stood for them, in one transaction."""
        known = await self._reader.database.read(standins.of, self.name)
        if known:
            span = Span(min(known.values()), wanted.now + passes.AHEAD)
            await self._reader.replace_tasks(replace(wanted, span=span), list(known))
        await self._write(partial(sources.fall_back, source=self.name, tasks=False))

    async def _titles(self, wanted: Pass) -> None:
        try:
            await self._reader.tasks(wanted.span, wanted.now, wanted.owner)
        except NeoError as error:
            if error.kind not in _REFUSED:
                raise
            await account.say_once(self._reader, "tasks", error)

    def _filled(self, db: Connection, step: Backfill, now: datetime, *, whole: bool) -> None:
        """A step is kept; unless the `whole` was read at once, what came meanwhile is left to the next look back."""
        sources.backfilled(db, self.name, step)
        if step.done:
            changes.settle(db, changes.latest(db))
            alerts.judge_anew(db)
        if step.done and whole:
            self._looked(db, LOOKS, now)

    def _complete(self, db: Connection, now: datetime) -> None:
        sources.advance(db, self.name, cursor=now, complete_at=now)

    def _looked(self, db: Connection, looks: Sequence[Look], now: datetime) -> None:
        for look in looks:
            remembered.put(db, self._mark(look), now.isoformat())

    async def _is_due(self, look: Look, now: datetime) -> bool:
        last = await self._reader.database.read(remembered.get, self._mark(look))
        return last is None or not timedelta(0) <= now - datetime.fromisoformat(last) < look.every

    def _mark(self, look: Look) -> str:
        return remembered.about(self.name, f"look {look.name}")

    def _next_try(self, error: NeoError, now: datetime) -> datetime | None:
        if error.retry_after is not None:
            return now + error.retry_after
        return now + _PAUSE if error.kind in (Kind.REFUSED, Kind.FORBIDDEN) else None

    async def _owner(self) -> str:
        return (await self._state()).owner

    async def _state(self) -> SourceState:
        return await self._reader.database.read(sources.one, self.name)

    async def _write(self, change: Callable[[Connection], object]) -> None:
        await self._reader.database.write(change)


def _told(source: str, step: Backfill) -> dict[str, object]:
    return {"source": source, "down_to": step.at.isoformat(), "to": step.since.isoformat()}
