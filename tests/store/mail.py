"""Messages and what waits to be sent, for tests of the outbox and of deliveries."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.notify.facts import AlertFacts, ChangesFacts, Stretch
from bot.notify.notification import AlertBody, ChangesBody, Destination, NoteBody, Via
from bot.store import messages, outbox
from bot.store.connection import Connection
from bot.store.sending import Taken
from rules.alert import Reason, State
from rules.money import Money
from rules.terms import Severity

FINOPS = Destination("finops", Via.SLACK, "#neo-spend")
PAGER = Destination("pager", Via.WEBHOOK, "pager")
NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)

_PLAIN = AlertFacts(
    id="abcdefghij",
    rule="user-daily-spend",
    summary="",
    condition="thresholds",
    metric="spend",
    labels={"user": "ana@acme.test"},
    state=State.FIRING,
    severity=Severity.WARNING,
    peak=Severity.WARNING,
    reason=Reason.FIRST,
    value=Money.from_usd(60),
    worst=Money.from_usd(60),
    limit=Money.from_usd(50),
    limit_text="50 USD",
    limit_severity=Severity.WARNING,
    told=None,
    period=Stretch("day", NOW, NOW + timedelta(hours=1), "UTC"),
    by_period=True,
    since=NOW,
    ended=None,
    note="",
    records=1,
    tasks=(),
    more_tasks=0,
    split=None,
    pace=None,
    data_at=NOW,
    runbook="",
    receiver="finops",
)


def alert(**facts: object) -> AlertBody:
    """An alert of 60 dollars that differs from others in what is said."""
    return AlertBody(replace(_PLAIN, **facts))  # type: ignore[arg-type] # a table of changes


def note(text: str) -> NoteBody:
    return NoteBody(text)


def queue(
    db: Connection, message: str, text: str, place: Destination = FINOPS, now: datetime = NOW
) -> None:
    """Queues the post of a message that says `text`."""
    messages.write(db, message, place, note(text), now)
    outbox.add(db, outbox.Entry(message, f"{message} post", "first"), now)


def answer(
    db: Connection, message: str, text: str, place: Destination = FINOPS, now: datetime = NOW
) -> None:
    """Queues a reply that says `text`, and what its message says from now on."""
    messages.write(db, message, place, note(f"now {text}"), now)
    entry = outbox.Entry(message, f"{message} {text}", "escalated", note(text), broadcast=True)
    outbox.add(db, entry, now)


def changes(
    db: Connection, message: str, rule: str, place: Destination = FINOPS, now: datetime = NOW
) -> ChangesBody:
    """Queues a reply about members of a table, and what its message says from now on."""
    said = ChangesBody(ChangesFacts(rule, (_PLAIN,), 1))
    messages.write(db, message, place, note(f"now {rule}"), now)
    outbox.add(db, outbox.Entry(message, f"{message} {rule}", "escalated", said), now)
    return said


def take(db: Connection, now: datetime = NOW, place: Destination = FINOPS) -> Taken:
    """What is sent next; something must be due."""
    taken = outbox.take(db, place, now)
    assert taken is not None
    return taken
