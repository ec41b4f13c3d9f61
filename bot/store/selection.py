"""A rule's `where` and the ids that it comes to, as conditions of SQL."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.store import rows, terms
from bot.store.connection import Connection
from bot.store.terms import Kind
from rules.labels import Label, Pattern, Selector, byok_value
from rules.series import Query

USED = {Label.TOOL: "tools", Label.AGENT: "agents"}
"""Where the ledger keeps what a record used."""

USED_NAME = "json_extract(used.value, '$[0]')"


@dataclass(slots=True)
class Conditions:
    """Conditions that all must hold, and the values bound in them by name."""

    clauses: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)

    def within(
        self, expression: str, name: str, ids: Iterable[int], *, negated: bool = False
    ) -> None:
        """`expression` is one of `ids`, or none of them."""
        self.values[name] = listed(ids)
        self.clauses.append(f"{expression} {'NOT ' if negated else ''}IN {bound(name)}")

    def also(self, other: "Conditions") -> "Conditions":
        return Conditions([*self.clauses, *other.clauses], {**self.values, **other.values})

    @property
    def sql(self) -> str:
        return " AND ".join(self.clauses) or "TRUE"


def listed(ids: Iterable[int]) -> str:
    """Ids as a JSON list. Booleans are ids too: false is 0."""
    return f"[{','.join([f'{id_:d}' for id_ in sorted(ids)])}]"


def used(label: Label) -> str:
    """SQL of the tools or agents of a record, as rows of `used`."""
    return f"json_each({rows.listed(f'ledger.{USED[label]}')}) AS used"


def bound(name: str) -> str:
    """SQL for the ids that are bound as a JSON list under a name."""
    return f"(SELECT value FROM json_each(:{name}))"


def of(
    db: Connection, where: Selector, *, tasks: bool = False, settled: Label | None = None
) -> Conditions:
    """The conditions on the ledger or a rollup, or on the table of tasks.

    Tasks do not know which tools and agents were used; that is not asked of them. Nor is the label that is `settled`
    by the way in which rows are found.
    """
    conditions = Conditions()
    for label, pattern in where.patterns:
        if label is settled:
            continue
        if label in USED:
            if not tasks:
                _used(db, conditions, label, pattern)
        elif label is Label.BYOK:
            fitting = [value for value in (False, True) if pattern.matches(byok_value(value))]
            conditions.within("byok", "byok_in", fitting)
        else:
            column = "id" if tasks and label is Label.TASK else label.value
            _single(db, conditions, column, (label, pattern))
    return conditions


def of_part(db: Connection, query: Query) -> Conditions:
    """The conditions on the name of one tool or agent, where the query groups by them."""
    conditions = Conditions()
    for label in query.group_by:
        pattern = query.where.pattern(label)
        if label in USED and pattern is not None:
            _name(db, conditions, label, pattern)
    return conditions


def _name(db: Connection, conditions: Conditions, label: Label, pattern: Pattern) -> None:
    kind = Kind(label.value)
    if pattern.include:
        conditions.within(USED_NAME, "name_in", terms.fitting(db, kind, pattern.include))
    if pattern.exclude:
        found = terms.fitting(db, kind, pattern.exclude)
        conditions.within(USED_NAME, "name_out", found, negated=True)


def _single(
    db: Connection, conditions: Conditions, column: str, asked: tuple[Label, Pattern]
) -> None:
    """The plus keeps SQLite from taking these for a way to find rows: there may be very many."""
    label, pattern = asked
    excluded = terms.fitting(db, Kind(label.value), pattern.exclude)
    if pattern.include:
        found = terms.fitting(db, Kind(label.value), pattern.include) - excluded
        conditions.within(f"+{column}", f"{label}_in", found)
    elif pattern.exclude:
        conditions.within(f"+{column}", f"{label}_out", excluded, negated=True)


def _used(db: Connection, conditions: Conditions, label: Label, pattern: Pattern) -> None:
    for name, globs, sense in (
        (f"{label}_in", pattern.include, "EXISTS"),
        (f"{label}_out", pattern.exclude, "NOT EXISTS"),
    ):
        if globs:
            conditions.values[name] = listed(terms.fitting(db, Kind(label.value), globs))
            conditions.clauses.append(
                f"{sense} (SELECT 1 FROM {used(label)} WHERE {USED_NAME} IN {bound(name)})"
            )
