"""Answers a Query by SQL: whole buckets from rollups that know its labels, the edges from the ledger."""

from collections.abc import Callable
from datetime import date
from typing import Any

from bot.store import branch, grain, pieces, selection, statement, terms
from bot.store.branch import Branch
from bot.store.connection import Connection
from rules.labels import Label, Values, byok_value
from rules.metric import Reads, Totals
from rules.series import Answer, Only, Query


def answer(db: Connection, query: Query, only: Only = None) -> Answer:
    """Totals by label values, as `rules.series.Sums` gives them; with `only` perhaps of more than those."""
    if only is not None and not only:
        return {}
    tasks = query.reads is Reads.BLOCKED
    driver = None if tasks else branch.driver(db, query.where, query.group_by, only)
    labels = frozenset(query.group_by) | {label for label, _ in query.where.patterns}
    chosen = grain.choose(query.reads, labels, driver.label if driver else None)
    cut = pieces.cut(query, [table.bucket for table in chosen])
    branches = [
        Branch(table, found, driver)
        for table, found in zip(chosen, cut.levels, strict=True)
        if found
    ]
    if not branches:
        return {}
    conditions = selection.of(db, query.where, tasks=tasks).also(selection.of_part(db, query))
    rows = db.execute(
        statement.of(query, branches, conditions.sql),
        {**branch.values(branches), **conditions.values},
    )
    return _told(db, query, cut.parts, rows.fetchall())


_BYOK = {number: byok_value(value) for number, value in enumerate((False, True))}

_TOTALS: dict[Reads, Callable[..., Totals]] = {
    Reads.RECORDS: Totals,
    Reads.TASKS: lambda tasks: Totals(tasks=tasks),
    Reads.BLOCKED: lambda blocked: Totals(blocked=blocked),
}
"""What the sums of a row are."""


def _told(
    db: Connection, query: Query, parts: list[date], rows: list[tuple[Any, ...]]
) -> dict[Values, Totals]:
    """Rows of a part, the ids of labels, and sums, as an answer."""
    width, totals = len(query.group_by) + 1, _TOTALS[query.reads]
    named = [place for place, label in enumerate(query.group_by, 1) if label is not Label.BYOK]
    text = terms.texts(db, {row[place] for row in rows for place in named})
    texts = [_BYOK if label is Label.BYOK else text for label in query.group_by]
    days: list[Values] = [(day.isoformat(),) for day in parts] or [()]
    return {
        (*(known[id_] for known, id_ in zip(texts, row[1:width], strict=True)), *days[row[0]]): (
            totals(*row[width:])
        )
        for row in rows
    }
