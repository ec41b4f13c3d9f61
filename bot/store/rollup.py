"""Sums of the ledger per hour and day, kept equal to it by adding and taking away whole records."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.store import instant
from bot.store.connection import Connection
from rules.metric import NOTHING
from rules.record import FAILED, JUDGED

SUMS = NOTHING._fields[:13]
"""What is summed; the other fields of Totals come of their own queries."""


def _among(statuses: frozenset[str]) -> str:
    texts = ", ".join(f"'{status}'" for status in sorted(statuses))
    return f"status IN (SELECT id FROM term WHERE kind = 'status' AND text IN ({texts}))"


WORTH = (
    dict.fromkeys(SUMS, "")
    | {name: name for name in SUMS}
    | {
        "streams": "1",
        "errors": _among(FAILED),
        "judged": _among(JUDGED),
        "unpriced": "NOT priced",
    }
)
"""What one row of the ledger adds to each sum, in SQL."""

_HOUR = f"(at - (at % {instant.HOUR} + {instant.HOUR}) % {instant.HOUR}) / {instant.HOUR}"
"""Rounded down, which SQL's division does only above zero."""

_CHOSEN = "FROM ledger WHERE id IN (SELECT value FROM json_each(:ids)) AND gone IS NULL"


@dataclass(frozen=True, slots=True)
class _Rollup:
    """A table of sums; `labels` are its key, each with the SQL that reads it from the ledger."""

    table: str
    labels: dict[str, str]
    sums: tuple[str, ...] = SUMS

    def adding(self) -> str:
        """SQL that adds records, or takes them away when the sign is -1."""
        key, groups = ", ".join(self.labels), ", ".join(self.labels.values())
        worth = ", ".join(f":sign * sum({WORTH[name]})" for name in self.sums)
        more = ", ".join(f"{name} = {name} + excluded.{name}" for name in self.sums)
        return (
            f"INSERT INTO {self.table} ({key}, {', '.join(self.sums)})"
            f" SELECT {groups}, {worth} {_CHOSEN} GROUP BY {groups}"
            f" ON CONFLICT ({key}) DO UPDATE SET {more}"
        )

    def emptied(self) -> str:
        """SQL that drops what has no streams left, of the sums that these records are in."""
        return (
            f"DELETE FROM {self.table} WHERE streams = 0 AND ({', '.join(self.labels)})"
            f" IN (SELECT {', '.join(self.labels.values())} {_CHOSEN})"
        )


def _named(*labels: str) -> dict[str, str]:
    return {label: label for label in labels}


_ROLLUPS = (
    _Rollup("rollup_hour", {"hour": _HOUR, **_named("source", "model", "byok", "status")}),
    _Rollup("rollup_day", _named("day", "user", "source", "model", "byok", "status")),
    _Rollup(
        "task_day",
        _named("day", "task", "source", "user", "model", "byok", "status"),
        sums=("streams",),
    ),
)
_ADDING = tuple(rollup.adding() for rollup in _ROLLUPS)
_EMPTIED = tuple(rollup.emptied() for rollup in _ROLLUPS)


def add(db: Connection, ids: Sequence[int]) -> None:
    """Adds rows of the ledger, by id, to every sum that they belong to."""
    chosen = json.dumps(list(ids))
    for statement in _ADDING:
        db.execute(statement, {"ids": chosen, "sign": 1})


def take(db: Connection, ids: Sequence[int]) -> None:
    """Takes rows of the ledger, as they are now, out of every sum."""
    chosen = json.dumps(list(ids))
    for statement in _ADDING:
        db.execute(statement, {"ids": chosen, "sign": -1})
    for statement in _EMPTIED:
        db.execute(statement, {"ids": chosen})
