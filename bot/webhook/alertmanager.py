"""The payload of Alertmanager's webhook, version 4, so that whatever receives its alerts can receive ours.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config names the fields. Alertmanager sends a group
whole; we send what has changed, so a receiver goes by each alert's `fingerprint` and `status`.

Labels are `alertname` (the rule), `condition`, `severity` and those of the series; an empty one is left out, as
Prometheus does. The fingerprint leaves `severity` out: a warning that becomes critical is the same alert. Alertmanager
knows no digests and no notes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.notify.facts import AlertFacts
from bot.notify.notification import (
    AlertBody,
    Body,
    ChangesBody,
    DigestBody,
    NoteBody,
    Notification,
    TableBody,
)
from bot.webhook import payload
from rules import labels, metric
from rules.condition import forecast

VERSION = "4"
NO_END = "0001-01-01T00:00:00Z"
"""Go's zero time: the alert fires."""

_FIRING, _RESOLVED = "firing", "resolved"

Json = dict[str, Any]
Pairs = dict[str, str]


def message(notification: Notification) -> Json | None:
    """The whole object for one notification; None for what is not about alerts."""
    body = notification.body
    facts = _facts(body)
    if not facts:
        return None
    alerts = [_alert(each) for each in facts]
    group = _identity(facts[0]) if isinstance(body, AlertBody) else {"alertname": facts[0].rule}
    return {
        "version": VERSION,
        "groupKey": f"{{}}:{_written(group)}",
        "truncatedAlerts": _truncated(body),
        "status": _FIRING if any(each["status"] == _FIRING for each in alerts) else _RESOLVED,
        "receiver": notification.destination.receiver,
        "groupLabels": group,
        "commonLabels": _common([each["labels"] for each in alerts]),
        "commonAnnotations": _common([each["annotations"] for each in alerts]),
        "externalURL": "",
        "alerts": alerts,
    }


def _facts(body: Body) -> tuple[AlertFacts, ...]:
    match body:
        case AlertBody(facts):
            return (facts,)
        case TableBody(table):
            return (*table.rows, *(table.also.rows if table.also else ()))
        case ChangesBody(changes):
            return changes.rows
        case DigestBody() | NoteBody():
            return ()


def _truncated(body: Body) -> int:
    """How many alerts the message is about and does not show."""
    match body:
        case TableBody(table):
            also = _truncated(ChangesBody(table.also)) if table.also else 0
            return table.count - len(table.rows) + also
        case ChangesBody(changes):
            return changes.count - len(changes.rows)
        case _:
            return 0


def _alert(facts: AlertFacts) -> Json:
    status = payload.status(facts)
    severity = facts.severity or facts.peak
    return {
        "status": status,
        "labels": {**_identity(facts), "severity": str(severity)},
        "annotations": _annotations(facts),
        "startsAt": payload.time(facts.since),
        "endsAt": payload.time(facts.ended) if status == _RESOLVED else NO_END,
        "generatorURL": "",
        "fingerprint": _fingerprint(_identity(facts)),
    }


def _identity(facts: AlertFacts) -> Pairs:
    """The labels that tell an alert from all others, for as long as it lives."""
    return _filled({"alertname": facts.rule, "condition": facts.condition, **facts.labels})


def _annotations(facts: AlertFacts) -> Pairs:
    is_link = facts.runbook.startswith(("https://", "http://"))
    return _filled(
        {
            "summary": facts.summary or labels.series_text(facts.rule, facts.labels),
            "description": _description(facts),
            "value": json.dumps(payload.number(facts.value)),
            "limit": json.dumps(payload.number(facts.limit)),
            "unit": payload.unit(facts.value),
            "runbook_url" if is_link else "runbook": facts.runbook,
        }
    )


def _description(facts: AlertFacts) -> str:
    is_ = "is forecast at" if facts.condition == forecast.FORECAST.name else "is"
    value, limit = metric.text(facts.value), metric.text(facts.limit)
    words = f"{facts.metric} {is_} {value}; the {facts.limit_severity} limit is {limit} ({facts.limit_text})."
    return f"{words} {facts.note}".rstrip()


def _filled(pairs: Mapping[str, str]) -> Pairs:
    return {name: value for name, value in pairs.items() if value}


def _common(every: Sequence[Pairs]) -> Pairs:
    """The pairs that all have."""
    first, *others = every
    return {
        name: value
        for name, value in first.items()
        if all(other.get(name) == value for other in others)
    }


def _fingerprint(identity: Pairs) -> str:
    """16 hex digits, the same for the same labels."""
    return hashlib.sha256(_written(identity).encode()).hexdigest()[:16]


def _written(pairs: Pairs) -> str:
    """Labels as Prometheus writes them: `{alertname="user-daily-spend", user="ana@acme.test"}`."""
    inside = ", ".join(
        f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in sorted(pairs.items())
    )
    return f"{{{inside}}}"
