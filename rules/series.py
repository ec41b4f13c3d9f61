"""What rules ask of history, as data, and the in-memory fold that answers it exactly as the store does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules import window
from rules.labels import UNKNOWN, Label, Selector, Values
from rules.metric import NOTHING, Metric, Reads, Totals
from rules.record import FAILED, JUDGED, Record, Task
from rules.window import Span, Window

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""Before any record."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question about one span: totals per combination of `group_by` values among what `where` selects.

    With `days`, each combination is split by local date too: its values end with the date, `2026-11-22`.
    """

    reads: Reads
    span: Span
    group_by: tuple[Label, ...]
    where: Selector
    days: ZoneInfo | None = None

    @property
    def since(self) -> datetime:
        """From when on records make a difference: what is new is so by all that was before."""
        return BEGINNING if self.reads is Reads.FIRST else self.span.start


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What a rule asks at any time. Rules that ask the same have the same object, so comparing costs nothing."""

    metric: Metric
    window: Window | None
    group_by: tuple[Label, ...]
    where: Selector


@lru_cache(maxsize=4096)
def question(
    metric: Metric, window: Window | None, group_by: tuple[Label, ...], where: Selector
) -> Question:
    """The one question of these parts."""
    return Question(metric, window, group_by, where)


Answer = Mapping[Values, Totals]
"""Totals by label values; a combination without records is left out."""

Only = frozenset[Values] | None
"""The combinations that are wanted; None is all. An answer may hold more."""


def joined(answers: Iterable[Answer]) -> dict[Values, Totals]:
    """Answers to queries that differ in what they read, put together."""
    found: dict[Values, Totals] = {}
    for answer in answers:
        for values, totals in answer.items():
            known = found.get(values)
            found[values] = totals if known is None else known.plus(totals)
    return found


class Sums:
    """Records and tasks in memory, folded to answer a Query."""

    def __init__(self, records: Iterable[Record], tasks: Iterable[Task] = ()) -> None:
        self._records = list(records)
        self._tasks = list(tasks)

    def answer(self, query: Query) -> Answer:
        if query.days is None:
            return self._fold(query, query.span)
        return {
            (*values, day.isoformat()): totals
            for day, span in window.day_edges(query.days, query.span)
            for values, totals in self._fold(query, span).items()
        }

    def _fold(self, query: Query, span: Span) -> dict[Values, Totals]:
        match query.reads:
            case Reads.RECORDS:
                return self._sum(query, span)
            case Reads.TASKS:
                return self._distinct(query, span)
            case Reads.BLOCKED:
                return self._blocked(query, span)
            case Reads.FIRST:
                return self._new(query, span)
            case _:
                raise ValueError("billing figures are gauges, not sums of records")

    def _selected(self, query: Query, span: Span) -> Iterator[Record]:
        return (
            record for record in self._records if record.at in span and selects(query.where, record)
        )

    def _sum(self, query: Query, span: Span) -> dict[Values, Totals]:
        found: dict[Values, Totals] = {}
        for record in self._selected(query, span):
            for values, totals in parts(query, record):
                found[values] = found.get(values, NOTHING).plus(totals)
        return found

    def _distinct(self, query: Query, span: Span) -> dict[Values, Totals]:
        tasks: dict[Values, set[tuple[str, str]]] = {}
        for record in self._selected(query, span):
            values = values_of(query, record)
            tasks.setdefault(values, set()).add((record.source, record.task))
        return {values: Totals(tasks=len(found)) for values, found in tasks.items()}

    def _new(self, query: Query, span: Span) -> dict[Values, Totals]:
        first: dict[Values, datetime] = {}
        for record in self._selected(query, Span(BEGINNING, span.end)):
            values = values_of(query, record)
            first[values] = min(first.get(values, record.at), record.at)
        return {
            values: NEW for values, at in first.items() if at >= span.start and is_somebody(values)
        }

    def _blocked(self, query: Query, span: Span) -> dict[Values, Totals]:
        found: dict[Values, Totals] = {}
        for task in self._tasks:
            if task.status == "blocked" and task.at in span and _selects_task(query.where, task):
                values = tuple(task.label(label) for label in query.group_by)
                found[values] = found.get(values, NOTHING).plus(Totals(blocked=1))
        return found


NEW = Totals(new=1)
"""What is new is so once, however much was used."""


def is_somebody(values: Values) -> bool:
    """Whether values name anybody or anything: who is unknown is never new."""
    return all(values) and UNKNOWN not in values


def values_of(query: Query, record: Record) -> Values:
    """The record's values of the labels that a query groups by, none of which it has many of."""
    return tuple(record.label(label) for label in query.group_by)


def totals_of(record: Record) -> Totals:
    """What one record adds to a sum."""
    return Totals(
        streams=1,
        errors=int(record.status in FAILED),
        judged=int(record.status in JUDGED),
        unpriced=int(not record.priced),
        credits=record.credits.nano,
        neo_cost=record.neo_cost.nano,
        llm_cost=record.llm_cost.nano,
        steps=record.steps,
        tool_calls=record.tool_calls,
        agent_triggers=record.agent_triggers,
        execution_ms=record.execution_ms,
        llm_ms=record.llm_ms,
        tool_ms=record.tool_ms,
    )


def selects(where: Selector, record: Record) -> bool:
    """Whether a rule's `where` takes the record; for tools and agents that means it used one."""
    for label, pattern in where.patterns:
        match label:
            case Label.TOOL:
                chosen = pattern.matches_any(name for name, _, _ in record.tools)
            case Label.AGENT:
                chosen = pattern.matches_any(name for name, _ in record.agents)
            case _:
                chosen = pattern.matches(record.label(label))
        if not chosen:
            return False
    return True


def _selects_task(where: Selector, task: Task) -> bool:
    return all(
        label in (Label.TOOL, Label.AGENT) or pattern.matches(task.label(label))
        for label, pattern in where.patterns
    )


def parts(query: Query, record: Record) -> Iterator[tuple[Values, Totals]]:
    """What a record adds to which values: once, or once per tool or agent when the query groups by them."""
    if Label.TOOL in query.group_by:
        pattern = query.where.pattern(Label.TOOL)
        for name, calls, ms in record.tools:
            if pattern is None or pattern.matches(name):
                yield _values(query, record, name), Totals(tool_calls=calls, tool_ms=ms)
    elif Label.AGENT in query.group_by:
        pattern = query.where.pattern(Label.AGENT)
        for name, triggers in record.agents:
            if pattern is None or pattern.matches(name):
                yield _values(query, record, name), Totals(agent_triggers=triggers)
    else:
        yield _values(query, record, ""), totals_of(record)


def _values(query: Query, record: Record, part: str) -> Values:
    return tuple(
        part if label in (Label.TOOL, Label.AGENT) else record.label(label)
        for label in query.group_by
    )
