"""Somebody takes on an alert in a test, or gives it back."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.acts import acking
from bot.acts.acting import Acting
from bot.answers.who import Asker
from bot.rehearsal.deeds import AUTHOR, Take
from bot.store import alerts
from bot.store.connection import Connection
from rules.alert import State
from rules.rule import Rule

_ZONE = ZoneInfo("UTC")


def take(db: Connection, wanted: Take, rules: Mapping[str, Rule]) -> bool:
    """Has it done, as an admin does it; False where no such alert fires."""
    acting = Acting(
        AUTHOR, Asker(email=None, admin=True, zone=_ZONE), _ZONE, [*rules.values()], wanted.at
    )
    firing = [
        alert
        for alert in alerts.open_alerts(db)
        if alert.state is State.FIRING
        and alert.series.rule == wanted.rule
        and wanted.labels.items() <= alert.series.labels.items()
    ]
    for alert in firing:
        if wanted.undo:
            acking.undo(db, acting, alert.id)
        else:
            acking.ack(db, acting, alert.id)
    return bool(firing)
