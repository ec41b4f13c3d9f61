"""Who a source's credential is and what is left of its credits, asked now and then; all of it optional."""

import logging
from datetime import datetime, timedelta
from functools import partial

from bot.jobs.passes import Reader
from bot.store import remembered, sources
from bot.store.sources import Balance

log = logging.getLogger(__name__)

_EVERY = timedelta(hours=1)


async def refresh(reader: Reader, now: datetime) -> None:
    """Asks the optional endpoints when they were last asked an hour ago; one that refuses is said once."""
    mark = f"account {reader.name}"
    last = await reader.database.read(remembered.get, mark)
    if last is not None and timedelta(0) <= now - datetime.fromisoformat(last) < _EVERY:
        return
    user = await reader.client.user()
    left = await reader.client.credits()
    plan = await reader.client.subscription()
    for name, answer in (("user", user), ("billing/credits", left), ("billing/subscription", plan)):
        if answer is None:
            await say_once(
                reader, name, "Neo does not give it to this credential; the bot goes on without it"
            )
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


async def say_once(reader: Reader, what: str, why: str) -> None:
    """Logs that an optional part of Neo is not to be had; once, not at each poll."""
    mark = f"refused {reader.name} {what}"
    if await reader.database.read(remembered.get, mark) != why:
        log.warning(
            "an optional part of Neo is refused",
            extra={"source": reader.name, "endpoint": what, "error": why},
        )
        await reader.database.write(remembered.put, mark, why)
