"""Holds a span of the ledger against Neo's totals of it, overall and of each person, and reads the days again that differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from bot.answers import measure
from bot.jobs import account, passes
from bot.jobs.compare_tasks import Scope
from bot.jobs.passes import Reader
from bot.neo.account import Summary
from bot.neo.filter import SummaryFilter
from bot.notify import agreement
from bot.notify.agreement import About, Difference, Told
from bot.store import agreements, works
from bot.store.connection import Connection
from rules import labels
from rules.labels import Label
from rules.metric import Totals
from rules.window import Span

MOST = 62
"""How many days are read again in one run."""

_PATIENCE = 60.0
_DAY = timedelta(days=1)
_BETWEEN = timedelta(microseconds=500)
"""Where Neo keeps time in milliseconds nothing happens there, so it does not matter whether `to` is inclusive."""

_ASTRAY = (
    "Neo's totals do not keep to the time that is asked for, so tasks alone are compared with it"
)

_LATER = f"totals differ on more days than are read again at once, which are {MOST}: the others are, the next time"


@dataclass(slots=True)
class Compared:
    """What differed; None where Neo gives no totals that could be compared."""

    found: list[Difference] | None = None
    notes: list[str] = field(default_factory=list)


async def run(reader: Reader, scope: Scope) -> Compared:
    """Compares the totals of the whole span, and heals; not where records do not have the times that Neo goes by."""
    if scope.state.by_arrival or scope.state.fallback:
        return Compared()
    comparing = _Comparing(reader, scope)
    whole = Span(scope.span.start + _BETWEEN, scope.span.end + _BETWEEN)
    before = await comparing.differing(whole)
    if before:
        await comparing.catch_up()
        before = await comparing.differing(whole)
    if before and not await comparing.adds_up(whole):
        return Compared(notes=[_ASTRAY])
    if before is None:
        return Compared()
    left = before
    if before:
        await reader.database.write(agreements.begin, reader.name, before)
        await comparing.heal(whole)
        after = await comparing.differing(whole)
        left = before if after is None else after
    notes = [_LATER] if comparing.more else []
    begun = await reader.database.read(agreements.begun, reader.name)
    totals = [each for each in begun if each.about is not About.TASK]
    return Compared(agreement.merged(totals, left), notes)


@dataclass(slots=True)
class _Comparing:
    reader: Reader
    scope: Scope
    read_again: int = 0
    more: bool = False

    async def differing(self, span: Span) -> list[Difference] | None:
        """What differs; None where Neo gives no totals.

        Nothing, too, where Neo counts what was created in the span, not what ran in it: it does not say.
        """
        told = await self._ask(span)
        if told is None:
            return None
        ours = await self.reader.database.read(_ran, self.reader.name, span)
        found = agreement.of_totals(told, ours)
        if not found:
            return []
        created = await self.reader.database.read(works.by_creation, self.reader.name, span)
        return found if agreement.of_totals(told, created) else []

    async def adds_up(self, span: Span) -> bool:
        """Whether the halves of a span come to the whole of it: else Neo does not heed what is asked."""
        told = [await self._ask(each) for each in (span, *_halves(span))]
        if None in told:
            return False
        streams = 1 + await self.reader.database.read(_streams, self.reader.name, span)
        noise = agreement.NOISE.nano * streams
        amounts = zip(*[_amounts(each) for each in told if each is not None], strict=True)
        return all(abs(first + second - whole) <= noise for whole, first, second in amounts)

    async def _ask(self, span: Span) -> Told | None:
        """Neo's totals of a span; that it gives none is said once."""
        question = partial(
            self.reader.client.summary, SummaryFilter(since=span.start, until=span.end)
        )
        answer = await account.ask(question, _PATIENCE)
        summary = await account.had(self.reader, "usage/summary", answer)
        return None if summary is None else _told(summary)

    async def heal(self, span: Span) -> None:
        """Reads the days again in which totals differ, the newest first."""
        if self.read_again >= MOST:
            self.more = True
            return
        if span.length <= _DAY:
            self.read_again += 1
            await self.scope.read(self.reader, span)
            return
        for half in reversed(_halves(span)):
            if await self.differing(half):
                await self.heal(half)

    async def catch_up(self) -> None:
        """Reads what is not settled: where Neo counts what was created in the span, tasks of it may go on."""
        span = Span(self.scope.span.end, self.scope.now + passes.AHEAD)
        await self.scope.read(self.reader, span)


def _ran(db: Connection, source: str, span: Span) -> Mapping[str, Totals]:
    """What each user's streams of that time came to."""
    found = measure.by(db, (Label.SOURCE, Label.USER), span)
    return {user: totals for (of, user), totals in found.items() if of == source}


def _streams(db: Connection, source: str, span: Span) -> int:
    return measure.by(db, (Label.SOURCE,), span).get((source,), Totals()).streams


def _told(summary: Summary) -> Told:
    byok = summary.byok
    users: dict[str, int] = {}
    for share in summary.by_email:
        user = share.email or labels.UNKNOWN
        users[user] = users.get(user, 0) + share.credits.nano
    llm, neo = (None, None) if byok is None else (byok.llm_cost, byok.neo_cost)
    return Told(
        summary.credits.nano,
        None if neo is None else neo.nano,
        None if llm is None else llm.nano,
        users,
    )


def _amounts(told: Told) -> tuple[int, ...]:
    return told.credits, told.neo_cost or 0, told.llm_cost or 0, sum(told.users.values())


def _halves(span: Span) -> list[Span]:
    middle = span.start + (span.end - span.start) // 2
    return [Span(span.start, middle), Span(middle, span.end)]
