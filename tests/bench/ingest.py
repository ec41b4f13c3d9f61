"""From pages of JSON to a database: as the bot does it, and as little as can be done."""

import asyncio
import json
import resource
import sqlite3
import subprocess
import sys
import time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.neo import page
from bot.neo.rows import Body
from bot.store import connection, ledger
from bot.store.database import Database
from tests.bench import measure, pages
from tests.bench.measure import Figures

_BATCH = 2_000
_COLUMNS = [
    "stream_id",
    "task_id",
    "email",
    "model",
    "status",
    "is_byok",
    "created_at",
    "neo_credits",
    "neo_cost",
    "llm_cost",
    "step_count",
    "tool_calls",
    "agent_triggers",
    "total_execution_ms",
    "llm_time_ms",
    "tool_time_ms",
    "tool_breakdown",
    "agent_breakdown",
    "error_message",
]


def ours(source: str, path: str) -> Figures:
    """CPU seconds for all of it, the most memory, and the size of the database."""

    async def run() -> None:
        database = await Database.open(path, write=True)
        add = partial(ledger.add, seen=pages.END, live=False)
        for records in pages.batches(source, _BATCH):
            await database.write(add, records)
        await database.close()

    begun = time.process_time()
    asyncio.run(run())
    took = time.process_time() - begun
    return {"seconds": took, "peak": measure.peak(), "bytes": Path(path).stat().st_size}


def plain(source: str, path: str) -> Figures:
    """json.loads, and INSERT into one table without an index."""
    db = _opened(path)
    db.execute(f"CREATE TABLE record ({', '.join(_COLUMNS)})")
    insert = f"INSERT INTO record VALUES ({', '.join('?' * len(_COLUMNS))})"
    begun, rows = time.process_time(), []
    for body in pages.bodies(source):
        rows += [tuple(_flat(row).values()) for row in json.loads(body)["data"]]
        if len(rows) >= _BATCH:
            _insert(db, insert, rows)
            rows = []
    _insert(db, insert, rows)
    db.close()
    return {"seconds": time.process_time() - begun}


def upsert(source: str, path: str) -> Figures:
    """The command `sqlite-utils upsert` by the stream's id, as one would type it."""
    lines = Path(f"{path}.json")
    with lines.open("w", encoding="utf-8") as file:
        for body in pages.bodies(source):
            file.writelines(json.dumps(_flat(row)) + "\n" for row in json.loads(body)["data"])
    command = [sys.executable, "-m", "sqlite_utils", "upsert", path, "record", str(lines)]
    subprocess.run([*command, "--nl", "--pk", "stream_id"], check=True, stdout=subprocess.DEVNULL)
    lines.unlink()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": used.ru_utime + used.ru_stime}


def unchanged(source: str, path: str) -> Figures:
    """The store's step for pages that say nothing new, beside validating them; and the rows it writes."""
    db = connection.writing(Path(path))
    body_type, validating, storing = TypeAdapter(Body), 0.0, 0.0
    for body in islice(pages.bodies(source), 100):
        begun = time.process_time()
        body_type.validate_json(body)
        validating += time.process_time() - begun
        records = page.parse(body, pages.convert).records
        begun = time.process_time()
        with connection.transaction(db, durable=False):
            ledger.add(db, records, seen=pages.END, live=True)
        storing += time.process_time() - begun
    written = db.conn.total_changes
    db.close()
    return {"store": storing, "validate": validating, "written": written}


def _opened(path: str) -> sqlite3.Connection:
    """A file with the settings of the store, so that only the work differs."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA wal_autocheckpoint = 10000")
    db.execute("PRAGMA cache_size = -16384")
    return db


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    found = {name: row[name] for name in _COLUMNS}
    for name in ("tool_breakdown", "agent_breakdown"):
        found[name] = json.dumps(found[name])
    return found


def _insert(db: sqlite3.Connection, insert: str, rows: list[tuple[Any, ...]]) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.executemany(insert, rows)
    db.execute("COMMIT")


MEASURES: measure.Measures = {
    "ours": ours,
    "plain": plain,
    "upsert": upsert,
    "unchanged": unchanged,
}

if __name__ == "__main__":
    measure.tell(MEASURES)
