"""Every version of every record, in the order in which they came: what replay reads."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.store import instant, rows
from bot.store.connection import Connection
from bot.store.rows import FACTS
from rules.record import Record

_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Version:
    """What was known of a record from `known` on; `record` is None when Neo no longer had it.

    `polled`: a poll brought it at that moment, with what else was new.
    """

    known: datetime
    source: str
    key: str
    record: Record | None
    polled: bool


_KNOWN = "coalesce(seen, at)"
"""What backfill read counts as known since it was created."""

_NOW = 2**62
"""The turn of the version that stands in the ledger: after all that were replaced."""

_MOMENTS = f"""
  SELECT {_KNOWN} AS known, id AS record, {_NOW} AS turn, 0 AS lost, seen IS NOT NULL AS polled FROM ledger WHERE {_KNOWN} >= :since
  UNION ALL SELECT gone, id, {_NOW}, 1, 1 FROM ledger WHERE gone >= :since
  UNION ALL SELECT {_KNOWN}, record, id, 0, seen IS NOT NULL FROM replaced WHERE {_KNOWN} >= :since
  UNION ALL SELECT gone, record, id, 1, 1 FROM replaced WHERE gone >= :since
  ORDER BY known, record, turn, lost
"""
"""Only numbers are sorted; what the versions say is looked up piece by piece."""

_CHOSEN = "IN (SELECT value FROM json_each(?))"
_PRESENT = f"SELECT id, {_NOW}, source, key, {', '.join(FACTS)} FROM ledger WHERE id {_CHOSEN}"
_FORMER = (
    f"SELECT record, replaced.id, source, key, {', '.join(f'replaced.{name}' for name in FACTS)}"
    f" FROM replaced JOIN ledger ON ledger.id = record WHERE replaced.id {_CHOSEN}"
)


def versions(db: Connection, since: datetime) -> Iterator[Version]:
    """Each version that became known at `since` or later, those of one record in their order."""
    cursor = db.execute(_MOMENTS, {"since": instant.to_micros(since)})
    while moments := cursor.fetchmany(_CHUNK):
        said = _said(db, [(record, turn) for _, record, turn, *_ in moments])
        for known, record, turn, lost, polled in moments:
            version = said[record, turn]
            yield Version(
                known=instant.from_micros(known),
                source=version.source,
                key=version.key,
                record=None if lost else version,
                polled=bool(polled),
            )


def _said(db: Connection, wanted: list[tuple[int, int]]) -> dict[tuple[int, int], Record]:
    present = [record for record, turn in wanted if turn == _NOW]
    former = [turn for _, turn in wanted if turn != _NOW]
    found = [
        *db.execute(_PRESENT, [json.dumps(present)]),
        *db.execute(_FORMER, [json.dumps(former)]),
    ]
    records = rows.decode(db, [row[2:] for row in found])
    return {row[:2]: record for row, record in zip(found, records, strict=True)}
