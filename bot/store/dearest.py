"""The tasks that cost most inside a span."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.store import branch, packing, selection, terms
from bot.store.connection import Connection
from bot.store.selection import Conditions
from bot.store.terms import Kind
from rules import labels
from rules.labels import Label, Selector
from rules.money import Money
from rules.window import Span


class Cost(StrEnum):
    """Which money counts; named as the metrics are."""

    SPEND = "spend"
    CREDITS = "credits"
    NEO_COST = "neo_cost"
    LLM_COST = "llm_cost"
    TOTAL_COST = "total_cost"


_COLUMNS = {Cost.SPEND: "credits + neo_cost", Cost.TOTAL_COST: "credits + neo_cost + llm_cost"}


@dataclass(frozen=True, slots=True)
class Selection:
    """Whose tasks, by which money; labels of `exactly` must have just that value, in which a `*` is a character."""

    where: Selector
    cost: Cost = Cost.SPEND
    exactly: Mapping[Label, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dearest:
    """A task, what it cost inside the span, and how many streams it had there."""

    source: str
    task: str
    cost: Money
    streams: int


def tasks(db: Connection, of: Selection, span: Span, limit: int) -> tuple[list[Dearest], int]:
    """The `limit` dearest tasks, and how many there are in all. Ties go by streams, then by id."""
    found = branch.records(db, of.where, span)
    conditions = selection.of(db, of.where).also(_exact(db, of.exactly))
    rows = db.execute(
        f"WITH {branch.inputs([found.way])}, works AS"
        f" (SELECT source, task, sum({_COLUMNS.get(of.cost, of.cost)}) AS cost, count(*) AS streams"
        f" FROM {found.rows} WHERE {found.grain.always} AND {conditions.sql} GROUP BY source, task)"
        " SELECT owner.text, named.text, cost, streams, count(*) OVER () FROM works"
        " JOIN term AS owner ON owner.id = source JOIN term AS named ON named.id = task"
        f" ORDER BY cost DESC, streams DESC, named.text, owner.text LIMIT {limit:d}",
        {**branch.values([found]), **conditions.values},
    ).fetchall()
    dearest = [
        Dearest(packing.unpack(source), packing.unpack(task), Money(nano), streams)
        for source, task, nano, streams, _ in rows
    ]
    return dearest, rows[0][-1] if rows else 0


def _exact(db: Connection, values: Mapping[Label, str]) -> Conditions:
    conditions = Conditions()
    for label, value in values.items():
        if label is Label.BYOK:
            ids = [number for number in (0, 1) if labels.byok_value(bool(number)) == value]
        else:
            ids = list(terms.find(db, Kind(label.value), [value]).values())
        conditions.within(label.value, f"exactly_{label.value}", ids)
    return conditions
