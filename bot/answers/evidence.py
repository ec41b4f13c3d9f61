"""Why a series has its value: its dearest tasks, who is paid, and how many records there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.answers import measure, taskwork
from bot.notify.facts import Split, TaskLine
from bot.store import evidence as records
from bot.store import tasks
from bot.store.connection import Connection
from bot.store.dearest import Cost, Selection
from bot.store.evidence import Order
from rules.labels import Label, Selector
from rules.metric import NOTHING, Kind, Reads, Totals
from rules.money import ZERO
from rules.record import FAILED
from rules.rule import Rule
from rules.series import BEGINNING, Query
from rules.window import Span

TOP = 3

_LOOKED_AT = 100

_USED = (Label.TOOL, Label.AGENT)
"""A record has many of these; what they select is what used one."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The top tasks of a series by the rule's money (else by spend), and how many more there are.

    Errors are shown by the tasks that failed. `split` is None where no money of BYOK is in it, `records` counts all
    records behind the value. `first` is when the first record ever was created, where a rule asks for that.
    """

    tasks: tuple[TaskLine, ...]
    more: int
    split: Split | None
    records: int
    first: datetime | None = None


NONE = Evidence((), 0, None, 0)


def evidence(db: Connection, rule: Rule, labels: Mapping[str, str], span: Span) -> Evidence:
    """The evidence for one series of `rule` over the span that was judged."""
    if rule.metric.kind is Kind.GAUGE:
        return NONE
    where = rule.where
    for label in rule.group_by:
        where = measure.narrowed(where, label, [labels[label]])
    if Reads.BLOCKED in rule.metric.reads:
        return _blocked(db, where, span)
    exactly = {label: labels[label] for label in rule.group_by if label not in _USED}
    found = taskwork.ranked(db, span, _selection(rule, where, exactly), TOP)
    totals = _totals(db, where, exactly, span)
    split = measure.split(totals) if totals.neo_cost or totals.llm_cost else None
    first = _first(db, where, exactly, span.end) if rule.metric.kind is Kind.FIRST else None
    return Evidence(found.lines, found.more, split, totals.streams, first)


def _first(
    db: Connection, where: Selector, exactly: Mapping[Label, str], end: datetime
) -> datetime | None:
    """When it was first used, however long ago. A value with a `*` in it selects others too; those are passed over."""
    ever = Span(BEGINNING, end)
    found = records.records(db, where, ever, order=Order.FIRST, limit=_LOOKED_AT)
    return next(
        (
            record.at
            for record in found
            if all(record.label(label) == value for label, value in exactly.items())
        ),
        None,
    )


def _selection(rule: Rule, where: Selector, exactly: Mapping[Label, str]) -> Selection:
    cost = Cost(rule.metric.name) if rule.metric.name in list(Cost) else Cost.SPEND
    if rule.metric.name in ("errors", "error_rate"):
        status = where.pattern(Label.STATUS)
        failed = [word for word in FAILED if status is None or status.matches(word)]
        where = measure.narrowed(where, Label.STATUS, failed)
    return Selection(where, cost, exactly)


def _totals(db: Connection, where: Selector, exactly: Mapping[Label, str], span: Span) -> Totals:
    group_by, values = tuple(exactly), tuple(exactly.values())
    found = measure.joined(db, [Query(Reads.RECORDS, span, group_by, where)], frozenset({values}))
    return found.get(values, NOTHING)


def _blocked(db: Connection, where: Selector, span: Span) -> Evidence:
    """Blocked tasks carry no money: the first by id are named."""
    group_by = (Label.TASK, Label.SOURCE, Label.USER, Label.MODEL)
    found = sorted(measure.joined(db, [Query(Reads.BLOCKED, span, group_by, where)]))
    shown = found[:TOP]
    titles = tasks.titles(db, [(source, task) for task, source, _, _ in shown])
    lines = [
        TaskLine(task, titles.get((source, task), ""), user, model, ZERO, 0)
        for task, source, user, model in shown
    ]
    return Evidence(tuple(lines), len(found) - len(shown), None, 0)
