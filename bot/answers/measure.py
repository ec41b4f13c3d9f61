"""Sums of the ledger as answers need them."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from bot.notify.facts import Split
from bot.store import sums
from bot.store.connection import Connection
from rules.labels import EVERYTHING, Label, Pattern, Selector, Values
from rules.metric import NOTHING, Reads, Totals
from rules.money import Money
from rules.rule import Rule
from rules.series import Only, Query
from rules.window import Span

RECORDS = (Reads.RECORDS,)


def by(
    db: Connection, group_by: tuple[Label, ...], span: Span, where: Selector = EVERYTHING
) -> dict[Values, Totals]:
    """Sums over records by label values."""
    return joined(db, [Query(Reads.RECORDS, span, group_by, where)])


def total(
    db: Connection, span: Span, where: Selector = EVERYTHING, reads: Iterable[Reads] = RECORDS
) -> Totals:
    """Totals of all that is selected; a task counts once, however many streams it has."""
    return joined(db, [Query(table, span, (), where) for table in reads]).get((), NOTHING)


def of_rule(db: Connection, rule: Rule, span: Span, only: Only = None) -> dict[Values, Totals]:
    """What a rule's series are judged on; gauges have none."""
    return joined(
        db, [Query(table, span, rule.group_by, rule.where) for table in reads(rule)], only
    )


def reads(rule: Rule) -> list[Reads]:
    return [table for table in rule.metric.reads if table is not Reads.BILLING]


def joined(db: Connection, queries: Iterable[Query], only: Only = None) -> dict[Values, Totals]:
    """The answers of queries that differ in what they read, put together."""
    found: dict[Values, Totals] = {}
    for query in queries:
        for values, totals in sums.answer(db, query, only).items():
            known = found.get(values)
            found[values] = totals if known is None else known.plus(totals)
    return found


def added(parts: Mapping[Values, Totals]) -> Totals:
    """All parts together; not for tasks, of which one may be in many parts."""
    found = NOTHING
    for totals in parts.values():
        found = found.plus(totals)
    return found


def split(totals: Totals) -> Split:
    return Split(Money(totals.credits), Money(totals.neo_cost), Money(totals.llm_cost))


def error_rate(totals: Totals) -> Fraction | None:
    """A percentage; None where nothing completed or failed."""
    return Fraction(totals.errors * 100, totals.judged) if totals.judged else None


def narrowed(where: Selector, label: Label, values: Iterable[str]) -> Selector:
    """`where`, but `label` one of `values`; without values nothing is selected."""
    chosen = tuple(sorted(values))
    return Selector.of(
        {**dict(where.patterns), label: Pattern(chosen, exclude=() if chosen else ("*",))}
    )
