"""Single records behind a figure: the dearest, the latest or the first of what a rule selects."""

from enum import StrEnum

from bot.store import branch, rows, selection
from bot.store.connection import Connection
from bot.store.rows import FACTS
from rules.labels import Selector
from rules.record import Record
from rules.window import Span


class Order(StrEnum):
    """Which records come first."""

    COST = "credits + neo_cost DESC, at DESC, key"
    AT = "at DESC, key"
    FIRST = "at, key"


def records(
    db: Connection, where: Selector, span: Span, *, order: Order, limit: int
) -> list[Record]:
    """At most `limit` records of a span that `where` selects: in that order."""
    found = branch.records(db, where, span)
    conditions = selection.of(db, where)
    chosen = db.execute(
        f"WITH {branch.inputs([found.way])} SELECT source, key, {', '.join(FACTS)} FROM {found.rows}"
        f" WHERE {found.grain.always} AND {conditions.sql} ORDER BY {order.value} LIMIT {limit:d}",
        {**branch.values([found]), **conditions.values},
    )
    return rows.decode(db, chosen.fetchall())
