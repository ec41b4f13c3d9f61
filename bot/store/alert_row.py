"""An alert as a row of its table, and back."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.notify import figure
from bot.store import instant
from rules.alert import Alert, State
from rules.finding import Series
from rules.labels import Label, Values
from rules.terms import Limit, Severity
from rules.window import Span

COLUMNS = (
    *("id", "rule", "condition", "meaning", "group_by", "labels", "start", "end", "by_period"),
    *("state", "severity", "peak", "value", "worst", "limit", "peak_limit", "since", "fired"),
    *("clearing", "starved", "ended", "corrected", "note", "spoken", "repeats", "acked", "due"),
)
LISTED = ", ".join(f'"{column}"' for column in COLUMNS)
"""All of them, as SQL names them; some are words of SQL."""


def labels_text(values: Values) -> str:
    return json.dumps(values, ensure_ascii=False)


def values_of(text: str) -> Values:
    return tuple(json.loads(text))


def limit_text(limit: Limit) -> str:
    return json.dumps([limit.severity, figure.encode(limit.value), limit.text], ensure_ascii=False)


def limit_of(text: str) -> Limit:
    severity, value, words = json.loads(text)
    return Limit(Severity(severity), figure.decode(value), words)


def encode(alert: Alert, due_at: datetime | None) -> tuple[object, ...]:
    series = alert.series
    return (
        alert.id,
        series.rule,
        series.condition,
        series.meaning,
        json.dumps(series.group_by),
        labels_text(series.values),
        instant.to_micros(alert.span.start),
        instant.to_micros(alert.span.end),
        alert.by_period,
        alert.state,
        alert.severity,
        alert.peak,
        figure.encode(alert.value),
        figure.encode(alert.worst),
        limit_text(alert.limit),
        limit_text(alert.peak_limit),
        instant.to_micros(alert.since),
        instant.to_nullable(alert.fired),
        instant.to_nullable(alert.clearing),
        instant.to_nullable(alert.starved),
        instant.to_nullable(alert.ended),
        alert.corrected,
        alert.note,
        instant.to_nullable(alert.spoken),
        alert.repeats,
        alert.acked,
        instant.to_nullable(due_at),
    )


def decode(row: Sequence[object]) -> Alert:
    kept: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    return Alert(
        series=Series(
            kept["rule"],
            kept["condition"],
            kept["meaning"],
            tuple(Label(label) for label in json.loads(kept["group_by"])),
            tuple(json.loads(kept["labels"])),
        ),
        span=Span(instant.from_micros(kept["start"]), instant.from_micros(kept["end"])),
        by_period=bool(kept["by_period"]),
        state=State(kept["state"]),
        severity=Severity(kept["severity"]) if kept["severity"] else None,
        peak=Severity(kept["peak"]),
        value=figure.decode(kept["value"]),
        worst=figure.decode(kept["worst"]),
        limit=limit_of(kept["limit"]),
        peak_limit=limit_of(kept["peak_limit"]),
        since=instant.from_micros(kept["since"]),
        fired=instant.from_nullable(kept["fired"]),
        clearing=instant.from_nullable(kept["clearing"]),
        starved=instant.from_nullable(kept["starved"]),
        ended=instant.from_nullable(kept["ended"]),
        corrected=bool(kept["corrected"]),
        note=kept["note"],
        spoken=instant.from_nullable(kept["spoken"]),
        repeats=kept["repeats"],
        acked=Severity(kept["acked"]) if kept["acked"] else None,
    )
