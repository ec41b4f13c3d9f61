"""Who a source's credential is and what is left of its credits, asked now and then; all of it optional."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.jobs.passes import Reader
from bot.neo.error import Kind, NeoError
from bot.store import remembered, sources
from bot.store.sources import Balance

T = TypeVar("T")

log = logging.getLogger(__name__)

_EVERY = timedelta(hours=1)


async def refresh(reader: Reader, now: datetime) -> None:
    """Asks the optional endpoints when they were last asked an hour ago; one that refuses is said once."""
    mark = f"account {reader.name}"
    last = await reader.database.read(remembered.get, mark)
    if last is not None and timedelta(0) <= now - datetime.fromisoformat(last) < _EVERY:
        return
    user = await _asked(reader, "user", reader.client.user)
    left = await _asked(reader, "billing/credits", reader.client.credits)
    plan = await _asked(reader, "billing/subscription", reader.client.subscription)
    if user is not None:
        role = (user.team.role or user.role) if user.team is not None else sources.SOLO
        await reader.database.write(
            partial(sources.identify, source=reader.name, role=role, account=user.email)
        )
    if left is not None:
        reset = plan.reset_at if plan is not None else None
        balance = Balance(left.available, left.issued, left.expires_at, reset, now)
        await reader.database.write(sources.balanced, reader.name, balance)
    await reader.database.write(remembered.put, mark, now.isoformat())


async def _asked(reader: Reader, name: str, ask: Callable[[], Awaitable[T | None]]) -> T | None:
    """What an optional endpoint answers; whatever is wrong with it must not keep the usage from being read."""
    try:
        answer, why = (
            await ask(),
            "Neo does not give it to this credential; the bot goes on without it",
        )
    except NeoError as error:
        if error.kind is Kind.REFUSED:
            raise
        answer, why = None, str(error)
    if answer is None:
        await say_once(reader, name, why)
    return answer


async def say_once(reader: Reader, what: str, why: str) -> None:
    """Logs that an optional part of Neo is not to be had; once, not at each poll."""
    mark = f"refused {reader.name} {what}"
    if await reader.database.read(remembered.get, mark) != why:
        log.warning(
            "an optional part of Neo is refused",
            extra={"source": reader.name, "endpoint": what, "error": why},
        )
        await reader.database.write(remembered.put, mark, why)
