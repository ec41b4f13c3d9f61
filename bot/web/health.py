"""Whether the process is alive, and whether it does its work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.answers import status
from bot.notify.answer import SourceLine, StatusAnswer
from bot.slack.socket import Outage
from bot.store import sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.error import StoreError
from bot.web import keys
from bot.web.in_force import InForce

LONGEST_WAIT = timedelta(minutes=10)
"""How long a message may wait before the outbox counts as stuck."""

LONGEST_OUTAGE = timedelta(minutes=2)
"""How long Slack's socket may be down; one that Slack refuses is told of at once."""

_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True)
class Health:
    """What keeps the bot from its work, and what is wrong while it goes on, a sentence each.

    Faults in a rules file are of the second kind: the rules before it stay in force, and a restart would lose them.
    """

    reasons: list[str]
    faults: list[str]


async def alive(_: web.Request) -> web.Response:
    return web.Response(text="ok")


async def ready(request: web.Request) -> web.Response:
    """200 when the polls are fresh, the rules are judged, messages get out and commands come, else 503 with the reasons.

    Faults are told beside them, with which the rest goes on.
    """
    door, now = request.app[keys.ADMIN], request.app[keys.CLOCK].now()
    health = await examined(door.database, door.in_force(), now)
    reasons = [*health.reasons, *_of_socket(door.socket.outage() if door.socket else None, now)]
    shown = {"ready": not reasons, "reasons": reasons, "faults": health.faults}
    return web.json_response(shown, status=_UNAVAILABLE if reasons else 200)


async def examined(database: Database, in_force: InForce, now: datetime) -> Health:
    """How the bot does; a store that cannot be read keeps it from its work."""
    try:
        return await database.read(examine, in_force, now)
    except StoreError as error:
        return Health([str(error)], _faults(in_force))


def examine(db: Connection, in_force: InForce, now: datetime) -> Health:
    known = {name for name, state in sources.load(db).items() if state.backfill is not None}
    answer = status.answer(db, in_force.running, now)
    found = [
        reason for line in answer.sources for reason in _of_source(line, known=line.name in known)
    ]
    reasons = [*found, *_of_judging(answer, in_force, now), *_of_outbox(answer, now)]
    return Health(reasons, [*_faults(in_force), *_of_lost(answer)])


def _faults(in_force: InForce) -> list[str]:
    backup = [f"backup: {in_force.backup_error}"] if in_force.backup_error else []
    return [*map(str, in_force.faults), *backup]


def _of_source(line: SourceLine, *, known: bool) -> Iterator[str]:
    """`known`: reading its history has begun."""
    if not known:
        yield f"source {line.name}: its history has not been looked at yet"
    if line.age is None:
        yield f"source {line.name}: no poll was complete yet{_because(line.error)}"
    elif line.stale:
        minutes = int(line.age // 60)
        yield f"source {line.name}: the last complete poll was {minutes} min ago{_because(line.error)}"


def _of_judging(answer: StatusAnswer, in_force: InForce, now: datetime) -> Iterator[str]:
    if answer.last_judged is None:
        yield "rules: they have not been judged yet"
    elif now - answer.last_judged > in_force.stale_after:
        minutes = (now - answer.last_judged) // timedelta(minutes=1)
        yield f"rules: they were last judged {minutes} min ago; the log says what stands in the way"


def _of_outbox(answer: StatusAnswer, now: datetime) -> Iterator[str]:
    if answer.oldest_waiting is not None and now - answer.oldest_waiting > LONGEST_WAIT:
        minutes = (now - answer.oldest_waiting) // timedelta(minutes=1)
        yield f"outbox: {answer.waiting} waiting, the oldest for {minutes} min"
    if answer.nothing_gets_out:
        yield f"outbox: nothing gets out: the last message was refused everywhere{_because(answer.delivery_error)}"


def _of_lost(answer: StatusAnswer) -> Iterator[str]:
    if answer.undeliverable:
        which = (
            "1 message was"
            if answer.undeliverable == 1
            else f"{answer.undeliverable:,} messages were"
        )
        yield f"outbox: {which} refused and went nowhere else; the next start tries again{_because(answer.delivery_error)}"


def _of_socket(outage: Outage | None, now: datetime) -> Iterator[str]:
    if outage is None:
        return
    minutes = (now - outage.since) // timedelta(minutes=1)
    if outage.refused:
        yield f"Slack: no command comes: {outage.why}"
    elif now - outage.since > LONGEST_OUTAGE:
        yield f"Slack: no command has come for {minutes} min: {outage.why}"


def _because(error: str) -> str:
    return f": {error}" if error else ""
