"""What a value is made of: the records or the tasks behind it, which add up to it exactly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from bot.answers import measure
from bot.answers.book import Book
from bot.notify.why import Made, Part
from bot.store import tasks
from bot.store.connection import Connection
from rules import metric, series
from rules.labels import Label, Selector, Values
from rules.metric import METRICS, Kind, Metric, Reads, Totals, Value
from rules.record import Record
from rules.rule import Rule
from rules.series import Query
from rules.window import Span

TOP = 8
MOST = 5_000
"""Of more records than this their tasks are told."""

_TASK = (Label.SOURCE, Label.TASK)

_Found = tuple[Part, Totals]
"""A part, and what it adds to the totals of its series."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """The sum in a metric; of a ratio the one above the line, and `below` the count under it."""

    summed: Metric
    below: Callable[[Totals], int] | None = None


RATIOS = {
    "error_rate": _Sum(METRICS["errors"], lambda totals: totals.judged),
    "cost_per_task": _Sum(METRICS["spend"], lambda totals: totals.tasks),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One series of a rule over one span, and its totals there."""

    rule: Rule
    values: Values
    span: Span
    totals: Totals

    @property
    def where(self) -> Selector:
        """What selects its records; where a value has a `*` in it, perhaps more."""
        where = self.rule.where
        for label, value in zip(self.rule.group_by, self.values, strict=True):
            where = measure.narrowed(where, label, [value])
        return where


def made(db: Connection, book: Book, asked: Asked) -> Made | None:
    """The parts of a value, None where it is not made of usage."""
    measured = asked.rule.metric
    if measured.kind is Kind.GAUGE:
        return None
    if measured.kind is Kind.FIRST:
        return _made_of_first(db, book, asked)
    of = RATIOS.get(measured.name, _Sum(measured))
    by_record = of.summed.reads == (Reads.RECORDS,) and asked.totals.streams <= MOST
    found = (_records if by_record else _tasks)(book, asked, of.summed)
    ranked = sorted((each for each in found if each[0].amount), key=_rank)
    shown, rest = ranked[:TOP], ranked[TOP:]
    return Made(
        parts=_titled(db, [part for part, _ in shown]),
        more=len(rest),
        rest=_amount(of.summed, measure.added(totals for _, totals in rest)),
        whole=_amount(of.summed, asked.totals),
        of=of.below(asked.totals) if of.below else None,
    )


def _made_of_first(db: Connection, book: Book, asked: Asked) -> Made:
    """The record that was the first, where it is in the span."""
    found = _records(book, asked, asked.rule.metric) if asked.totals.new else []
    first = [part for part, _ in sorted(found, key=lambda each: (str(each[0].at), each[0].key))][:1]
    parts = [replace(part, amount=asked.totals.new) for part in first]
    return Made(parts=_titled(db, parts), more=0, rest=0, whole=asked.totals.new)


def _rank(found: _Found) -> tuple[int | Fraction, str, str, str]:
    part, _ = found
    return -metric.size(part.amount), part.source, part.task, part.key


def _records(book: Book, asked: Asked, of: Metric) -> list[_Found]:
    query = Query(Reads.RECORDS, asked.span, asked.rule.group_by, asked.where)
    return [
        (_part(record, _amount(of, totals)), totals)
        for record in book.records(asked.where, asked.span)
        if series.selects(query.where, record)
        for values, totals in series.parts(query, record)
        if values == asked.values
    ]


def _part(record: Record, amount: Value) -> Part:
    return Part(
        key=record.key,
        source=record.source,
        task=record.task,
        title="",
        amount=amount,
        user=record.user,
        model=record.model,
        status=record.status,
        at=record.at,
    )


def _tasks(book: Book, asked: Asked, of: Metric) -> list[_Found]:
    group_by = (*asked.rule.group_by, *_TASK)
    queries = [Query(reads, asked.span, group_by, asked.where) for reads in of.reads]
    found = series.joined(book.answer(query, None) for query in queries)
    width = len(asked.values)
    return [
        (Part("", values[width], values[width + 1], "", _amount(of, totals)), totals)
        for values, totals in found.items()
        if values[:width] == asked.values
    ]


def _titled(db: Connection, parts: Sequence[Part]) -> tuple[Part, ...]:
    titles = tasks.titles(db, [(part.source, part.task) for part in parts])
    return tuple(replace(part, title=titles.get((part.source, part.task), "")) for part in parts)


def _amount(of: Metric, totals: Totals) -> Value:
    """Sums have a value whatever the totals are."""
    value = of.value(totals)
    return 0 if value is None else value
