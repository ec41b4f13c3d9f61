"""What one destination is told in place of many others: many alerts as one table, all who cannot be reached as one note."""

import functools
import operator
from collections.abc import Sequence

from bot.notify import unreachable
from bot.notify.facts import AlertFacts, TableFacts
from bot.notify.figure import Figure
from bot.notify.notification import AlertBody, Body, NoteBody, TableBody
from bot.notify.policy import STORM
from rules import metric
from rules.alert import OPEN
from rules.metric import Kind

_ROWS = 10


def gathered(id_: str, waiting: Sequence[Body]) -> TableBody | NoteBody | None:
    """All that waits as one body, if that is too much to be told one by one; it is of one kind, as `kin` says."""
    missed = [
        body.unreachable for body in waiting if isinstance(body, NoteBody) and body.unreachable
    ]
    if len(missed) > 1:
        whole = unreachable.together(missed)
        return NoteBody(unreachable.words(whole), whole)
    return _table(id_, waiting)


def _table(id_: str, waiting: Sequence[Body]) -> TableBody | None:
    """None for what is not too much. Two tables may be about the same alerts, and are never put together."""
    alerts = [body.alert for body in waiting if isinstance(body, AlertBody)]
    tables = [body.table for body in waiting if isinstance(body, TableBody)]
    if not alerts or len(tables) > 1 or (not tables and len(alerts) <= STORM):
        return None
    rows = [*alerts, *(row for table in tables for row in table.rows)]
    newest = alerts[-1]
    return TableBody(
        TableFacts(
            id=id_,
            rule=newest.rule,
            summary=newest.summary,
            metric=newest.metric,
            severity=max([*(each.peak for each in alerts), *(each.severity for each in tables)]),
            rows=tuple(sorted(rows, key=_rank)[:_ROWS]),
            count=len(alerts) + sum(table.count for table in tables),
            open=sum(each.state in OPEN for each in alerts) + sum(table.open for table in tables),
            total=_total(
                [*(each.value for each in alerts), *(each.total for each in tables)], newest
            ),
            first=False,
            period=newest.period,
            data_at=newest.data_at,
            runbook=newest.runbook,
            note=f"each was meant for somebody else; the last was {newest.note}",
        )
    )


def kin(body: Body) -> object:
    """The same for what can be told as one: alerts of one rule, condition and period, who cannot be reached on one day.

    None for what is told by itself.
    """
    match body:
        case AlertBody(alert):
            return _kin(alert)
        case TableBody(table) if table.rule and not (table.first or table.held):
            return _kin(table.rows[0])
        case NoteBody(unreachable=missed) if missed:
            return missed.day
        case _:
            return None


def _kin(alert: AlertFacts) -> object:
    return (alert.rule, alert.condition, alert.by_period and alert.period.start)


def _total(values: Sequence[Figure | None], alert: AlertFacts) -> Figure | None:
    """The exact sum, where values add up and all are known."""
    known = [value for value in values if value is not None]
    adds_up = metric.METRICS[alert.metric].kind in (Kind.SUM, Kind.MAX)
    return functools.reduce(operator.add, known) if adds_up and len(known) == len(values) else None


def _rank(alert: AlertFacts) -> tuple[object, ...]:
    return (-alert.peak, -metric.size(alert.value), alert.id)
