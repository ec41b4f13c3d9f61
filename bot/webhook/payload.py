"""The generic JSON of an outgoing webhook, version 1.

Every message is one object. These keys are in all of them:

    version     "1"; grows when a key changes its meaning or goes away, not when one is added
    kind        alert, table, changes, digest, note
    dedupe_key  the same for the same message sent again; also the header Idempotency-Key
    receiver    the receiver's name in the configuration
    late        for how many seconds it could not be delivered, from ten minutes on; else 0

`alert` has, besides:

    id          one episode of one series: firing and resolved carry the same id
    status      firing | resolved: whether it is open; pending alerts are not sent
    state       firing, corrected, closed, resolved, removed
    reason      why it speaks: first, escalated, repeat, corrected, late, delayed, resolved, closed
    rule, summary, condition, metric, labels, note, runbook
    severity    now: info, warning, critical, or null when within its limit; `peak` is the worst it was
    unit        of value, worst, limit: USD, percent (0-100), seconds, count
    value, worst, limit    numbers; money is unrounded USD, exact below a million dollars
    value_text, limit_text the value for people, the limit as written in the rule
    period      {name, start, end, timezone}; the end is exclusive
    since, ended, data_at  the last is the time of the last complete poll behind the figures
    records     how many records make up the value
    tasks       the dearest: [{id, title, user, model, cost, streams}]; more_tasks counts the others

`table` is many alerts of one rule: rule, summary, metric, severity, count, open, unit, total, period, data_at, runbook, note,
held, `alerts` and `also`. With `held` it is what a silence or a quiet time held back; where they are of several rules, rule and
metric are empty, and period is null. `also` is null, or what it held back of alerts that were told of before, in the form of `changes`. `changes` is what became of many:
rule, count, unit, total, data_at, note, `alerts`. `digest` has name, period, spend, credits, neo_cost, llm_cost, to_date,
streams, errors, error_rate, open_alerts, late, stale, skipped, as_of, final, note. `note` has text. Times are RFC 3339 in UTC.
"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from bot.notify.facts import (
    AlertFacts,
    ChangesFacts,
    DigestFacts,
    Stretch,
    TableFacts,
    TaskLine,
)
from bot.notify.notification import (
    AlertBody,
    Body,
    ChangesBody,
    DigestBody,
    NoteBody,
    Notification,
    TableBody,
)
from rules import metric
from rules.alert import OPEN, Reason, State
from rules.metric import Value
from rules.money import Money

VERSION = "1"

Json = dict[str, Any]


def payload(notification: Notification) -> Json:
    """The whole object for one notification."""
    return {
        "version": VERSION,
        "kind": notification.body.kind,
        "dedupe_key": notification.id,
        "receiver": notification.destination.receiver,
        "late": int(notification.late.total_seconds()),
        **_body(notification.body),
    }


def _body(body: Body) -> Json:
    match body:
        case AlertBody(facts):
            return _alert(facts)
        case TableBody(facts):
            return _table(facts)
        case ChangesBody(facts):
            return _changes(facts)
        case DigestBody(facts):
            return _digest(facts)
        case NoteBody(words):
            return {"text": words}


def _alert(facts: AlertFacts) -> Json:
    return {
        "id": facts.id,
        "status": status(facts),
        "state": str(facts.state),
        "reason": str(facts.reason),
        "rule": facts.rule,
        "summary": facts.summary,
        "condition": facts.condition,
        "metric": facts.metric,
        "labels": facts.labels,
        "severity": None if facts.severity is None else str(facts.severity),
        "peak": str(facts.peak),
        "unit": unit(facts.value),
        "value": number(facts.value),
        "value_text": metric.text(facts.value),
        "worst": number(facts.worst),
        "limit": number(facts.limit),
        "limit_text": facts.limit_text,
        "period": _period(facts.period),
        "since": time(facts.since),
        "ended": time(facts.ended),
        "data_at": time(facts.data_at),
        "records": facts.records,
        "tasks": [_task(task) for task in facts.tasks],
        "more_tasks": facts.more_tasks,
        "note": facts.note,
        "runbook": facts.runbook,
    }


def status(facts: AlertFacts) -> str:
    """A late crossing of a closed period is news, and stays so until somebody has seen to it."""
    late = facts.state is State.CLOSED and facts.reason is Reason.LATE
    return "firing" if late or facts.state in OPEN else "resolved"


def _table(facts: TableFacts) -> Json:
    total = facts.total
    return {
        "id": facts.id,
        "rule": facts.rule,
        "summary": facts.summary,
        "metric": facts.metric if facts.rule else "",
        "severity": str(facts.severity),
        "count": facts.count,
        "open": facts.open,
        "unit": None if total is None else unit(total),
        "total": None if total is None else number(total),
        "period": _period(facts.period) if facts.rule else None,
        "data_at": time(facts.data_at),
        "runbook": facts.runbook,
        "note": facts.note,
        "held": facts.held,
        "alerts": [_alert(row) for row in facts.rows],
        "also": None if facts.also is None else _changes(facts.also),
    }


def _changes(facts: ChangesFacts) -> Json:
    rows = [_alert(row) for row in facts.rows]
    total = facts.total
    return {
        "rule": facts.rule,
        "count": facts.count,
        "unit": None if total is None else unit(total),
        "total": None if total is None else number(total),
        "data_at": time(facts.data_at),
        "note": facts.note,
        "alerts": rows,
    }


def _digest(facts: DigestFacts) -> Json:
    rate = facts.error_rate
    return {
        "name": facts.name,
        "period": _period(facts.period),
        "spend": number(facts.spend),
        "credits": number(facts.split.credits),
        "neo_cost": number(facts.split.neo_cost),
        "llm_cost": number(facts.split.llm_cost),
        "to_date": {"spend": number(facts.to_date_spend), **_period(facts.to_date)},
        "streams": facts.streams,
        "errors": facts.errors,
        "error_rate": None if rate is None else number(rate),
        "open_alerts": len(facts.alerts) + facts.more_alerts,
        "late": number(facts.late),
        "stale": list(facts.stale),
        "skipped": facts.skipped,
        "as_of": time(facts.as_of),
        "final": facts.final,
        "note": facts.note,
    }


def _task(task: TaskLine) -> Json:
    return {
        "id": task.id,
        "title": task.title,
        "user": task.user,
        "model": task.model,
        "cost": number(task.cost),
        "streams": task.streams,
    }


def _period(stretch: Stretch) -> Json:
    return {
        "name": stretch.name,
        "start": time(stretch.start),
        "end": time(stretch.end),
        "timezone": stretch.zone,
    }


def number(value: Value) -> float | int:
    """A value as a JSON number; a double holds money to the nano-dollar below a million dollars."""
    match value:
        case Money():
            return _short(float(value.usd))
        case Fraction():
            return _short(float(value))
        case timedelta():
            return _short(value.total_seconds())
        case _:
            return value


def _short(amount: float) -> float | int:
    return int(amount) if amount.is_integer() else amount


def unit(value: Value) -> str:
    match value:
        case Money():
            return "USD"
        case Fraction():
            return "percent"
        case timedelta():
            return "seconds"
        case _:
            return "count"


def time(at: datetime | None) -> str | None:
    """RFC 3339 in UTC: `2026-03-03T13:05:00Z`."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
