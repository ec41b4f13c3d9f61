"""The SQL of a Query: the rows of each table that answers a part of it, brought together and summed."""

from dataclasses import dataclass
from functools import lru_cache

from bot.store import branch, selection
from bot.store.branch import Way
from bot.store.rollup import SUMS
from rules.labels import Label
from rules.metric import Reads

_CALLS = "json_extract(used.value, '$[1]')"
_USED_WORTH = {
    Label.TOOL: {"tool_calls": _CALLS, "tool_ms": "json_extract(used.value, '$[2]')"},
    Label.AGENT: {"agent_triggers": _CALLS},
}
"""What one tool or agent of a record adds when a query groups by it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """All that the SQL depends on, which is the same for most questions: figures are bound, not written.

    `conditions` are SQL, and `taken` says that some piece is taken away from the others.
    """

    reads: Reads
    group_by: tuple[Label, ...]
    ways: tuple[Way, ...]
    conditions: str
    taken: bool


@lru_cache(maxsize=256)
def of(shape: Shape) -> str:
    """Selects the number of the local day, the id of each label, and the sums."""
    key = ", ".join(["part", *(f"l{number}" for number, _ in enumerate(shape.group_by))])
    distinct = shape.reads is Reads.TASKS
    rows = (" UNION " if distinct else " UNION ALL ").join(
        f"SELECT {_columns(shape, way)} FROM {_rows(shape, way)}"
        f" WHERE {way.grain.always} AND {shape.conditions}"
        for way in shape.ways
    )
    if distinct and len(shape.ways) == 1:  # a UNION would leave out what comes twice by itself
        rows = rows.replace("SELECT", "SELECT DISTINCT", 1)
    sums = "count(*)" if distinct else ", ".join(f"sum({name})" for name in _sums(shape))
    # A group whose streams were all taken away again is none.
    return (
        f"WITH {branch.inputs(shape.ways)} SELECT {key}, {sums} FROM ({rows}) AS found"
        f" GROUP BY {key}{' HAVING sum(streams) > 0' if shape.taken else ''}"
    )


def _rows(shape: Shape, way: Way) -> str:
    used = [
        f" CROSS JOIN {selection.used(label)}"
        for label in shape.group_by
        if label in selection.USED
    ]
    return way.rows + "".join(used)


def _columns(shape: Shape, way: Way) -> str:
    labels = [
        selection.USED_NAME if label in selection.USED else way.grain.column(label)
        for label in shape.group_by
    ]
    columns = ["part", *(f"{column} AS l{number}" for number, column in enumerate(labels))]
    if shape.reads is Reads.TASKS:
        return ", ".join([*columns, "source", "task"])
    worth = way.grain.worth
    for label in shape.group_by:
        worth = _USED_WORTH.get(label, worth)
    return ", ".join(
        [*columns, *(f"sign * ({worth.get(name, '0')}) AS {name}" for name in _sums(shape))]
    )


def _sums(shape: Shape) -> tuple[str, ...]:
    return ("blocked",) if shape.reads is Reads.BLOCKED else SUMS
