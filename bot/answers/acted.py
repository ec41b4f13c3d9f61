"""What people did about alerts: who took which on, and what mutes it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.answers import about
from bot.notify import silence
from bot.notify.facts import NOTHING_DONE, AckFacts, Acted, SilenceFacts
from bot.notify.silence import Silence
from bot.store import acks, silences
from bot.store.connection import Connection
from rules.alert import Alert
from rules.terms import Severity


def of(db: Connection, alert: Alert, at: datetime) -> Acted:
    """What counts at `at` for an alert as it is kept now; of one that is over nothing does."""
    return each(db, [alert], at).get(alert.id, NOTHING_DONE)


def each(db: Connection, found: Iterable[Alert], at: datetime) -> dict[str, Acted]:
    """The same for many alerts, by id; those of which there is nothing are left out."""
    active = silences.active(db, at)
    told = {
        alert.id: Acted(_ack(db, alert, at), _muted(db, active, alert, at))
        for alert in found
        if alert.open
    }
    return {id_: acted for id_, acted in told.items() if acted != NOTHING_DONE}


def count(db: Connection, found: Iterable[Alert], at: datetime) -> tuple[int, int]:
    """How many somebody took on, and how many are muted."""
    told = each(db, found, at).values()
    return sum(done.ack is not None for done in told), sum(
        done.silence is not None for done in told
    )


def then(db: Connection, alert: Alert, at: datetime) -> Acted:
    """What counted at an earlier moment for an alert as it was then: once its peak rises it is nobody's again."""
    if not alert.open:
        return NOTHING_DONE
    return Acted(_given(db, alert, alert.peak, at), _muted(db, silences.active(db, at), alert, at))


def _muted(
    db: Connection, active: Sequence[Silence], alert: Alert, at: datetime
) -> SilenceFacts | None:
    """What mutes the alert for longest."""
    found = silence.muting(active, alert, at, about.labels(db, None, alert)) if active else None
    if found is None:
        return None
    return SilenceFacts(found.name, found.author, found.ends, found.reason)


def _ack(db: Connection, alert: Alert, at: datetime) -> AckFacts | None:
    return None if alert.acked is None else _given(db, alert, alert.acked, at)


def _given(db: Connection, alert: Alert, peak: Severity, at: datetime) -> AckFacts | None:
    """The last acknowledgement at that peak which was not taken back."""
    given = [
        ack
        for ack in acks.of(db, alert.id)
        if ack.peak is peak and ack.at <= at and (ack.undone is None or at < ack.undone)
    ]
    return AckFacts(given[-1].author, given[-1].at) if given else None
