"""The alerts of a series as they stood at a moment: by what was decided up to then, and who was told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answers import acted
from bot.notify import why
from bot.notify.why import Episode
from bot.store import alerts, decisions, messages
from bot.store.connection import Connection
from bot.store.decisions import Decision
from rules.alert import Alert
from rules.labels import Values
from rules.rule import Rule
from rules.window import Span


@dataclass(frozen=True, slots=True)
class Sought:
    """One series of a rule over a span, and the moment from which it is looked at."""

    rule: Rule
    values: Values
    span: Span
    at: datetime


def episodes(db: Connection, sought: Sought, *, live: bool) -> tuple[Episode, ...]:
    """The last alert of each condition: that of the period, or else the last one that had begun."""
    last: dict[str, Episode] = {}
    for alert in alerts.of_series(db, sought.rule.name, sought.values):
        if _is_of(alert, sought):
            decided = [each for each in decisions.of(db, alert) if each.at <= sought.at]
            if decided:
                last[alert.series.condition] = _episode(db, alert, decided, sought.at, live=live)
    return tuple(last.values())


def _is_of(alert: Alert, sought: Sought) -> bool:
    if alert.series.meaning != sought.rule.meaning:
        return False
    return not alert.by_period or alert.span.start == sought.span.start


def _episode(
    db: Connection, alert: Alert, decided: Sequence[Decision], at: datetime, *, live: bool
) -> Episode:
    said = [each for each in decided if each.reason is not None]
    told = messages.told(db, [alert.id]) if live else {}
    then = alert if live else _then(alert, decided)
    return Episode(
        id=alert.id,
        condition=alert.series.condition,
        state=decided[-1].state,
        severity=decided[-1].severity,
        peak=then.peak,
        since=alert.since,
        last=_decided(decided[-1]),
        spoken=_decided(said[-1]) if said else None,
        told=tuple(
            why.Told(destination, each.peak, each.value)
            for (_, destination), each in sorted(told.items())
        ),
        note=alert.note if live else "",
        acted=acted.of(db, alert, at) if live else acted.then(db, then, at),
    )


def _then(alert: Alert, decided: Sequence[Decision]) -> Alert:
    """The alert with the state and the peak that it had after these decisions."""
    peak = max(each.limit.severity for each in decided)
    return replace(alert, state=decided[-1].state, peak=peak)


def _decided(decision: Decision) -> why.Decided:
    return why.Decided(
        at=decision.at,
        state=decision.state,
        severity=decision.severity,
        reason=decision.reason,
        value=decision.value,
        limit=decision.limit,
    )
