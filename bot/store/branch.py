"""Rows of one table in some pieces of a span, found by time or by a few users or tasks."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.store import grain, instant, selection, terms
from bot.store.connection import Connection
from bot.store.grain import Grain
from bot.store.pieces import Piece
from bot.store.terms import Kind
from rules.labels import Label, Selector
from rules.series import Only
from rules.window import Span

_MOST_DRIVEN = 5_000
"""Beyond so many ids one scan of the span is faster than looking for each."""

_PIECE = ", ".join(f"json_extract(value, '$[{number}]')" for number in range(4))


@dataclass(frozen=True, slots=True)
class Driver:
    """Ids of one label to look for, instead of going through all of the span.

    `whole`: to have one of them is all that is asked of the label.
    """

    label: Label
    ids: frozenset[int]
    whole: bool


@dataclass(frozen=True, slots=True)
class Way:
    """How rows of one table are found: by time, or by the ids of a label. What SQL of it says depends on no figure."""

    grain: Grain
    driven: Label | None

    @property
    def name(self) -> str:
        """What its pieces are called in SQL."""
        return f"pieces_of_{self.grain.table}"

    @property
    def rows(self) -> str:
        """SQL of the rows, for a FROM."""
        return self.grain.found(self.name, self.driven)


@dataclass(frozen=True, slots=True)
class Branch:
    """What is read of one table."""

    grain: Grain
    pieces: list[Piece]
    driver: Driver | None

    @property
    def way(self) -> Way:
        return Way(self.grain, self.driver.label if self.driver else None)

    @property
    def rows(self) -> str:
        return self.way.rows


def records(db: Connection, where: Selector, span: Span) -> Branch:
    """The records of a span, found in the way that suits what is selected."""
    whole = Piece(0, 1, instant.to_micros(span.start), instant.to_micros(span.end))
    return Branch(grain.LEDGER, [whole], driver(db, where))


def inputs(ways: Iterable[Way]) -> str:
    """SQL that makes tables of the pieces and of the driver's ids, for a WITH."""
    tables = {
        way.name: (
            f"{way.name} (part, sign, low, high) AS MATERIALIZED"
            f" (SELECT {_PIECE} FROM json_each(:{way.name}))"
        )
        for way in ways
    }
    if any(way.driven for way in ways):
        tables["driver"] = "driver (chosen) AS MATERIALIZED (SELECT value FROM json_each(:driver))"
    return ", ".join(tables.values())


def values(branches: Iterable[Branch]) -> dict[str, str]:
    """What is bound in `inputs`."""
    bound: dict[str, str] = {}
    for branch in branches:
        # Written by hand: an encoder costs as much as the reading of a few rows.
        pieces = [f"[{part},{sign},{low},{high}]" for part, sign, low, high in branch.pieces]
        bound[branch.way.name] = f"[{','.join(pieces)}]"
        if branch.driver:
            bound["driver"] = selection.listed(branch.driver.ids)
    return bound


def driver(
    db: Connection, where: Selector, group_by: tuple[Label, ...] = (), only: Only = None
) -> Driver | None:
    """The few users or tasks that are wanted or selected, if it is so."""
    for label in (Label.USER, Label.TASK):
        kind, pattern = Kind(label.value), where.pattern(label)
        if only is not None and label in group_by:
            place = group_by.index(label)
            ids = set(terms.find(db, kind, {wanted[place] for wanted in only}).values())
            whole = pattern is None
        elif pattern is not None and pattern.include:
            ids = terms.fitting(db, kind, pattern.include)
            whole = not pattern.exclude
        else:
            continue
        if len(ids) <= _MOST_DRIVEN:
            return Driver(label, frozenset(ids), whole)
    return None
