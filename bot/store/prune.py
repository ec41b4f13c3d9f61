"""Takes what is too old out of the ledger, bit by bit, and out of every sum with it."""

import json
from datetime import datetime

from bot.store import instant, rollup, sources
from bot.store.connection import Connection
from bot.store.rows import FACTS

_OLDEST = (
    f"SELECT id, gone IS NOT NULL, source, {', '.join(FACTS)} FROM ledger"
    " WHERE at < ? ORDER BY at LIMIT ?"
)
_LISTED = "IN (SELECT value FROM json_each(?))"
_UNUSED = (
    "NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.task = task.id AND ledger.source = task.source)"
)


def is_due(db: Connection, before: datetime) -> bool:
    """Whether a record is older, and history is not being read just now."""
    known = [state.backfill for state in sources.load(db).values() if state.backfill is not None]
    found = db.execute(
        "SELECT 1 FROM ledger WHERE at < ? LIMIT 1", [instant.to_micros(before)]
    ).fetchone()
    return found is not None and all(each.done for each in known)


def begin(db: Connection, before: datetime) -> None:
    """Has the ledger begin at `before`: what looks further back is unknown from now on, and is not read again."""
    at = instant.to_micros(before)
    for column in ("backfill_from", "backfill_at"):
        db.execute(f"UPDATE source_state SET {column} = ? WHERE {column} < ?", [at, at])


def records(db: Connection, before: datetime, limit: int) -> int:
    """Takes out the oldest records, with their earlier versions and the tasks that have no others; gives how many."""
    at = instant.to_micros(before)
    rows = db.execute(_OLDEST, [at, limit]).fetchall()
    rollup.take(db, [(source, tuple(facts)) for _, gone, source, *facts in rows if not gone])
    ids = json.dumps([row[0] for row in rows])
    db.execute(f"DELETE FROM replaced WHERE record {_LISTED}", [ids])
    db.execute(f"DELETE FROM ledger WHERE id {_LISTED}", [ids])
    owners, tasks = {row[2] for row in rows}, {row[3] for row in rows}
    db.execute(
        f"DELETE FROM task WHERE source {_LISTED} AND id {_LISTED} AND at < ? AND {_UNUSED}",
        [json.dumps(sorted(owners)), json.dumps(sorted(tasks)), at],
    )
    return len(rows)


def blocked(db: Connection, before: datetime) -> None:
    """Takes out tasks that were blocked before they had any records."""
    at = instant.to_micros(before)
    db.execute(f"DELETE FROM task WHERE blocked AND at < ? AND {_UNUSED}", [at])
