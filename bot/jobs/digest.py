"""Sends digests: each period's once, on time across changes of the clock, late after a short downtime, else not."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answers import digest
from bot.answers.digest import Due
from bot.jobs.settings import DigestSettings
from bot.notify import due, policy
from bot.notify.facts import DigestFacts
from bot.notify.notification import Body, Destination, DigestBody, NoteBody
from bot.store import digests, messages, outbox
from bot.store.connection import Connection
from bot.store.database import Database
from rules.rule import Rule
from rules.window import Every

log = logging.getLogger(__name__)

_BEGUN, _SENT, _SKIPPED = "begun", "sent", "skipped"


@dataclass(frozen=True, slots=True)
class Edition:
    """A digest of the configuration, with where it goes."""

    settings: DigestSettings
    zone: ZoneInfo
    destinations: tuple[Destination, ...]

    @property
    def timing(self) -> due.Timing:
        own = self.settings
        return due.Timing(Every(own.every.value), own.weekday, own.day, own.at, self.zone)


@dataclass(frozen=True, slots=True)
class _Issue:
    """One digest that is dealt with now: that of the period which begins at `period`."""

    edition: Edition
    period: datetime
    outcome: str
    body: Body | None


async def run(
    database: Database,
    editions: Sequence[Edition],
    rules: Sequence[Rule],
    stale_after: timedelta,
    now: datetime,
) -> int:
    """Sends every digest that is due at `now`; gives how many."""
    issues = [
        issue
        for edition in editions
        if (issue := await database.read(_prepare, edition, rules, stale_after, now)) is not None
    ]
    for issue in issues:
        await database.write(_commit, issue, now, durable=True)
        log.info("digest", extra={"digest": issue.edition.settings.name, "outcome": issue.outcome})
    return len(issues)


def facts(
    db: Connection, edition: Edition, rules: Sequence[Rule], stale_after: timedelta, now: datetime
) -> DigestFacts:
    """What the digest would say now."""
    name = edition.settings.name
    wanted = Due(name, due.period(edition.timing), digests.last_sent(db, name))
    return digest.facts(db, wanted, rules, stale_after, now)


def _prepare(
    db: Connection, edition: Edition, rules: Sequence[Rule], stale_after: timedelta, now: datetime
) -> _Issue | None:
    name, moment = edition.settings.name, due.last_due(edition.timing, now)
    last = digests.last_sent(db, name)
    wanted = Due(name, due.period(edition.timing), last, moment)
    period = wanted.span(now).start
    if digests.claimed(db, name, period):
        return None
    if last is None:
        return _Issue(edition, period, _BEGUN, None)
    if now - moment > due.GRACE:
        return _Issue(edition, period, _SKIPPED, NoteBody(_skipped(edition, moment)))
    body = DigestBody(digest.facts(db, wanted, rules, stale_after, now))
    return _Issue(edition, period, _SENT, body)


def _skipped(edition: Edition, moment: datetime) -> str:
    when = moment.astimezone(edition.zone)
    return (
        f"The digest {edition.settings.name} of {when:%A, %d %B %Y, %H:%M} was skipped: the bot was not running then,"
        f" and more than {due.GRACE // timedelta(hours=1)} hours have passed. Ask for it with `digest {edition.settings.name}`."
    )


def _commit(db: Connection, issue: _Issue, now: datetime) -> None:
    name = issue.edition.settings.name
    if not digests.claim(db, name, issue.period, now, issue.outcome) or issue.body is None:
        return
    for destination in issue.edition.destinations:
        message = policy.identity(destination, "digest", name, issue.period.isoformat())
        messages.write(db, message, destination, issue.body, now)
        outbox.add(db, outbox.Entry(message, message, "digest"), now)
