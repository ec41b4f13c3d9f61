"""One task: Neo is asked for it, and the ledger where Neo does not answer."""

import asyncio
import logging
from collections.abc import Mapping

from bot.answers import task
from bot.answers.who import Asker
from bot.neo.client import Client
from bot.neo.detail import TaskDetail
from bot.neo.error import NeoError
from bot.notify.answer import Origin, Refusal, TaskAnswer
from bot.store import sources, tasks
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import SourceState

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that Neo gets to answer; a poll may wait longer than a person."""

_SILENT = Refusal(
    "Neo does not answer just now, and among what I have on record that you may see there is no such task."
    " Try again in a minute."
)


async def answer(
    database: Database, neo: Mapping[str, Client], asker: Asker, task_id: str
) -> TaskAnswer | Refusal:
    """What Neo or else the ledger says of a task, as far as the asker may see it."""
    owners = await database.read(_owners, task_id.strip(), tuple(neo))
    lookups = [_look_up(neo[name], task_id.strip(), owner) for name, owner in owners.items()]
    found = await asyncio.gather(*lookups)
    told = [each for each in found if isinstance(each, TaskDetail)]
    live = next((each for each in told if asker.sees(each.task.user)), None)
    failed = any(isinstance(each, Exception) for each in found)
    otherwise = Origin.SILENT if failed else Origin.GONE
    said = await database.read(task.answer, asker, task_id, live or otherwise)
    is_silent = failed and isinstance(said, Refusal) and not said.denied
    return _SILENT if is_silent else said


def _owners(db: Connection, task_id: str, names: tuple[str, ...]) -> dict[str, str]:
    """The sources that may have the task, each with the user of its rows that carry no email."""
    states = sources.load(db)
    listing = [each.source for each in tasks.get(db, task_id) if each.source in names]
    return {name: states.get(name, SourceState()).owner for name in listing or names}


async def _look_up(client: Client, task_id: str, owner: str) -> TaskDetail | Exception | None:
    """The task, None where Neo does not have it, or why Neo cannot be asked."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await client.task(task_id, owner)
    except (NeoError, TimeoutError) as error:
        told = str(error) or f"no answer in {PATIENCE:g} s"
        log.warning("drill-down failed", extra={"source": client.source.name, "error": told})
        return error
