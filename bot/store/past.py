"""Takes out what the bot wrote about itself, once it is over and old, bit by bit.

Theory of operation. Of each kind there is what is `old`, found by an index on time, and of that what is `going`: nothing
that still waits or may be tried again, and nothing that something younger hangs on. An alert goes with its history, and a
message with all that was queued for it, each in one transaction. A message that tells of many alerts may be written anew
as long as one of them can change, so none of them goes before all are over and old; the message follows the last. What
cannot be told twice for anything older stays for good: `digest_sent`, a row for each digest.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store import instant, outbox
from bot.store.connection import Connection

Ids = Sequence[str | int]

_AMONG = "IN (SELECT value FROM json_each(:ids))"

_UNSETTLED = f"""
  SELECT message FROM outbox INDEXED BY outbox_waiting WHERE state = 'waiting'
  UNION ALL SELECT message FROM outbox INDEXED BY outbox_failed WHERE {outbox.LOST}
  UNION ALL SELECT id FROM message WHERE version > shown AND ts <> ''
  UNION ALL SELECT id FROM message WHERE edit_error <> ''
  UNION ALL SELECT id FROM chart JOIN message ON id = message WHERE NOT tried AND ts <> ''
"""
"""Messages of which something is yet to be sent, edited or tried again."""

_LAST = """EXISTS (
    SELECT 1 FROM outbox AS mine WHERE mine.message = {id} AND mine.ended IS NOT NULL AND mine.state <> 'merged'
    AND NOT EXISTS (
      SELECT 1 FROM outbox AS later
      WHERE later.destination = mine.destination AND later.ended > mine.ended AND later.state <> 'merged'
    )
  )"""
"""Whether nothing went to its destination since: by what came of that `outbox.waiting` sees whether anything gets out."""

_YOUNG = (
    "SELECT 1 FROM told JOIN alert ON alert.id = told.alert"
    ' WHERE (ended IS NULL OR ended >= :before OR "end" >= :before)'
)
_GOING_ALERTS = f"""
  WITH
    about AS MATERIALIZED (
      SELECT message FROM told WHERE alert {_AMONG}
      UNION SELECT gathered FROM told WHERE alert {_AMONG} AND gathered <> ''
    ),
    staying AS MATERIALIZED (
      SELECT message FROM about WHERE message IN ({_UNSETTLED}) OR {_LAST.format(id="about.message")}
        OR EXISTS ({_YOUNG} AND told.message = about.message)
        OR EXISTS ({_YOUNG} AND told.gathered = about.message AND told.gathered <> '')
    )
  SELECT mine.value FROM json_each(:ids) AS mine WHERE mine.value NOT IN (SELECT alert FROM held)
    AND NOT EXISTS (
      SELECT 1 FROM told WHERE told.alert = mine.value AND (message IN staying OR gathered IN staying)
    )
"""
_GOING_MESSAGES = f"""
  SELECT id FROM message WHERE id {_AMONG} AND id NOT IN ({_UNSETTLED})
    AND NOT {_LAST.format(id="message.id")}
    AND NOT EXISTS (SELECT 1 FROM told WHERE told.message = id)
    AND NOT EXISTS (SELECT 1 FROM told WHERE told.gathered = id AND told.gathered <> '')
"""
_GOING_DECISIONS = f"""
  SELECT id FROM decision WHERE id {_AMONG}
    AND NOT EXISTS (SELECT 1 FROM alert WHERE alert.id = decision.alert)
"""
_GOING_SILENCES = f"""
  SELECT id FROM silence WHERE id {_AMONG} AND id < (SELECT max(id) FROM silence)
    AND ends < coalesce((SELECT min(since) FROM alert), :before)
"""
"""What no alert on record can have been under. The last one stays, so that no other ever gets its name: buttons in Slack go by names."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is found at once and goes in parts: SQL of the ids that are `old`, and of those among `:ids` that are `going`.

    `tables` are where they go from, each with the column that the ids stand in.
    """

    old: str
    tables: Mapping[str, str]
    going: str = "SELECT value FROM json_each(:ids)"


KINDS = {
    "alerts": Kind(
        'SELECT id FROM alert WHERE ended < :before AND "end" < :before',
        {"alert": "id", "decision": "alert", "told": "alert", "ack": "alert"},
        _GOING_ALERTS,
    ),
    "messages": Kind(
        "SELECT id FROM message WHERE created < :before",
        {"message": "id", "outbox": "message", "chart": "message"},
        _GOING_MESSAGES,
    ),
    "decisions": Kind(
        "SELECT id FROM decision WHERE at < :before", {"decision": "id"}, _GOING_DECISIONS
    ),
    "silences": Kind(
        "SELECT id FROM silence WHERE ends < :before", {"silence": "id"}, _GOING_SILENCES
    ),
    "audit": Kind("SELECT id FROM audit WHERE at < :before", {"audit": "id"}),
    "rejected": Kind("SELECT id FROM rejected WHERE seen < :before", {"rejected": "id"}),
}
"""In the order in which they go: each after what it belongs to. Decisions are those of alerts that never fired."""


def old(db: Connection, kind: Kind, before: datetime) -> Ids:
    """What ended, or was made, before a moment; more than may go."""
    found = db.execute(kind.old, {"before": instant.to_micros(before)})
    return [id_ for (id_,) in found]


def take(db: Connection, kind: Kind, among: Ids, before: datetime) -> int:
    """Takes out what may go of what is old, with all that belongs to it; gives how many that were."""
    known = {"ids": json.dumps(among), "before": instant.to_micros(before)}
    going = [id_ for (id_,) in db.execute(kind.going, known)]
    for table, column in kind.tables.items():
        db.execute(f"DELETE FROM {table} WHERE {column} {_AMONG}", {"ids": json.dumps(going)})
    return len(going)
