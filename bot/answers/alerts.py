"""Open alerts: all of them for admins, their own for everyone else."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from bot.answers import about, acted, coverage
from bot.answers.who import Asker
from bot.notify.answer import AlertsAnswer
from bot.notify.facts import NOTHING_DONE, Acted, AlertLine
from bot.store import alerts, silences, tasks
from bot.store.connection import Connection
from rules import meaning, metric
from rules.alert import Alert, State
from rules.labels import Label
from rules.rule import Rule

TOP = 60
"""Alerts that are told one by one; Slack shows them page by page."""


def answer(db: Connection, asker: Asker, rules: Iterable[Rule], now: datetime) -> AlertsAnswer:
    """The alerts that fire, worst first, and for admins all that is silenced."""
    known = list(rules)
    found = seen(db, asker, known)
    return AlertsAnswer(
        rows=lines(db, known, found[:TOP], now),
        more=max(0, len(found) - TOP),
        as_of=coverage.as_of(db),
        silences=tuple(silences.active(db, now)) if asker.admin else (),
    )


def seen(db: Connection, asker: Asker, rules: Iterable[Rule]) -> list[Alert]:
    """Those that fire and are about the asker, for admins all; in the same order."""
    known = list(rules)
    return [alert for alert in firing(db) if about.may_see(db, known, asker, alert)]


def firing(db: Connection) -> list[Alert]:
    """Worst first, then the oldest, of which the furthest past its limit; a pending alert has not been told, so it is left out."""
    return sorted(_firing(alerts.open_alerts(db)), key=_rank)


def lines(
    db: Connection, rules: Iterable[Rule], shown: Sequence[Alert], now: datetime
) -> tuple[AlertLine, ...]:
    """Each alert with what people did about it, as it counts now."""
    done = acted.each(db, rules, shown, now)
    return tuple(_line(db, alert, done.get(alert.id, NOTHING_DONE)) for alert in shown)


def _line(db: Connection, alert: Alert, done: Acted) -> AlertLine:
    return AlertLine(
        id=alert.id,
        rule=alert.series.rule,
        labels=alert.series.labels,
        severity=alert.severity or alert.peak,
        value=alert.value,
        limit_text=alert.limit.text,
        since=alert.since,
        acted=done,
        title=_title(db, alert.series.labels),
        metric=meaning.metric_name(alert.series.meaning),
    )


def _title(db: Connection, about: Mapping[str, str]) -> str:
    """The title of the task that is named; of tasks with one id in several sources, of all that are meant."""
    if Label.TASK not in about:
        return ""
    source = about.get(Label.SOURCE)
    found = {
        task.title for task in tasks.get(db, about[Label.TASK]) if source in (None, task.source)
    }
    return found.pop() if len(found) == 1 else ""


def _firing(found: Iterable[Alert]) -> list[Alert]:
    return [alert for alert in found if alert.state is State.FIRING]


def _rank(alert: Alert) -> tuple[int, str, Fraction, str]:
    return (-(alert.severity or alert.peak), alert.since.isoformat(), -_past(alert), alert.id)


def _past(alert: Alert) -> Fraction:
    """How far past its limit it is, as a part of that: dollars and failures have no other measure in common."""
    limit = Fraction(metric.size(alert.limit.value))
    past = abs(metric.size(alert.value) - limit)
    return past / abs(limit) if limit else past
