"""Has messages say so when a silence ends by itself."""

from collections.abc import Sequence
from datetime import datetime

from bot.acts import marks
from bot.notify.silence import Silence
from bot.store import remembered, silences
from bot.store.connection import Connection
from bot.store.database import Database
from rules.rule import Rule

_UPTO = "silences ended up to"


async def run(database: Database, rules: Sequence[Rule], now: datetime) -> int:
    """Looks at what ended since the last look, the first time at all; gives how many silences that were."""
    ended = await database.read(_ended, now)
    if ended:
        await database.write(_commit, rules, ended, now)
    return len(ended)


def _ended(db: Connection, now: datetime) -> list[Silence]:
    known = remembered.get(db, _UPTO)
    return silences.ended(db, datetime.fromisoformat(known) if known else None, now)


def _commit(db: Connection, rules: Sequence[Rule], ended: list[Silence], now: datetime) -> None:
    marks.muted(db, rules, ended, now)
    remembered.put(db, _UPTO, ended[-1].ends.isoformat())
