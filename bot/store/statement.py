"""The SQL of a Query: the rows of each table that answers a part of it, brought together and summed."""

from bot.store import branch, selection
from bot.store.branch import Branch
from bot.store.rollup import SUMS
from rules.labels import Label
from rules.metric import Reads
from rules.series import Query

_CALLS = "json_extract(used.value, '$[1]')"
_USED_WORTH = {
    Label.TOOL: {"tool_calls": _CALLS, "tool_ms": "json_extract(used.value, '$[2]')"},
    Label.AGENT: {"agent_triggers": _CALLS},
}
"""What one tool or agent of a record adds when a query groups by it."""


def of(query: Query, branches: list[Branch], conditions: str) -> str:
    """Selects the number of the local day, the id of each label, and the sums."""
    key = ", ".join(["part", *(f"l{number}" for number, _ in enumerate(query.group_by))])
    distinct = query.reads is Reads.TASKS
    select, union = ("SELECT DISTINCT", " UNION ") if distinct else ("SELECT", " UNION ALL ")
    rows = union.join(
        f"{select} {_columns(query, one)} FROM {_rows(query, one)}"
        f" WHERE {one.grain.always} AND {conditions}"
        for one in branches
    )
    sums = "count(*)" if distinct else ", ".join(f"sum({name})" for name in _sums(query))
    # A group whose streams were all taken away again is none.
    taken = any(piece.sign < 0 for one in branches for piece in one.pieces)
    return (
        f"WITH {branch.inputs(branches)} SELECT {key}, {sums} FROM ({rows}) AS found"
        f" GROUP BY {key}{' HAVING sum(streams) > 0' if taken else ''}"
    )


def _rows(query: Query, one: Branch) -> str:
    used = [
        f" CROSS JOIN json_each(ledger.{selection.USED[label]}) AS used"
        for label in query.group_by
        if label in selection.USED
    ]
    return one.rows + "".join(used)


def _columns(query: Query, one: Branch) -> str:
    labels = [
        selection.USED_NAME if label in selection.USED else one.grain.column(label)
        for label in query.group_by
    ]
    columns = ["part", *(f"{column} AS l{number}" for number, column in enumerate(labels))]
    if query.reads is Reads.TASKS:
        return ", ".join([*columns, "source", "task"])
    worth = one.grain.worth
    for label in query.group_by:
        worth = _USED_WORTH.get(label, worth)
    return ", ".join(
        [*columns, *(f"sign * ({worth.get(name, '0')}) AS {name}" for name in _sums(query))]
    )


def _sums(query: Query) -> tuple[str, ...]:
    return ("blocked",) if query.reads is Reads.BLOCKED else SUMS
