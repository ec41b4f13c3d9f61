"""What tasks come to in the ledger, whole: what Neo's own totals are held against."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.store import instant, packing, terms
from bot.store.connection import Connection
from bot.store.terms import Kind
from rules.metric import NOTHING, Totals
from rules.window import Span

_SUMS = "count(*), sum(NOT priced), sum(credits), sum(neo_cost), sum(llm_cost)"


@dataclass(frozen=True, slots=True)
class Work:
    """A task's streams together, and when the last of them began; None where there are none."""

    totals: Totals = NOTHING
    last: datetime | None = None


def of(db: Connection, source: str, tasks: Collection[str]) -> dict[str, Work]:
    """Those of the tasks that have records; which are gone counts for nothing."""
    ids = list(terms.find(db, Kind.TASK, tasks).values())
    # `+source`: by the index on tasks; that on sources and keys would read all of the source.
    rows = db.execute(
        f"SELECT term.text, max(at), {_SUMS} FROM ledger JOIN term ON term.id = task"
        " WHERE task IN (SELECT value FROM json_each(?)) AND +source = ? AND gone IS NULL GROUP BY task",
        [json.dumps(ids), _source(db, source)],
    )
    return {packing.unpack(task): _work(*sums) for task, *sums in rows}


def began(db: Connection, source: str, span: Span) -> set[str]:
    """Every task with records that Neo listed as created in the span, or never listed and has some on its days."""
    start, end = instant.to_micros(span.start), instant.to_micros(span.end)
    rows = db.execute(
        "SELECT DISTINCT term.text FROM task_day JOIN term ON term.id = task_day.task"
        " LEFT JOIN task ON task.source = task_day.source AND task.id = task_day.task"
        " WHERE task_day.day >= ? AND task_day.source = ?"
        " AND CASE WHEN task.at IS NULL THEN task_day.day <= ? ELSE task.at >= ? AND task.at < ? END",
        [start // instant.DAY, _source(db, source), end // instant.DAY, start, end],
    )
    return {packing.unpack(task) for (task,) in rows}


def by_creation(db: Connection, source: str, span: Span) -> dict[str, Totals]:
    """What each user's tasks that were created in the span came to, whenever they ran."""
    rows = db.execute(
        f"SELECT term.text, 0, {_SUMS} FROM ledger JOIN term ON term.id = ledger.user"
        " JOIN task ON task.source = ledger.source AND task.id = ledger.task"
        " WHERE ledger.source = ? AND gone IS NULL AND task.at >= ? AND task.at < ? GROUP BY ledger.user",
        [_source(db, source), instant.to_micros(span.start), instant.to_micros(span.end)],
    )
    return {packing.unpack(user): _work(*sums).totals for user, *sums in rows}


def _source(db: Connection, source: str) -> int | None:
    return terms.find(db, Kind.SOURCE, [source]).get(source)


def _work(last: int, streams: int, unpriced: int, *money: int) -> Work:
    credits_, neo_cost, llm_cost = money
    return Work(
        Totals(
            streams=streams,
            unpriced=unpriced,
            credits=credits_,
            neo_cost=neo_cost,
            llm_cost=llm_cost,
        ),
        instant.from_micros(last),
    )
