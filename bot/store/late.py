"""What became known late: cost that was added to earlier time since some moment."""

from datetime import datetime

from bot.store import instant
from bot.store.connection import Connection
from rules.money import Money

_TOUCHED = "SELECT record FROM replaced WHERE until > :since"
_NOW = f"""
  SELECT coalesce(sum(credits + neo_cost), 0) FROM ledger
  WHERE at < :before AND gone IS NULL AND (seen > :since OR id IN ({_TOUCHED}))
"""
_THEN_CORRECTED = """
  SELECT coalesce(sum(credits + neo_cost), 0) FROM replaced
  WHERE at < :before AND until > :since AND coalesce(seen, at) <= :since
    AND (gone IS NULL OR gone > :since)
"""
_THEN_GONE = f"""
  SELECT coalesce(sum(credits + neo_cost), 0) FROM ledger
  WHERE at < :before AND gone > :since AND coalesce(seen, at) <= :since
    AND id NOT IN ({_TOUCHED})
"""


def added(db: Connection, before: datetime, since: datetime) -> Money:
    """How much more spend before `before` there is now than was known at `since`; less, if it is negative.

    What backfill read counts as known since it was created, so it is not late.
    """
    (nano,) = db.execute(
        f"SELECT ({_NOW}) - ({_THEN_CORRECTED}) - ({_THEN_GONE})",
        {"before": instant.to_micros(before), "since": instant.to_micros(since)},
    ).fetchone()
    return Money(nano)
