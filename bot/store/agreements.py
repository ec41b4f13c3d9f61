"""What came of the last reconciliation of each source, and what each healed for a while."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.notify.agreement import About, Agreement, Difference
from bot.store import remembered
from bot.store.connection import Connection
from rules.money import ZERO, Money
from rules.window import Span

_KEPT = timedelta(days=40)
"""So long what was healed is known: a digest of a month tells of all of it."""


def begin(db: Connection, source: str, differing: Iterable[Difference]) -> None:
    """Keeps what differs before it is read again: if that is broken off, the next run still knows what it put right."""
    by_name = {(each.about, each.name): each for each in (*differing, *begun(db, source))}
    remembered.put(db, _healing(source), json.dumps([_row(each) for each in by_name.values()]))


def begun(db: Connection, source: str) -> list[Difference]:
    """What differed when a run began to read it again, of which no outcome is kept."""
    text = remembered.get(db, _healing(source))
    return [] if text is None else [_difference(*row) for row in json.loads(text)]


def put(db: Connection, source: str, found: Agreement) -> None:
    """Keeps the outcome in the place of the last one; what was healed is kept beside what was healed before."""
    before = [[at, nano] for at, nano in _healings(db, source) if _at(at) > found.at - _KEPT]
    kept = {
        "at": found.at.isoformat(),
        "span": [found.span.start.isoformat(), found.span.end.isoformat()],
        "tasks": found.tasks,
        "totals": found.totals,
        "drift": found.drift.nano,
        "healed": found.healed.nano,
        "differences": [_row(each) for each in found.differences],
        "more": found.more,
        "notes": list(found.notes),
        "healings": [*before, [found.at.isoformat(), found.healed.nano]],
    }
    remembered.put(db, _name(source), json.dumps(kept))
    remembered.drop(db, _healing(source))


def of(db: Connection, source: str) -> Agreement | None:
    """The last outcome; None where nothing was ever compared."""
    kept = _kept(db, source)
    if kept is None:
        return None
    start, end = kept["span"]
    return Agreement(
        at=_at(kept["at"]),
        span=Span(_at(start), _at(end)),
        tasks=kept["tasks"],
        totals=kept["totals"],
        drift=Money(kept["drift"]),
        healed=Money(kept["healed"]),
        differences=tuple(_difference(*row) for row in kept["differences"]),
        more=kept["more"],
        notes=tuple(kept["notes"]),
    )


def each(db: Connection, sources: Iterable[str]) -> dict[str, Agreement]:
    """The last outcome of those sources of which anything could be compared."""
    found = {source: of(db, source) for source in sources}
    return {source: one for source, one in found.items() if one is not None and one.known}


def healed(db: Connection, sources: Iterable[str], since: datetime) -> Money:
    """What was healed after `since`."""
    found = [healing for source in sources for healing in _healings(db, source)]
    return sum((Money(nano) for at, nano in found if _at(at) > since), ZERO)


def _healings(db: Connection, source: str) -> list[tuple[str, int]]:
    kept = _kept(db, source)
    return [] if kept is None else [(at, nano) for at, nano in kept["healings"]]


def _kept(db: Connection, source: str) -> dict[str, Any] | None:
    text = remembered.get(db, _name(source))
    kept: dict[str, Any] | None = None if text is None else json.loads(text)
    return kept


def _name(source: str) -> str:
    return remembered.about(source, "agreement")


def _healing(source: str) -> str:
    return remembered.about(source, "healing")


def _row(each: Difference) -> list[str | int]:
    return [each.about, each.name, each.neo.nano, each.ours.nano, each.by.nano, each.left.nano]


def _difference(about: str, name: str, *amounts: int) -> Difference:
    return Difference(About(about), name, *map(Money, amounts))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
