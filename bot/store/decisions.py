"""The history of alerts: each decision that differed from the one before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.notify import figure
from bot.store import alert_row, instant
from bot.store.connection import Connection
from rules.alert import Alert, Reason, State, Transition
from rules.metric import Value
from rules.terms import Limit, Severity
from rules.window import Span


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about an alert, as it was made at `at`."""

    at: datetime
    alert: str
    rule: str
    labels: dict[str, str]
    state: State
    severity: Severity | None
    reason: Reason | None
    value: Value
    limit: Limit
    span: Span


def add(db: Connection, transitions: Sequence[Transition], at: datetime) -> None:
    """Adds to the history what each transition decided."""
    rows = [
        (
            instant.to_micros(at),
            alert.id,
            alert.series.rule,
            alert_row.labels_text(alert.series.values),
            alert.state,
            alert.severity,
            step.reason,
            figure.encode(alert.value),
            alert_row.limit_text(alert.limit),
            instant.to_micros(alert.span.start),
            instant.to_micros(alert.span.end),
        )
        for step in transitions
        if (alert := step.after) is not None and step.differs
    ]
    db.conn.executemany(
        'INSERT INTO decision (at, alert, rule, labels, state, severity, reason, value, "limit", start, "end")'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def of(db: Connection, alert: Alert) -> list[Decision]:
    """The history of one alert, oldest first."""
    rows = db.execute(
        'SELECT at, state, severity, reason, value, "limit", start, "end" FROM decision WHERE alert = ? ORDER BY id',
        (alert.id,),
    ).fetchall()
    return [
        Decision(
            at=instant.from_micros(at),
            alert=alert.id,
            rule=alert.series.rule,
            labels=alert.series.labels,
            state=State(state),
            severity=Severity(severity) if severity else None,
            reason=Reason(reason) if reason else None,
            value=figure.decode(value),
            limit=alert_row.limit_of(limit),
            span=Span(instant.from_micros(start), instant.from_micros(end)),
        )
        for at, state, severity, reason, value, limit, start, end in rows
    ]
