"""What is left to say of a rule that is gone, and can measure nothing: what was said last, with how it ended."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.notify.facts import AlertFacts, ChangesFacts
from bot.notify.notification import AlertBody, Body, ChangesBody, TableBody
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


def rows(bodies: Iterable[Body], ended: Mapping[str, Alert]) -> tuple[AlertFacts, ...]:
    """The rows of `ended` alerts, as far as those messages show them."""
    found: dict[str, AlertFacts] = {}
    for body in bodies:
        shown = body.table.rows if isinstance(body, TableBody) else ()
        shown = (body.alert,) if isinstance(body, AlertBody) else shown
        found |= {facts.id: _as_ended(facts, ended) for facts in shown if facts.id in ended}
    return tuple(found[id_] for id_ in ended if id_ in found)


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
