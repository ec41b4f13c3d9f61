"""Who a source's credential is and what is left of its credits, asked now and then; all of it optional."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.jobs.passes import Reader
from bot.neo.account import User
from bot.neo.error import Kind, NeoError
from bot.neo.filter import StreamFilter, TaskFilter
from bot.store import remembered, sources
from bot.store.sources import Balance
from rules import labels
from rules.record import Record

T = TypeVar("T")

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that an optional endpoint gets to answer: the next poll waits for it."""

_EVERY = timedelta(hours=1)
_REFUSED = (Kind.FORBIDDEN, Kind.MISSING)
_NOT_GIVEN = "Neo does not give it to this credential; the bot goes on without it"


async def introduce(reader: Reader, now: datetime) -> None:
    """Asks who the credential is before anything is read: rows without an email are the account's own.

    Raises NeoError where the usage need not be asked for either.
    """
    if await reader.database.read(remembered.get, _mark(reader, "user")) is not None:
        return
    user = await ask(reader.client.user)
    if isinstance(user, NeoError) and user.kind in (Kind.REFUSED, Kind.LIMITED):
        raise user
    await _identify(reader, user, now)


async def refresh(reader: Reader, now: datetime) -> None:
    """Asks the optional endpoints that were last asked an hour ago, at once; one that fails is said once."""
    await asyncio.gather(_refresh_user(reader, now), _refresh_balance(reader, now))


async def _refresh_user(reader: Reader, now: datetime) -> None:
    if await _is_due(reader, "user", now):
        await _identify(reader, await ask(reader.client.user), now)


async def _refresh_balance(reader: Reader, now: datetime) -> None:
    if not await _is_due(reader, "balance", now):
        return
    client = reader.client
    answers = await asyncio.gather(ask(client.credits), ask(client.subscription))
    left = await had(reader, "billing/credits", answers[0])
    plan = await had(reader, "billing/subscription", answers[1])
    reset = plan.reset_at if plan is not None else None
    if reset is not None:
        await reader.database.write(sources.turns, reader.name, reset)
    if left is not None:
        balance = Balance(left.available, left.issued, left.expires_at, reset, now)
        await reader.database.write(sources.balanced, reader.name, balance)
    await _asked(reader, "balance", now)


async def _identify(reader: Reader, answer: User | NeoError, now: datetime) -> None:
    user = await had(reader, "user", answer)
    if user is not None:
        role = sources.SOLO if user.team_role is None else user.team_role
        await _is(reader, role, user.email)
    elif isinstance(answer, NeoError) and answer.kind in _REFUSED and await _shows_emails(reader):
        await _is(reader, sources.ADMIN, None)
    await _asked(reader, "user", now)


async def _is(reader: Reader, role: str, email: str | None) -> None:
    await reader.database.write(
        partial(sources.identify, source=reader.name, role=role, account=email)
    )


async def _shows_emails(reader: Reader) -> bool:
    """Whether usage itself tells what nothing else does: only an admin of a team is shown emails."""
    if (await reader.database.read(sources.one, reader.name)).role is not None:
        return False
    page = await ask(partial(reader.client.streams, StreamFilter()))
    if isinstance(page, NeoError):
        page = await ask(partial(reader.client.task_records, TaskFilter()))
    return not isinstance(page, NeoError) and has_emails(page.records)


def has_emails(records: Iterable[Record]) -> bool:
    """Whether any of them says whose it is, where nobody is taken for the owner of the others."""
    return any(record.user != labels.UNKNOWN for record in records)


async def ask(
    question: Callable[[], Awaitable[T | None]], patience: float | None = None
) -> T | NeoError:
    """What an optional endpoint answers, or why it does not."""
    patience = PATIENCE if patience is None else patience
    try:
        async with asyncio.timeout(patience):
            answer = await question()
    except TimeoutError:
        return NeoError(f"no answer in {patience:g} s", Kind.UNREACHABLE)
    except NeoError as error:
        return error
    return NeoError(_NOT_GIVEN, Kind.FORBIDDEN) if answer is None else answer


async def had(reader: Reader, endpoint: str, answer: T | NeoError) -> T | None:
    """The answer; whatever is wrong with it must not keep the usage from being read."""
    if not isinstance(answer, NeoError):
        await reader.database.write(remembered.put, _said(reader, endpoint), "")
        return answer
    await say_once(reader, endpoint, answer)
    return None


async def say_once(reader: Reader, endpoint: str, error: NeoError) -> None:
    """Logs that an optional part of Neo is not to be had; once, not at each poll, however the error is worded."""
    refused = error.kind in _REFUSED
    what = f"an optional part of Neo {'is refused' if refused else 'could not be asked'}"
    if await reader.database.read(remembered.get, _said(reader, endpoint)) != what:
        log.warning(what, extra={"source": reader.name, "endpoint": endpoint, "error": str(error)})
        await reader.database.write(remembered.put, _said(reader, endpoint), what)


async def _is_due(reader: Reader, what: str, now: datetime) -> bool:
    last = await reader.database.read(remembered.get, _mark(reader, what))
    return last is None or not timedelta(0) <= now - datetime.fromisoformat(last) < _EVERY


async def _asked(reader: Reader, what: str, now: datetime) -> None:
    await reader.database.write(remembered.put, _mark(reader, what), now.isoformat())


def _mark(reader: Reader, what: str) -> str:
    return remembered.about(reader.name, f"account {what}")


def _said(reader: Reader, endpoint: str) -> str:
    return remembered.about(reader.name, f"refused {endpoint}")
