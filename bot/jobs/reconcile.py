"""Holds the ledger of a source against Neo's own totals, reads again what differs, and keeps what came of it.

Theory of operation. What began after the ledger did and is settled is compared, task by task: by then polls have
read all of it. A task that differs is read again, stream by stream, as a poll would, and compared once more with what Neo
says then. The totals of the whole span come last; where they differ, halves of the span are compared until a day is
left, and that day is read again.

A difference is ignored where Neo may still change its mind: in tasks that go on, run, or have no price yet.
"""

import logging
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.jobs import compare_tasks, compare_totals
from bot.jobs.compare_tasks import Scope
from bot.jobs.passes import Reader
from bot.notify import agreement, due
from bot.notify.agreement import Agreement
from bot.notify.due import Timing
from bot.store import agreements, remembered, sources
from bot.store.connection import Connection
from rules.window import Every, Span

log = logging.getLogger(__name__)

_NIGHT = time(3)
_NOTHING = "Neo gives this credential neither a list of tasks nor totals, so nothing is compared"


async def run(reader: Reader, settle: timedelta, clock: Clock) -> Agreement | None:
    """Compares, heals and keeps the outcome; None before the source was read whole once. Raises NeoError."""
    now = clock.now()
    scope = await reader.database.read(_scope, reader.name, settle, now, clock)
    if scope is None:
        return None
    tasks = await compare_tasks.run(reader, scope)
    totals = await compare_totals.run(reader, scope)
    notes = [*(tasks.notes if tasks else ()), *totals.notes]
    if tasks is None and totals.found is None:
        notes.append(_NOTHING)
    counted = (tasks.count, tasks.found) if tasks else None
    found = agreement.conclude(now, scope.span, counted, totals.found, notes)
    await reader.database.write(_keep, reader.name, found)
    _report(reader.name, found)
    return found


async def is_due(reader: Reader, zone: ZoneInfo, now: datetime) -> bool:
    """Whether a night has begun since the last time; the first is the night after the first start.

    Not while polls fail: they know how long Neo wants to be left alone.
    """
    last = await reader.database.read(_last, reader.name)
    if last is None or last > now:  # the clock may have been set back
        await reader.database.write(done, reader.name, now)
        return False
    if due.last_due(Timing(Every.DAY, 0, 1, _NIGHT, zone), now) <= last:
        return False
    state = await reader.database.read(sources.one, reader.name)
    return state.last_error is None


def _scope(
    db: Connection, source: str, settle: timedelta, now: datetime, clock: Clock
) -> Scope | None:
    """What is settled of what the ledger holds."""
    state = sources.one(db, source)
    if state.cursor is None or state.begins is None:
        return None
    end = min(state.cursor, now) - settle
    return Scope(state, Span(state.begins, end), now, clock) if state.begins < end else None


def _keep(db: Connection, source: str, found: Agreement) -> None:
    agreements.put(db, source, found)
    done(db, source, found.at)


def done(db: Connection, source: str, now: datetime) -> None:
    """From now on it is not due before the next night."""
    remembered.put(db, _mark(source), now.isoformat())


def _last(db: Connection, source: str) -> datetime | None:
    text = remembered.get(db, _mark(source))
    return None if text is None else datetime.fromisoformat(text)


def _mark(source: str) -> str:
    return remembered.about(source, "reconciled")


def _report(source: str, found: Agreement) -> None:
    level = logging.WARNING if found.drift else logging.INFO
    fields = {
        "source": source,
        "tasks": found.tasks,
        "healed": str(found.healed),
        "drift": str(found.drift),
        "what": agreement.words(found),
    }
    log.log(level, "reconciled", extra=fields)
