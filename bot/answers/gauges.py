"""Figures that are not sums of records: the age of the data, how far it is from Neo's totals, and what is left of the credits."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction

from bot.store import agreements, sums
from bot.store.connection import Connection
from bot.store.sources import Balance, SourceState
from rules.labels import EVERYTHING, Label
from rules.metric import NOTHING, Reads, Value
from rules.series import Query
from rules.window import Span

PACE = timedelta(days=14)
_LONGEST = timedelta(days=3650)


def read(
    db: Connection, states: Mapping[str, SourceState], now: datetime
) -> dict[tuple[str, str], Value]:
    """Every gauge that is known, by metric and source."""
    found: dict[tuple[str, str], Value] = {}
    for source, state in states.items():
        since = state.last_complete or state.error_since
        if since is not None and since <= now:  # else the clock was set back, and nobody knows
            found["data_age", source] = now - since
    for source, agreement in agreements.each(db, states).items():
        found["drift", source] = agreement.drift
    balances = {
        source: state.balance
        for source, state in states.items()
        if state.balance is not None and state.balance.holds_at(now)
    }
    for source, balance in balances.items():
        found["credit_balance", source] = balance.available
        if balance.expires_at is not None:
            found["expires_in", source] = balance.expires_at - now
    if balances:
        found.update(_runways(db, balances, now))
    return found


def _runways(
    db: Connection, balances: Mapping[str, Balance], now: datetime
) -> dict[tuple[str, str], Value]:
    """How long the credits last at the pace of the last 14 days; ten years stand for "for ever"."""
    used = sums.answer(
        db, Query(Reads.RECORDS, Span(now - PACE, now), (Label.SOURCE,), EVERYTHING), None
    )
    found: dict[tuple[str, str], Value] = {}
    for source, balance in balances.items():
        spent = used.get((source,), NOTHING).credits
        days = (
            Fraction(balance.available.nano * PACE.days, spent)
            if spent > 0
            else Fraction(_LONGEST.days)
        )
        found["runway", source] = min(
            timedelta(days=1) * float(days) if days < _LONGEST.days else _LONGEST, _LONGEST
        )
    return found
