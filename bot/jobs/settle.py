"""Calls figures final: once the data reaches far enough past a period's end, its closed alerts say so."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.answers import coverage
from bot.notify.facts import AlertFacts
from bot.notify.notification import AlertBody, Body, TableBody
from bot.store import messages, remembered
from bot.store.connection import Connection
from bot.store.database import Database
from rules.alert import State
from rules.window import Span

log = logging.getLogger(__name__)

_UPTO = "figures are final up to"


async def run(database: Database, settle: timedelta, now: datetime) -> int:
    """Says of every period that ended by `settle` before the last complete poll that its figure is final.

    Gives how many messages are edited for it.
    """
    ended = await database.read(_ended, settle)
    return 0 if ended is None else await database.write(_commit, ended, now)


def _ended(db: Connection, settle: timedelta) -> Span | None:
    """In which span periods ended of which it is to be said now; None while there is none. It begins with the first look."""
    as_of = coverage.as_of(db)
    if as_of is None:
        return None
    upto, known = as_of - settle, remembered.get(db, _UPTO)
    if known is None:
        return Span(upto, upto)
    ended = Span(datetime.fromisoformat(known), upto)
    # A clock that was set back, or another `settle`, takes the mark back; what is final already stays so.
    return ended if upto < ended.start or messages.of_closed(db, ended) else None


def _commit(db: Connection, ended: Span, now: datetime) -> int:
    edited, as_of = 0, coverage.as_of(db)
    for message, destination in messages.of_closed(db, ended):
        try:
            said = messages.body(db, message)
        except ValueError:
            log.exception("a message cannot be read", extra={"of": message})
            continue
        final = _final(said, ended.end, as_of)
        if final != said:
            messages.write(db, message, destination, final, now)
            edited += 1
    remembered.put(db, _UPTO, ended.end.isoformat())
    return edited


def _final(body: Body, upto: datetime, as_of: datetime | None) -> Body:
    match body:
        case AlertBody(alert):
            return AlertBody(_settled(alert, upto, as_of))
        case TableBody(table):
            rows = tuple(_settled(row, upto, as_of) for row in table.rows)
            return TableBody(replace(table, rows=rows, data_at=as_of))
        case _:
            return body


def _settled(facts: AlertFacts, upto: datetime, as_of: datetime | None) -> AlertFacts:
    if facts.state is not State.CLOSED or facts.final or facts.period.end >= upto:
        return facts
    return replace(facts, final=True, data_at=as_of)
