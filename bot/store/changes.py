"""Which usage changed since rules were last judged."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bot.store import instant, terms
from bot.store.connection import Connection
from rules.change import Change
from rules.labels import byok_value
from rules.window import Span

_LABELS = "source, user, model, byok, status, task"
_OF_TASK = "source, user, model, byok, status, id, at"
_GROUPED = f"SELECT {_LABELS}, min(at), max(at)"


def mark(db: Connection, ids: Iterable[int]) -> None:
    """Rows of the ledger that are new, corrected or gone."""
    db.conn.executemany("INSERT INTO dirty (first, last) VALUES (?, ?)", _runs(ids))


def mark_former(db: Connection, ids: Sequence[int]) -> None:
    """Rows of the ledger that are about to be corrected: whoever loses them must be judged too."""
    db.execute(
        f"INSERT INTO dirty ({_LABELS}, at) SELECT {_LABELS}, at FROM ledger"
        " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        [json.dumps(ids)],
    )


def mark_blocked(db: Connection, source: int, task: int) -> None:
    """A task as it stands, if it is blocked: called before and after its row changes."""
    db.execute(
        f"INSERT INTO dirty ({_LABELS}, at) SELECT {_OF_TASK} FROM task WHERE source = ? AND id = ? AND blocked",
        [source, task],
    )


def count(db: Connection) -> int:
    """How many records wait to be judged, at most; cheap, where `pending` may be long."""
    (number,) = db.execute(
        "SELECT coalesce(sum(coalesce(last - first, 0) + 1), 0) FROM dirty"
    ).fetchone()
    return int(number)


def pending(db: Connection) -> tuple[list[Change], int]:
    """What changed and was not settled, and what `settle` takes once it was judged."""
    (upto,) = db.execute("SELECT coalesce(max(seq), 0) FROM dirty").fetchone()
    found = db.execute(
        f"{_GROUPED} FROM ("
        f" SELECT {_LABELS}, at FROM dirty WHERE first IS NULL UNION ALL"
        f" SELECT {', '.join(f'ledger.{name}' for name in _LABELS.split(', '))}, ledger.at"
        " FROM dirty CROSS JOIN ledger ON ledger.id BETWEEN dirty.first AND dirty.last"
        f") GROUP BY {_LABELS}"
    )
    return _changes(db, found.fetchall()), int(upto)


def latest(db: Connection) -> int:
    """What `settle` takes where everyone is judged anyway, whatever changed."""
    (upto,) = db.execute("SELECT coalesce(max(seq), 0) FROM dirty").fetchone()
    return int(upto)


def settle(db: Connection, upto: int) -> None:
    """Forgets the changes that were judged; what changed again since then stays."""
    db.execute("DELETE FROM dirty WHERE seq <= ?", [upto])


def crossing(db: Connection, span: Span) -> list[Change]:
    """The labels of records and blocked tasks created in a span: what an edge that moves over it takes in or leaves."""
    edges = [instant.to_micros(span.start), instant.to_micros(span.end)]
    found = db.execute(
        f"{_GROUPED} FROM ("
        f" SELECT {_LABELS}, at FROM ledger WHERE at >= ? AND at < ? AND gone IS NULL UNION ALL"
        f" SELECT {_OF_TASK} FROM task WHERE blocked AND at >= ? AND at < ?"
        f") GROUP BY {_LABELS}",
        edges * 2,
    )
    return _changes(db, found.fetchall())


def _changes(db: Connection, rows: Sequence[tuple[Any, ...]]) -> list[Change]:
    text = terms.texts(db, {row[place] for row in rows for place in (0, 1, 2, 4, 5)})
    return [
        Change(
            source=text[source],
            user=text[user],
            model=text[model],
            byok=byok_value(bool(byok)),
            status=text[status],
            task=text[task],
            first=instant.from_micros(first),
            last=instant.from_micros(last),
        )
        for source, user, model, byok, status, task, first, last in rows
    ]


def _runs(ids: Iterable[int]) -> list[tuple[int, int]]:
    """Ids as runs without a gap."""
    runs: list[tuple[int, int]] = []
    for id_ in sorted(ids):
        if runs and runs[-1][1] == id_ - 1:
            runs[-1] = (runs[-1][0], id_)
        else:
            runs.append((id_, id_))
    return runs
