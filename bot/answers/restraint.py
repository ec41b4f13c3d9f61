"""What kept the bot from speaking while a stretch went by: silences, alerts that somebody took on, and quiet times."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from bot.notify.quiet import Quiet
from bot.notify.silence import Silence
from bot.store import acks, alerts, silences
from bot.store.acks import Ack
from bot.store.connection import Connection
from rules import tick
from rules.alert import Alert
from rules.evaluate import AlertKey
from rules.terms import Severity
from rules.window import Span

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Taken:
    """At `at` somebody took on an alert whose peak was `peak`; None: it was given back."""

    at: datetime
    alert: AlertKey
    peak: Severity | None


@dataclass(frozen=True, slots=True)
class Restraint:
    """Silences as they were in the end, which is how they held at each moment; `taken` is in order of time."""

    silences: tuple[Silence, ...] = ()
    taken: tuple[Taken, ...] = ()
    quiet: Quiet | None = None


def read(db: Connection, stretch: Span, quiet: Quiet | None) -> Restraint:
    """What the store keeps of it. Who took on an alert before the stretch counts too, if it went on into it."""
    found = acks.since(db, _EVER)
    known = {alert.id: alert for alert in alerts.by_id(db, {ack.alert for ack in found})}
    taken = chain.from_iterable(
        _taken(ack, known[ack.alert])
        for ack in found
        if ack.alert in known and _is_open_after(known[ack.alert], stretch.start)
    )
    return Restraint(
        tuple(silences.since(db, stretch.start, stretch.end)),
        tuple(sorted(taken, key=lambda each: each.at)),
        quiet,
    )


def _taken(ack: Ack, alert: Alert) -> Iterator[Taken]:
    yield Taken(ack.at, tick.key(alert), ack.peak)
    if ack.undone is not None:
        yield Taken(ack.undone, tick.key(alert), None)


def _is_open_after(alert: Alert, at: datetime) -> bool:
    return alert.ended is None or alert.ended > at
