"""The bot's own health."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answers import alerts, coverage, measure
from bot.notify import agreement
from bot.notify.agreement import Agreement
from bot.notify.answer import SourceLine, StatusAnswer
from bot.store import agreements, ledger, outbox, rejected, silences, sources
from bot.store import alerts as kept
from bot.store.connection import Connection
from bot.store.sources import SourceState
from rules.labels import Label, Values
from rules.metric import NOTHING, Totals


@dataclass(frozen=True, slots=True)
class Running:
    """What is in force: how many rules, the faults of a file that was refused, the sources and their names.

    A source is stale after `stale_after` without a complete poll. `judged` is when the rules were last judged; where that
    is not known, it is when they were last judged with any outcome. `by_plan`: a rule looks at a credit month.
    `backup_error` is why there is no backup of today, if one was tried.
    """

    version: str
    zone: ZoneInfo
    sources: Sequence[str]
    rules: int
    stale_after: timedelta
    faults: Sequence[object] = ()
    judged: datetime | None = None
    by_plan: bool = False
    backup_error: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """What the store knows of sources, by name. `unturned`: a rule looks at a credit month, and no source says when it turns."""

    states: Mapping[str, SourceState]
    totals: Mapping[Values, Totals]
    rejected: Mapping[str, int]
    stale: Collection[str]
    unturned: bool
    agreements: Mapping[str, Agreement]


def answer(db: Connection, running: Running, now: datetime) -> StatusAnswer:
    waiting, read = outbox.waiting(db), _read(db, running, now)
    return StatusAnswer(
        version=running.version,
        sources=tuple(_source(read, name, now) for name in running.sources),
        rules=running.rules,
        faults=tuple(str(fault) for fault in running.faults),
        open_alerts=len(alerts.firing(db)),
        silences=len(silences.active(db, now)),
        waiting=waiting.count,
        oldest_waiting=waiting.oldest,
        undeliverable=waiting.undeliverable,
        nothing_gets_out=waiting.nothing_gets_out,
        last_judged=running.judged
        or max((judged.at for judged in kept.judged(db).values()), default=None),
        zone=running.zone.key,
        delivery_error=waiting.error,
        backup_error=running.backup_error,
    )


def _read(db: Connection, running: Running, now: datetime) -> _Read:
    whole = ledger.extent(db)
    return _Read(
        states=sources.load(db),
        totals=measure.by(db, (Label.SOURCE,), whole) if whole else {},
        rejected=rejected.counts(db),
        stale=coverage.stale(db, now, running.stale_after),
        unturned=running.by_plan and sources.credit_turn(db) is None,
        agreements=agreements.each(db, running.sources),
    )


def _source(read: _Read, name: str, now: datetime) -> SourceLine:
    """One source; one that was never read is stale."""
    state = read.states.get(name, SourceState())
    totals = read.totals.get((name,), NOTHING)
    polled, found = state.last_complete, read.agreements.get(name)
    return SourceLine(
        name=name,
        role=state.role or "",
        last_complete=polled,
        age=None if polled is None else (now - polled).total_seconds(),
        stale=polled is None or name in read.stale,
        backfilled=state.backfill is not None and state.backfill.done,
        error=state.last_error or "",
        records=totals.streams,
        rejected=read.rejected.get(name, 0),
        unpriced=totals.unpriced,
        notes=tuple(_notes(state, read, now)) + _compared(found),
        agreement=found,
    )


def _compared(found: Agreement | None) -> tuple[str, ...]:
    """What differs from Neo's own totals, and what was left out of comparing."""
    if found is None:
        return ()
    said = agreement.words(found)
    return (*([said] if said else []), *found.notes)


def _notes(state: SourceState, read: _Read, now: datetime) -> list[str]:
    notes = []
    if state.fallback:
        notes.append("Neo refuses the streams, so tasks stand in for them: one record a task")
    if state.by_arrival:
        notes.append("streams of one task share their time, so figures go by time of arrival")
    if state.balance is not None and not state.balance.holds_at(now):
        notes.append(
            "Neo no longer says what is left of the credits, so rules on that are not judged"
        )
    if read.unturned and state.last_complete is not None:
        notes.append("Neo does not say when the plan turns, so credit months are calendar months")
    return notes
