"""When to try a delivery again, and what a late post says."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.notify.facts import AlertFacts
from bot.notify.notification import AlertBody, Body, Destination, NoteBody
from rules.alert import OPEN, Reason

_FIRST = 2.0
LONGEST = timedelta(seconds=300)
"""No retry waits longer by itself."""


def next_try(tries: int, retry_after: float | None, now: datetime) -> datetime:
    """Twice as long after each failure, up to five minutes; what the other side asks for counts when it is longer."""
    seconds = min(_FIRST * 2.0 ** min(tries - 1, 10), LONGEST.total_seconds())
    return now + timedelta(seconds=max(seconds, retry_after or 0.0))


SETTLED = timedelta(seconds=60)
"""Within this long Slack's history shows a message that it took: not seen by then, it did not arrive."""


def as_post(body: Body) -> Body:
    """A message's first word: an alert that is over by the time it can be told of is told of as both."""
    if isinstance(body, AlertBody) and _is_over(body.alert):
        return AlertBody(replace(body.alert, reason=Reason.DELAYED))
    return body


def as_rerouted(body: Body, meant_for: Destination, error: str) -> Body:
    """What the fallback gets: the same, and why it is here."""
    note = f"meant for {meant_for.receiver} ({meant_for.address}), which cannot be reached: {error}"
    return AlertBody(replace(body.alert, note=note)) if isinstance(body, AlertBody) else body


def as_notice(unreachable: Destination, error: str) -> NoteBody:
    """What the fallback gets where it is told of the same alerts anyway."""
    return NoteBody(f"{unreachable.receiver} ({unreachable.address}) cannot be reached: {error}")


def _is_over(alert: AlertFacts) -> bool:
    return alert.state not in OPEN and alert.reason is not Reason.LATE
