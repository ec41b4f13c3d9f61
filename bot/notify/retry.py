"""When to try again what the other side did not take, and what a late post says."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import assert_never

from bot.notify import unreachable
from bot.notify.facts import AlertFacts
from bot.notify.notification import (
    AlertBody,
    Body,
    ChangesBody,
    Destination,
    DigestBody,
    NoteBody,
    Notification,
    TableBody,
    Via,
)
from rules.alert import OPEN, Reason

_FIRST = 2.0
_WORTH_SAYING = timedelta(minutes=10)
LONGEST = timedelta(seconds=300)
"""No retry waits longer by itself."""

OBEYED = timedelta(hours=1)
"""No `Retry-After` is obeyed for longer: a slip of the other side must not silence the bot for days."""

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?")


def asked(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds that `Retry-After` asks to wait, at most `OBEYED`; None where it says nothing sensible.

    It holds seconds or a date. A date is held against the answer's own `Date`, which both sides share, else against `now`.
    """
    written = headers.get("Retry-After", "").strip()
    most = OBEYED.total_seconds()
    if _SECONDS.fullmatch(written):
        return min(float(written), most)
    until, since = _date(written), _date(headers.get("Date", "")) or now
    if until is None or since is None:
        return None
    return min(max(0.0, (until - since).total_seconds()), most)


def remark(wait: float | None) -> str:
    """What an error adds where more was asked for than is obeyed; else nothing."""
    if wait is None or wait < OBEYED.total_seconds():
        return ""
    return " (asked to wait an hour or longer, the bot waits an hour)"


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else None


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


def lateness(letter: Notification, now: datetime) -> timedelta:
    """How late a message is sent, where that is worth saying: its words may sound as if it had only just happened."""
    late = now - letter.created
    return late if late >= _WORTH_SAYING else timedelta(0)


def as_rerouted(body: Body, meant_for: Destination, error: str) -> Body:
    """What the fallback gets: the same, and why it is here."""
    note = f"meant for {meant_for.shown}, which cannot be reached: {error}"
    match body:
        case AlertBody(alert):
            return AlertBody(replace(alert, note=note))
        case TableBody(table):
            return TableBody(replace(table, note=note))
        case DigestBody(digest):
            return DigestBody(replace(digest, note=note))
        case NoteBody(words):
            return NoteBody(f"{words} ({note})")
        case ChangesBody(changes):
            return ChangesBody(replace(changes, note=note))
        case _:
            assert_never(body)


def as_notice(place: Destination, error: str, day: date) -> NoteBody:
    """What the fallback gets where it is told of the same alerts anyway; one person is told as many put together are."""
    is_person = place.via is Via.DM
    # A reason may name the person, who stands beside it.
    reason = error.replace(f" {place.address}", "") if is_person else error
    about = unreachable.one(place.address if is_person else place.shown, reason, day)
    return NoteBody(unreachable.words(about), about)


def _is_over(alert: AlertFacts) -> bool:
    return alert.state not in OPEN and alert.reason is not Reason.LATE
