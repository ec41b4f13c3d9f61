"""Sends digests: each period's once, on time across changes of the clock, late after a short downtime, else not."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answers import chart, digest
from bot.answers.digest import Due
from bot.jobs.settings import DigestSettings
from bot.notify import due, policy
from bot.notify.facts import DigestFacts
from bot.notify.notification import Body, Destination, DigestBody, NoteBody, Via
from bot.store import charts, digests, messages, outbox, remembered
from bot.store.connection import Connection
from bot.store.database import Database
from rules.rule import Rule
from rules.window import Every

log = logging.getLogger(__name__)

_BEGUN, _SENT, _SKIPPED = "begun", "sent", "skipped"
_TIMINGS = "digest timings"
_TICK = timedelta(microseconds=1)
_NAMED = 10
"""How many digests that were skipped are named; more are counted."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A digest of the configuration, with where it goes. A figure is final `settle` after the end of its period."""

    settings: DigestSettings
    zone: ZoneInfo
    destinations: tuple[Destination, ...]
    settle: timedelta = timedelta(0)

    @property
    def timing(self) -> due.Timing:
        own = self.settings
        every = Every(own.every.value)
        return due.Timing(every, own.weekday, own.day, own.at, self.zone, self.settle)

    def issue(self, since: datetime | None, moment: datetime | None = None) -> Due:
        """The digest that was due at `moment`, or is wanted now; `since` is when one was last sent."""
        return Due(self.settings.name, due.period(self.timing), since, moment, self.settle)


@dataclass(frozen=True, slots=True)
class _Issue:
    """What is dealt with now: the periods by their beginnings, all with one outcome, and what is said of them."""

    edition: Edition
    periods: tuple[datetime, ...]
    outcome: str
    body: Body | None


async def run(
    database: Database,
    editions: Sequence[Edition],
    rules: Sequence[Rule],
    stale_after: timedelta,
    now: datetime,
) -> int:
    """Sends every digest that is due at `now`, and says which were skipped; gives how many were dealt with."""
    issues = [
        issue
        for edition in editions
        for issue in await database.read(_prepare, edition, rules, stale_after, now)
    ]
    for issue in issues:
        await database.write(_commit, issue, now, durable=True)
        log.info("digest", extra={"digest": issue.edition.settings.name, "outcome": issue.outcome})
    timings = json.dumps({each.settings.name: str(each.timing) for each in editions})
    if await database.read(remembered.get, _TIMINGS) != timings:
        await database.write(remembered.put, _TIMINGS, timings)
    return sum(len(issue.periods) for issue in issues)


def facts(
    db: Connection, edition: Edition, rules: Sequence[Rule], stale_after: timedelta, now: datetime
) -> DigestFacts:
    """What the digest would say now."""
    last = digests.last_sent(db, edition.settings.name)
    return _facts(db, edition.issue(last), rules, stale_after, now)


def _facts(
    db: Connection, issue: Due, rules: Sequence[Rule], stale_after: timedelta, now: datetime
) -> DigestFacts:
    """A digest with its chart; a quiet one is a line, and needs none."""
    found = digest.facts(db, issue, rules, stale_after, now)
    if not found.streams:
        return found
    return replace(found, chart=chart.facts(db, issue.span(now), issue.period.zone, rules))


def _prepare(
    db: Connection, edition: Edition, rules: Sequence[Rule], stale_after: timedelta, now: datetime
) -> list[_Issue]:
    """What is to be done: say which were skipped, and send the last if it is not too late."""
    last = digests.last_sent(db, edition.settings.name)
    moments = _not_dealt_with(db, edition, last, now)
    if not moments:
        return []
    periods = tuple(edition.issue(last, moment).span(now).start for moment in moments)
    if last is None:
        return [_Issue(edition, periods, _BEGUN, None)]
    sent = 0 if now - moments[-1] > due.GRACE else 1
    skipped, issues = moments[: len(moments) - sent], list[_Issue]()
    if skipped:
        hint = "" if sent else f" `digest {edition.settings.name}` shows the last."
        note = NoteBody(f"{_skipped(edition, skipped)}{hint}")
        issues.append(_Issue(edition, periods[: len(skipped)], _SKIPPED, note))
    if sent:
        found = _facts(db, edition.issue(last, moments[-1]), rules, stale_after, now)
        issues.append(_Issue(edition, periods[-1:], _SENT, DigestBody(found)))
    return issues


def _not_dealt_with(
    db: Connection, edition: Edition, last: datetime | None, now: datetime
) -> list[datetime]:
    """When digests were due of which nothing was said, oldest first.

    Only the last of them, where the digest is new or was due at other times before: no others were missed.
    """
    name, timing = edition.settings.name, edition.timing
    moments = [due.last_due(timing, now)]
    known = json.loads(remembered.get(db, _TIMINGS) or "{}")
    if last is not None and known.get(name) == str(timing):
        while (earlier := due.last_due(timing, moments[0] - _TICK)) > last:
            moments.insert(0, earlier)
    return [
        moment
        for moment in moments
        if not digests.claimed(db, name, edition.issue(last, moment).span(now).start)
    ]


def _skipped(edition: Edition, moments: Sequence[datetime]) -> str:
    """Which were skipped: one by its full date, of many the first ones and how many more."""
    name, late = edition.settings.name, due.GRACE // timedelta(hours=1)
    why = f"the bot was not running then, and more than {late} hours have passed"
    local = [moment.astimezone(edition.zone) for moment in moments]
    if len(local) == 1:
        return f"The digest {name} of {local[0]:%A, %d %B %Y, %H:%M} was skipped: {why}."
    named = [f"{when:%a %d %b %Y}" for when in local[:_NAMED]]
    more = [f"+{len(local) - _NAMED:,} more"] if len(local) > _NAMED else []
    return (
        f"{len(local):,} digests {name} were skipped, those of {', '.join([*named, *more])}: {why}."
    )


def _commit(db: Connection, issue: _Issue, now: datetime) -> None:
    name = issue.edition.settings.name
    new = [each for each in issue.periods if digests.claim(db, name, each, now, issue.outcome)]
    if not new or issue.body is None:
        return
    for destination in issue.edition.destinations:
        message = policy.identity(destination, "digest", name, new[-1].isoformat())
        messages.write(db, message, destination, issue.body, now)
        outbox.add(db, outbox.Entry(message, message, "digest"), now)
        if _has_chart(issue.body) and destination.via is not Via.WEBHOOK:
            charts.want(db, message, now)


def _has_chart(body: Body) -> bool:
    return isinstance(body, DigestBody) and body.digest.chart is not None
