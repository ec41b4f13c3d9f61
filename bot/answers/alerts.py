"""Open alerts: all of them for admins, their own for everyone else."""

from collections.abc import Iterable

from bot.answers import coverage
from bot.answers.who import Asker
from bot.notify.answer import AlertsAnswer
from bot.notify.facts import AlertLine
from bot.store import alerts
from bot.store.connection import Connection
from rules.alert import Alert, State
from rules.labels import Label

TOP = 20


def answer(db: Connection, asker: Asker) -> AlertsAnswer:
    """The alerts that fire, worst first."""
    found = [alert for alert in firing(db) if asker.sees(alert.series.labels.get(Label.USER))]
    return AlertsAnswer(
        rows=tuple(line(alert) for alert in found[:TOP]),
        more=max(0, len(found) - TOP),
        as_of=coverage.as_of(db),
    )


def firing(db: Connection) -> list[Alert]:
    """Worst first, then the oldest; a pending alert has not been told, so it is left out."""
    return sorted(_firing(alerts.open_alerts(db)), key=_rank)


def line(alert: Alert) -> AlertLine:
    return AlertLine(
        id=alert.id,
        rule=alert.series.rule,
        labels=alert.series.labels,
        severity=alert.severity or alert.peak,
        value=alert.value,
        limit_text=alert.limit.text,
        since=alert.since,
    )


def _firing(found: Iterable[Alert]) -> list[Alert]:
    return [alert for alert in found if alert.state is State.FIRING]


def _rank(alert: Alert) -> tuple[int, str, str]:
    return (-(alert.severity or alert.peak), alert.since.isoformat(), alert.id)
