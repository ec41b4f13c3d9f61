"""What it comes to in the store that somebody takes on an alert, or gives it back."""

from collections.abc import Mapping
from dataclasses import replace

from bot.jobs import verdicts
from bot.rehearsal.deeds import AUTHOR, Take
from bot.store import acks, alerts
from bot.store.acks import Ack
from bot.store.connection import Connection
from rules.alert import State
from rules.rule import Rule


def take(db: Connection, wanted: Take, rules: Mapping[str, Rule]) -> bool:
    """Has it done; False where no such alert fires."""
    firing = [
        alert
        for alert in alerts.open_alerts(db)
        if alert.state is State.FIRING
        and alert.series.rule == wanted.rule
        and wanted.labels.items() <= alert.series.labels.items()
    ]
    for alert in firing:
        if wanted.undo:
            acks.undo(db, alert.id, wanted.at)
        else:
            acks.add(db, Ack(alert.id, wanted.at, AUTHOR, alert.peak))
        after = replace(alert, acked=None if wanted.undo else alert.peak)
        alerts.put(db, [(after, verdicts.timer(after, rules[wanted.rule]))])
    return bool(firing)
