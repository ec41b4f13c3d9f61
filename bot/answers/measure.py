"""Sums of the ledger as answers need them."""

from collections.abc import Iterable, Sequence

from bot.notify.facts import Split
from bot.store import memo, sums
from bot.store.connection import Connection
from rules import ranking, series
from rules.labels import EVERYTHING, Label, Pattern, Selector, Values
from rules.metric import NOTHING, Reads, Totals
from rules.money import Money
from rules.rule import Rule
from rules.series import Only, Query, Question
from rules.window import Period, Span

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


def totals(db: Connection, spans: Sequence[Span], where: Selector = EVERYTHING) -> list[Totals]:
    """Totals over records in each of some spans, read together."""
    found = sums.answers(db, Query(Reads.RECORDS, spans[0], (), where), spans)
    return [each.get((), NOTHING) for each in found]


def of_rule(db: Connection, rule: Rule, span: Span, only: Only = None) -> dict[Values, Totals]:
    """What a rule's series are judged on; gauges have none. Nobody may change what is given."""
    if isinstance(
        rule.window, Period
    ):  # a span that many ask for; a rolling one is another each time
        return memo.of(db, of_question, rule.question, span, only)
    return of_question(db, rule.question, span, only)


def of_question(
    db: Connection, asked: Question, span: Span, only: Only = None
) -> dict[Values, Totals]:
    """The same for all rules that ask it."""
    tables = ranking.sums(asked.metric)
    return joined(db, [Query(table, span, asked.group_by, asked.where) for table in tables], only)


def joined(db: Connection, queries: Iterable[Query], only: Only = None) -> dict[Values, Totals]:
    """The answers of queries that differ in what they read, put together."""
    return series.joined(sums.answer(db, query, only) for query in queries)


def added(parts: Iterable[Totals]) -> Totals:
    """All parts together; not for tasks, of which one may be in many parts."""
    return Totals(*map(sum, zip(*parts, strict=True)))


def split(totals: Totals) -> Split:
    return Split(Money(totals.credits), Money(totals.neo_cost), Money(totals.llm_cost))


def narrowed(where: Selector, label: Label, values: Iterable[str]) -> Selector:
    """`where`, but `label` one of `values`; without values nothing is selected."""
    chosen = tuple(sorted(values))
    return Selector.of(
        {**dict(where.patterns), label: Pattern(chosen, exclude=() if chosen else ("*",))}
    )
