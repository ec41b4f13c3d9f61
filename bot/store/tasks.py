"""Tasks as Neo lists them: titles, and which are blocked."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from bot.store import changes, instant, packing, terms
from bot.store.connection import Connection
from bot.store.terms import Kind
from rules.money import Money
from rules.record import Task

_BLOCKED = "blocked"
_COLUMNS = "source, id, title, user, model, status, byok, at, blocked, spend, streams"
_PUT = (
    f"INSERT OR REPLACE INTO task ({_COLUMNS}) VALUES ({', '.join('?' * len(_COLUMNS.split(',')))})"
)
_Row = tuple[Any, ...]
_IS_BLOCKED = 8
_LABELS = slice(3, 9)
"""From the user to whether it is blocked: what decides where a task counts."""


def put(db: Connection, tasks: Collection[Task]) -> int:
    """Keeps tasks as they are now; gives how many were new or differ. Known ones are not written."""
    latest = {(task.source, task.id): task for task in tasks}
    rows = _encode(db, list(latest.values()))
    kept = _kept(db, rows)
    changed = [row for row in rows if kept.get(row[:2]) != row]
    moved = [row[:2] for row in changed if _moves(kept.get(row[:2]), row)]
    for key in moved:
        changes.mark_blocked(db, *key)
    db.conn.executemany(_PUT, changed)
    for key in moved:
        changes.mark_blocked(db, *key)
    return len(changed)


def get(db: Connection, task_id: str) -> list[Task]:
    """The task of that id in each source that has it."""
    found = db.execute(
        f"SELECT {_COLUMNS} FROM task WHERE id = (SELECT id FROM term WHERE kind = ? AND text = ?)",
        [Kind.TASK, packing.pack(task_id)],
    )
    return _decode(db, found.fetchall())


def titles(db: Connection, ids: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """The title of each (source, task id) that is known."""
    wanted = set(ids)
    sources = terms.find(db, Kind.SOURCE, {source for source, _ in wanted})
    tasks = terms.find(db, Kind.TASK, {task for _, task in wanted})
    by_key = {
        (sources[source], tasks[task]): (source, task)
        for source, task in wanted
        if source in sources and task in tasks
    }
    found = db.execute(
        "SELECT source, id, title FROM task"
        " WHERE id IN (SELECT value FROM json_each(?)) AND source IN (SELECT value FROM json_each(?))",
        [json.dumps([task for _, task in by_key]), json.dumps(list(sources.values()))],
    )
    return {
        by_key[source, task]: title for source, task, title in found if (source, task) in by_key
    }


def _moves(old: _Row | None, new: _Row) -> bool:
    """Whether a blocked task comes, goes, or counts elsewhere."""
    before = old is not None and old[_IS_BLOCKED]
    return bool(before or new[_IS_BLOCKED]) and (old is None or old[_LABELS] != new[_LABELS])


def _kept(db: Connection, rows: Sequence[_Row]) -> dict[_Row, _Row]:
    found = db.execute(
        f"SELECT {_COLUMNS} FROM task WHERE source IN (SELECT value FROM json_each(?))"
        " AND id IN (SELECT value FROM json_each(?))",
        [json.dumps(list({row[0] for row in rows})), json.dumps([row[1] for row in rows])],
    )
    return {row[:2]: row for row in found}


def _encode(db: Connection, tasks: Sequence[Task]) -> list[_Row]:
    sources = terms.intern(db, Kind.SOURCE, {task.source for task in tasks})
    ids = terms.intern(db, Kind.TASK, {task.id for task in tasks})
    users = terms.intern(db, Kind.USER, {task.user for task in tasks})
    models = terms.intern(db, Kind.MODEL, {task.model for task in tasks})
    statuses = terms.intern(db, Kind.STATUS, {task.status for task in tasks})
    return [
        (
            sources[task.source],
            ids[task.id],
            task.title,
            users[task.user],
            models[task.model],
            statuses[task.status],
            int(task.byok),
            instant.to_micros(task.at),
            int(task.status == _BLOCKED),
            task.spend.nano,
            task.streams,
        )
        for task in tasks
    ]


def _decode(db: Connection, rows: Sequence[_Row]) -> list[Task]:
    text = terms.texts(db, {row[place] for row in rows for place in (0, 1, 3, 4, 5)})
    return [
        Task(
            source=text[source],
            id=text[id_],
            title=title,
            user=text[user],
            model=text[model],
            status=text[status],
            byok=bool(byok),
            at=instant.from_micros(at),
            spend=Money(spend),
            streams=streams,
        )
        for source, id_, title, user, model, status, byok, at, _, spend, streams in rows
    ]
