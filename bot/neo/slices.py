"""Reads every row of a span, although rows come, go and repeat meanwhile and Neo miscounts them.

Theory of operation. A span is asked for as a whole. A page with room to spare that claims no more
rows is complete. A full page means that the span holds too much: it is cut, and its parts are asked
for; `total` only hints at how many parts are worth it. Parts share their ends and every request
reaches one grain further than its part, so it does not matter whether `to` is inclusive, or whether
Neo keeps time in milliseconds only.

A page with room to spare that claims more than its distinct rows has lost some, or is cut short by
Neo, or lies. It is asked for again, and then past the rows that came: if that brings a row which was
not there, the span is cut; if it brings nothing new, the claim is taken for a lie.

A part of one grain cannot be cut. There, and only there, rows are read on by `offset`, over and
over until a whole sweep brings nothing new.

Rows can come several times; whoever takes them tells them apart by key.
"""

import asyncio
import dataclasses
import itertools
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from bot.neo.error import Kind, NeoError
from bot.neo.filter import UsageFilter
from bot.neo.page import Page
from rules.record import Record, Task
from rules.window import Span

F = TypeVar("F", bound=UsageFilter)
T = TypeVar("T", bound=Record | Task)

GRAIN = timedelta(milliseconds=1)
PARALLEL = 4
_MOST_PARTS = 64
_MOST_SWEEPS = 20
_QUIET_SWEEPS = 3
_ASTRAY = timedelta(seconds=1)


Ask = Callable[[F], Awaitable[Page[T]]]


async def read(
    ask: Ask[F, T], wanted: F, span: Span, *, parallel: int = PARALLEL
) -> AsyncGenerator[Page[T], None]:
    """Pages that together hold every row of `span` that `wanted` picks, some of them repeatedly.

    The span has been read whole when the iterator ends by itself. A NeoError ends it early; what
    was given until then is right, but it is not all.
    """
    reader = _Reader(ask, wanted)
    waiting, running = [span], set[asyncio.Task[_Found[T]]]()
    try:
        while waiting or running:
            while waiting and len(running) < parallel:
                running.add(asyncio.create_task(reader.read(waiting.pop())))
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in running if task.done()]:
                found = await task
                running.remove(task)
                waiting.extend(found.rest)
                for page in found.pages:
                    yield page
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Found(Generic[T]):
    """The pages that a span gave, and what has to be read again in smaller parts."""

    pages: list[Page[T]]
    rest: list[Span]


@dataclass(frozen=True, slots=True)
class _Reader(Generic[F, T]):
    """Reads single spans."""

    ask: Ask[F, T]
    wanted: F

    async def read(self, span: Span) -> _Found[T]:
        if span.length <= GRAIN:
            return _Found(await self._read_grain(span), [])
        page = await self._page(span, 0)
        if page.count >= self.wanted.limit:
            return _Found([page], _cut(span, _parts(page.total, self.wanted.limit)))
        if _is_last(page, 0):
            return _Found([page], [])
        again = await self._page(span, 0)
        if again.count < self.wanted.limit and _is_last(again, 0):
            return _Found([page, again], [])
        beyond = await self._page(span, again.count)
        unseen = {*again.keys, *beyond.keys}.difference(page.keys)
        return _Found([page, again, beyond], _cut(span, 2) if unseen else [])

    async def _page(self, span: Span, offset: int) -> Page[T]:
        until = span.end + GRAIN
        wanted = dataclasses.replace(self.wanted, since=span.start, until=until, offset=offset)
        return await self.ask(wanted)

    async def _read_grain(self, span: Span) -> list[Page[T]]:
        """Sweeps until one brings nothing new, and more than one if Neo still claims more."""
        pages: list[Page[T]] = []
        seen: set[str] = set()
        quiet = 0
        for _ in range(_MOST_SWEEPS):
            before = len(seen)
            sweep = await self._sweep(span)
            pages += [page for page in sweep if not seen.issuperset(page.keys)]
            seen.update(key for page in sweep for key in page.keys)
            if len(sweep) == 1 and _is_last(sweep[0], 0) and sweep[0].count < self.wanted.limit:
                return pages
            quiet = quiet + 1 if len(seen) == before else 0
            if quiet and (sweep[-1].total <= len(seen) or quiet == _QUIET_SWEEPS):
                return pages
        raise NeoError(
            f"Neo gives other rows for {span.start.isoformat()} each time it is asked: "
            "the bot tries again with the next poll",
            Kind.BROKEN,
        )

    async def _sweep(self, span: Span) -> list[Page[T]]:
        """All rows of a grain by offset, until a page is the last or brings nothing new."""
        pages: list[Page[T]] = []
        seen: set[str] = set()
        offset = 0
        while True:
            page = await self._page(span, offset)
            pages.append(page)
            if page.count >= self.wanted.limit:
                _check_time(page, span)
            elif _is_last(page, offset):
                return pages
            if seen.issuperset(page.keys):
                return pages
            seen.update(page.keys)
            offset += page.count


def _is_last(page: Page[T], offset: int) -> bool:
    return not page.has_more and page.total <= offset + len(set(page.keys))


def _check_time(page: Page[T], span: Span) -> None:
    """A full page for one grain must be of that time, or cutting would go on for ever."""
    low, high = span.start - _ASTRAY, span.end + _ASTRAY
    if any(not low <= each.at <= high for each in page.records):
        raise NeoError(
            f"asked for {span.start.isoformat()}, Neo gave a full page with rows of other times: "
            "it does not keep to `from` and `to`, so its usage cannot be read whole",
            Kind.INVALID,
        )


def _parts(total: int, limit: int) -> int:
    """How many parts leave each page a quarter empty."""
    # Many are reached in two steps: rows are seldom spread evenly, and `total` may be wrong.
    parts = max(2, -(-total * 4 // (limit * 3)))
    return parts if parts <= _MOST_PARTS // 4 else min(math.isqrt(parts) + 1, _MOST_PARTS)


def _cut(span: Span, parts: int) -> list[Span]:
    """Parts of equal length, none shorter than a grain, that share their ends."""
    grains = -(-span.length // GRAIN)
    parts = min(parts, grains)
    edges = [span.start + GRAIN * (grains * part // parts) for part in range(parts)]
    return [Span(start, end) for start, end in itertools.pairwise([*edges, span.end])]
