"""Answers a Query by SQL: whole buckets from rollups that know its labels, the edges from the ledger."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.store import branch, firsts, grain, pieces, selection, statement, terms
from bot.store.branch import Branch, Driver
from bot.store.connection import Connection
from bot.store.statement import Shape
from rules import series, window
from rules.labels import Label, Values, byok_value
from rules.metric import Reads, Totals
from rules.series import NEW, Answer, Only, Query
from rules.window import Span


def answer(db: Connection, query: Query, only: Only = None) -> Answer:
    """Totals by label values, as `rules.series.Sums` gives them; with `only` perhaps of more than those."""
    if query.days is None:
        (found,) = answers(db, query, [query.span], only)
        return found
    days = window.day_edges(query.days, query.span)
    told = answers(db, query, [span for _, span in days], only)
    return {
        (*values, day.isoformat()): totals
        for (day, _), found in zip(days, told, strict=True)
        for values, totals in found.items()
    }


def answers(
    db: Connection, query: Query, spans: Sequence[Span], only: Only = None
) -> list[dict[Values, Totals]]:
    """The answer for each of some spans, in the place of the query's own; they are read together."""
    if query.reads is Reads.FIRST:
        return _firsts(db, query, spans, only)
    told: list[dict[Values, Totals]] = [{} for _ in spans]
    if only is not None and not only:
        return told
    driver = _driver(db, query, only)
    labels = frozenset(query.group_by) | {label for label, _ in query.where.patterns}
    chosen = grain.choose(query.reads, labels, driver.label if driver else None)
    levels = pieces.cut(
        spans, [table.bucket for table in chosen], counted=query.reads is Reads.TASKS
    )
    branches = [
        Branch(table, found, driver) for table, found in zip(chosen, levels, strict=True) if found
    ]
    if branches:
        _tell(db, query, _read(db, query, branches), told)
    return told


def _firsts(
    db: Connection, query: Query, spans: Sequence[Span], only: Only
) -> list[dict[Values, Totals]]:
    """What is new in a span is used in it, and was not before."""
    used = answers(db, replace(query, reads=Reads.RECORDS), spans, only)
    return [
        dict.fromkeys(
            firsts.new_from(db, query, span.start, [*filter(series.is_somebody, found)]), NEW
        )
        for span, found in zip(spans, used, strict=True)
    ]


def _driver(db: Connection, query: Query, only: Only) -> Driver | None:
    if query.reads is Reads.BLOCKED:
        return None
    return branch.driver(db, query.where, query.group_by, only)


def _read(db: Connection, query: Query, branches: list[Branch]) -> list[tuple[Any, ...]]:
    """Rows of the number of a span, the ids of labels, and sums."""
    driver = branches[0].driver
    conditions = selection.of(
        db,
        query.where,
        tasks=query.reads is Reads.BLOCKED,
        settled=driver.label if driver and driver.whole else None,
    ).also(selection.of_part(db, query))
    shape = Shape(
        query.reads,
        query.group_by,
        tuple(one.way for one in branches),
        conditions.sql,
        taken=any(piece.sign < 0 for one in branches for piece in one.pieces),
    )
    values = {**branch.values(branches), **conditions.values}
    return db.execute(statement.of(shape), values).fetchall()


_BYOK = {number: byok_value(value) for number, value in enumerate((False, True))}

_TOTALS: dict[Reads, Callable[..., Totals]] = {
    Reads.RECORDS: Totals,
    Reads.TASKS: lambda tasks: Totals(tasks=tasks),
    Reads.BLOCKED: lambda blocked: Totals(blocked=blocked),
}
"""What the sums of a row are."""


def _tell(
    db: Connection,
    query: Query,
    rows: list[tuple[Any, ...]],
    told: Sequence[dict[Values, Totals]],
) -> None:
    """Puts rows into the answers of their spans."""
    width, totals = len(query.group_by) + 1, _TOTALS[query.reads]
    named = [place for place, label in enumerate(query.group_by, 1) if label is not Label.BYOK]
    text = terms.texts(db, {row[place] for row in rows for place in named})
    texts = [_BYOK if label is Label.BYOK else text for label in query.group_by]
    for row in rows:
        values = tuple([known[id_] for known, id_ in zip(texts, row[1:width], strict=True)])
        told[row[0]][values] = totals(*row[width:])
