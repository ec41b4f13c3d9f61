"""What is left to say of a rule that is gone, and can measure nothing: what was said last, with how it ended."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.notify.facts import AlertFacts, ChangesFacts, Stretch
from bot.notify.notification import AlertBody, Body, ChangesBody, TableBody
from rules import meaning
from rules.alert import Alert, Reason


def said(body: Body, ended: Mapping[str, Alert]) -> tuple[Body, Body]:
    """What a message says from now on, and a reply to it; `ended` are those of its alerts that are over, by id."""
    if isinstance(body, AlertBody):
        last = AlertBody(_as_ended(body.alert, ended))
        return last, last
    if not isinstance(body, TableBody):
        raise TypeError(f"a message of the kind {body.kind} is not about alerts")
    rows = tuple(_as_ended(row, ended) for row in body.table.rows)
    table = replace(body.table, rows=rows, open=max(body.table.open - len(ended), 0))
    listed = tuple(row for row in rows if row.id in ended)
    return TableBody(table), ChangesBody(ChangesFacts(table.rule, listed, len(ended)))


def rows(bodies: Iterable[Body], ended: Mapping[str, Alert]) -> dict[str, AlertFacts]:
    """The rows of `ended` alerts by id, as far as those messages show them."""
    found: dict[str, AlertFacts] = {}
    for body in bodies:
        shown = body.table.rows if isinstance(body, TableBody) else ()
        shown = (body.alert,) if isinstance(body, AlertBody) else shown
        found |= {facts.id: _as_ended(facts, ended) for facts in shown if facts.id in ended}
    return found


def unread(alert: Alert, receiver: str, zone: str) -> AlertFacts:
    """What the alert itself tells, where what was said of it cannot be read or never was shown."""
    series = alert.series
    facts = AlertFacts(
        id=alert.id,
        rule=series.rule,
        summary="",
        condition=series.condition,
        metric=meaning.metric_name(series.meaning),
        labels=series.labels,
        state=alert.state,
        severity=alert.severity,
        peak=alert.peak,
        reason=Reason.CLOSED,
        value=alert.value,
        worst=alert.worst,
        limit=alert.limit.value,
        limit_text=alert.limit.text,
        limit_severity=alert.limit.severity,
        told=None,
        period=Stretch("", alert.span.start, alert.span.end, zone),
        by_period=alert.by_period,
        since=alert.since,
        ended=alert.ended,
        note=alert.note,
        records=0,
        tasks=(),
        more_tasks=0,
        split=None,
        pace=None,
        data_at=None,
        runbook="",
        receiver=receiver,
    )
    return _as_ended(facts, {alert.id: alert})


def _as_ended(facts: AlertFacts, ended: Mapping[str, Alert]) -> AlertFacts:
    alert = ended.get(facts.id)
    if alert is None:
        return facts
    return replace(
        facts,
        state=alert.state,
        severity=None,
        reason=Reason.CLOSED,
        ended=alert.ended,
        note=alert.note,
        pace=None,
    )
