"""Holds each task of the ledger against what Neo says that it comes to, and reads those again that differ."""

from collections.abc import Collection, Container, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.jobs import passes
from bot.jobs.passes import Pass, Reader, nothing_more
from bot.neo.error import Kind, NeoError
from bot.neo.filter import TaskFilter
from bot.notify import agreement
from bot.notify.agreement import About, Difference
from bot.store import agreements, sources, works
from bot.store.sources import SourceState
from bot.store.works import Work
from rules.metric import NOTHING, Totals
from rules.record import ENDED, Record
from rules.window import Span

MOST = 500
"""How many tasks are read again in one run, those that differ most first; the rest waits for the next."""

_CHUNK = timedelta(days=30)
_LONGEST_RUN = timedelta(days=1)
"""A task whose status is not one of those that end it may run so long after its last stream began."""

_REFUSED = (Kind.FORBIDDEN, Kind.MISSING)
_NOBODY = Work()


@dataclass(frozen=True, slots=True)
class Scope:
    """What is compared: the settled span of a source's ledger, as it is at `now`; what is read then is seen by the `clock`."""

    state: SourceState
    span: Span
    now: datetime
    clock: Clock

    async def read(self, reader: Reader, span: Span, task: str | None = None) -> bool:
        """Reads this again as a poll would; not where the source is not booked as it was at `now`: the next run compares it."""
        async with reader.turn:
            if not await self._stands(reader):
                return False
            await reader.records(self._pass(span, task), nothing_more)
        return True

    async def _stands(self, reader: Reader) -> bool:
        """Whether it goes by its streams or by whole tasks still, and by their times or by arrival."""
        state, known = await reader.database.read(sources.one, reader.name), self.state
        return _booked(state) == _booked(known)

    def _pass(self, span: Span, task: str | None) -> Pass:
        state = self.state
        return Pass(
            span,
            self.clock.now(),
            state.owner,
            arrival=state.by_arrival is True and not state.fallback,
            whole_tasks=state.fallback,
            task=task,
        )


@dataclass(slots=True)
class Compared:
    """How many tasks were held against Neo's, and what differed."""

    count: int = 0
    found: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def run(reader: Reader, scope: Scope) -> Compared | None:
    """Compares all tasks that were created in the span, and heals; None where Neo does not list tasks."""
    compared, suspects = Compared(), dict[str, Difference]()
    try:
        for span in _chunks(scope.span):
            compared.count += await _compare(reader, scope, span, suspects)
    except NeoError as error:
        if error.kind not in _REFUSED:
            raise
        return None
    compared.found += await _healed_before(reader, scope, suspects)
    ranked = agreement.ranked(suspects.values())
    if ranked:
        await reader.database.write(agreements.begin, reader.name, ranked[:MOST])
    for each in ranked[:MOST]:
        if (found := await _heal(reader, scope, each.name)) is not None:
            compared.found.append(found)
    if later := ranked[MOST:]:
        compared.found += later
        which = (
            "1 task that differs is" if len(later) == 1 else f"{len(later):,} tasks that differ are"
        )
        compared.notes.append(f"{which} read again the next time")
    return compared


async def _compare(
    reader: Reader, scope: Scope, span: Span, suspects: dict[str, Difference]
) -> int:
    """Gives how many tasks Neo has in the span, and adds those that differ from the ledger, or that it does not have."""
    unseen = await reader.database.read(works.began, reader.name, span)
    seen = set[str]()
    async with aclosing(reader.client.every_task_record(span, scope.state.owner)) as pages:
        async for page in pages:
            rows = {row.task: row for row in page.records if span.start <= row.at < span.end}
            known = await _ours(reader, rows)
            for task, row in rows.items():
                work = known.get(task, _NOBODY)
                found = agreement.of_task(task, totals(row), work.totals)
                if found is not None and not _goes_on(work, scope):
                    suspects[task] = found
            seen.update(rows)
    for task, work in (await _ours(reader, unseen - seen)).items():
        if not _goes_on(work, scope):
            suspects[task] = agreement.gone(task, work.totals)
    return len(seen)


async def _healed_before(
    reader: Reader, scope: Scope, suspects: Container[str]
) -> list[Difference]:
    """What a run put right that was broken off before it could tell; of what goes on by now nobody can say."""
    begun = await reader.database.read(agreements.begun, reader.name)
    tasks = [each for each in begun if each.about is About.TASK and each.name not in suspects]
    known = await _ours(reader, [each.name for each in tasks])
    over = [each for each in tasks if not _goes_on(known.get(each.name, _NOBODY), scope)]
    return agreement.merged(over, [])


async def _heal(reader: Reader, scope: Scope, task: str) -> Difference | None:
    """Reads a task's streams again, and gives how it differed from what Neo says now, with what is left of that.

    None where it did not, or nothing is to be said of it.
    """
    before = await _of(reader, task)
    if not await scope.read(reader, Span(scope.span.start, scope.now + passes.AHEAD), task):
        return None
    page = await reader.client.task_records(TaskFilter(task_id=task), scope.state.owner)
    after, row = await _of(reader, task), next(iter(page.records), None)
    if _goes_on(after, scope) or not _is_compared(row, page.count, scope):
        return None
    neo = totals(row) if row else NOTHING
    found = agreement.of_task(task, neo, before.totals)
    left = agreement.of_task(task, neo, after.totals)
    if left is not None and _is_open(row, after, scope):
        return None
    return next(iter(agreement.merged([found] if found else [], [left] if left else [])), None)


def _booked(state: SourceState) -> tuple[bool, bool]:
    # What reading a task again finds out for the first time, that its streams have times of their own, changes nothing.
    return state.fallback, state.by_arrival is True


def _is_compared(row: Record | None, count: int, scope: Scope) -> bool:
    """Not what began before the ledger did, and not what cannot be read."""
    return count == 0 if row is None else scope.span.start <= row.at < scope.span.end


def _goes_on(ours: Work, scope: Scope) -> bool:
    """Whether it has streams of so late that polls need not have read all of them."""
    return ours.last is not None and ours.last >= scope.span.end


def _is_open(row: Record | None, ours: Work, scope: Scope) -> bool:
    """Whether its cost may still change at Neo by itself."""
    if ours.totals.unpriced:
        return True
    runs = row is not None and row.status not in ENDED
    return runs and ours.last is not None and ours.last > scope.now - _LONGEST_RUN


def totals(row: Record) -> Totals:
    """What Neo says that a task comes to."""
    return Totals(credits=row.credits.nano, neo_cost=row.neo_cost.nano, llm_cost=row.llm_cost.nano)


async def _of(reader: Reader, task: str) -> Work:
    return (await _ours(reader, [task])).get(task, _NOBODY)


async def _ours(reader: Reader, tasks: Collection[str]) -> dict[str, Work]:
    return await reader.database.read(works.of, reader.name, tasks)


def _chunks(span: Span) -> Iterator[Span]:
    start = span.start
    while start < span.end:
        yield Span(start, min(start + _CHUNK, span.end))
        start += _CHUNK
