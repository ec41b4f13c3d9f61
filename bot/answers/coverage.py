"""How far the data reaches: back to where, up to when, and by which clock."""

from datetime import UTC, datetime, timedelta

from bot.store import ledger, memo, sources
from bot.store.connection import Connection
from bot.store.sources import SourceState


def as_of(db: Connection) -> datetime | None:
    """The time of the last complete poll; of several sources the oldest. None before each had one."""
    polls = [state.last_complete for state in memo.of(db, sources.load).values()]
    known = [poll for poll in polls if poll is not None]
    return min(known) if known and len(known) == len(polls) else None


def reaches(db: Connection, at: datetime) -> bool:
    """Whether the ledger knows what happened at `at`, in every source."""
    states = memo.of(db, sources.load).values()
    return bool(states) and all(_begins(db, state) <= at for state in states)


def stale(db: Connection, now: datetime, after: timedelta) -> tuple[str, ...]:
    """Sources without a complete poll for longer than `after`, by name."""
    return tuple(sorted(sources.stale(memo.of(db, sources.load), now, after)))


def by_arrival(db: Connection) -> bool:
    """Whether some source books streams when they are first seen (assumption A1 fails there)."""
    return any(state.by_arrival for state in memo.of(db, sources.load).values())


def _begins(db: Connection, state: SourceState) -> datetime:
    """Where the history of a source begins by now; without a backfill at the first record that there is."""
    if state.backfill is not None:
        return state.backfill.since if state.backfill.done else state.backfill.at
    whole = ledger.extent(db)
    return datetime.max.replace(tzinfo=UTC) if whole is None else whole.start
