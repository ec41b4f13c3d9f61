"""How far the reading of each source has come, and how it fares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.store import instant, remembered
from bot.store.connection import Connection
from rules import labels
from rules.money import Money

TRUSTED = timedelta(hours=3)
"""How long what the billing endpoints said is taken as true; they are asked every hour."""

_LEAST_PATIENCE = timedelta(minutes=10)

ADMIN = "admin"
"""The role of who is shown everyone's usage, and their emails."""

SOLO = "solo"
"""The role of an account that is in no team."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """Where reading history begins, the point down to which it has come, and whether it is over."""

    since: datetime
    at: datetime
    done: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits as the billing endpoints last told them; `reset_at` is when the credit month turns."""

    available: Money
    issued: Money
    expires_at: datetime | None
    reset_at: datetime | None
    checked_at: datetime

    def holds_at(self, now: datetime) -> bool:
        return now - self.checked_at <= TRUSTED


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source.

    `cursor` is where the last complete pass ended, `last_complete` when that pass was made. `fallback`: tasks are the
    ledger. `by_arrival`: streams of one task share `created_at` (None: not known yet).
    """

    cursor: datetime | None = None
    last_complete: datetime | None = None
    last_error: str | None = None
    error_since: datetime | None = None
    role: str | None = None
    account: str | None = None
    backfill: Backfill | None = None
    fallback: bool = False
    by_arrival: bool | None = None
    balance: Balance | None = None

    @property
    def begins(self) -> datetime | None:
        """From when on its part of the ledger is whole; as far as it has come where history is still read."""
        if self.backfill is None:
            return None
        return self.backfill.since if self.backfill.done else self.backfill.at

    @property
    def owner(self) -> str:
        """The user of rows without an email: the account itself, unless it is an admin of a team."""
        return (self.account or labels.SELF) if self.role in (None, SOLO) else labels.UNKNOWN


_COLUMNS = (
    "source, cursor, last_complete, last_error, error_since, role, account,"
    " backfill_from, backfill_at, backfill_done, fallback, by_arrival,"
    " credits_available, credits_issued, credits_expire, credits_reset, credits_checked"
)


def patience(every: timedelta) -> timedelta:
    """How long a source that is polled `every` so often may go without a complete poll."""
    return max(3 * every, _LEAST_PATIENCE)


def stale(states: Mapping[str, SourceState], now: datetime, after: timedelta) -> frozenset[str]:
    """Sources without a complete poll for longer than `after`."""
    return frozenset(
        name
        for name, state in states.items()
        if state.last_complete is None or now - state.last_complete > after
    )


def load(db: Connection) -> dict[str, SourceState]:
    """The state of every source that was ever read."""
    rows = db.execute(f"SELECT {_COLUMNS} FROM source_state ORDER BY source").fetchall()
    return {row[0]: _state(row) for row in rows}


def one(db: Connection, source: str) -> SourceState:
    """What is known of one source; nothing yet before its first poll."""
    return load(db).get(source, SourceState())


def begins(db: Connection) -> datetime | None:
    """From when on the ledger is whole, in every source."""
    known = [state.begins for state in load(db).values()]
    return max((at for at in known if at is not None), default=None)


def credit_turn(db: Connection) -> datetime | None:
    """A moment at which the credit month turns, from the first source whose plan says so."""
    found = db.execute(
        "SELECT credits_reset FROM source_state WHERE credits_reset IS NOT NULL ORDER BY source"
    ).fetchone()
    return None if found is None else instant.from_micros(found[0])


def keep_only(db: Connection, names: Sequence[str]) -> None:
    """Forgets how sources fared that are no longer in the configuration; their records stay."""
    for source in set(load(db)).difference(names):
        db.execute("DELETE FROM source_state WHERE source = ?", [source])
        remembered.forget(db, source)


def advance(db: Connection, source: str, *, cursor: datetime, complete_at: datetime) -> None:
    """A pass was complete: it read up to `cursor`; an error is over."""
    _set(
        db,
        source,
        cursor=instant.to_micros(cursor),
        last_complete=instant.to_micros(complete_at),
        last_error=None,
        error_since=None,
    )


def failed(db: Connection, source: str, error: str, *, at: datetime) -> None:
    """A pass failed; the time of the first failure since the last success is kept."""
    since = one(db, source).error_since or at
    _set(db, source, last_error=error, error_since=instant.to_micros(since))


def shift(db: Connection, *, by: timedelta, now: datetime) -> None:
    """The clock was set: what lies in the future since then happened `by` earlier, so that its age stays what it was."""
    micros = min(by, timedelta(0)) // timedelta(microseconds=1)
    for column in ("last_complete", "error_since", "credits_checked"):
        db.execute(
            f"UPDATE source_state SET {column} = {column} + ? WHERE {column} > ?",
            [micros, instant.to_micros(now)],
        )


def identify(db: Connection, source: str, *, role: str, account: str | None) -> None:
    """Who the credential is."""
    _set(db, source, role=role, account=account)


def backfilled(db: Connection, source: str, progress: Backfill) -> None:
    """History was read so far."""
    _set(
        db,
        source,
        backfill_from=instant.to_micros(progress.since),
        backfill_at=instant.to_micros(progress.at),
        backfill_done=int(progress.done),
    )


def fall_back(db: Connection, source: str, *, tasks: bool) -> None:
    """Whether tasks are the ledger, since Neo refuses the source its streams."""
    _set(db, source, fallback=int(tasks))


def book_by_arrival(db: Connection, source: str, *, arrival: bool) -> None:
    """What live data showed of assumption A1."""
    _set(db, source, by_arrival=int(arrival))


def turns(db: Connection, source: str, at: datetime) -> None:
    """When the credit month of a source turns; that goes on where Neo no longer tells it."""
    _set(db, source, credits_reset=instant.to_micros(at))


def balanced(db: Connection, source: str, balance: Balance) -> None:
    """What is left of the credits."""
    if balance.reset_at is not None:
        turns(db, source, balance.reset_at)
    _set(
        db,
        source,
        credits_available=balance.available.nano,
        credits_issued=balance.issued.nano,
        credits_expire=instant.to_nullable(balance.expires_at),
        credits_checked=instant.to_micros(balance.checked_at),
    )


def _set(db: Connection, source: str, **columns: str | int | None) -> None:
    names = ", ".join(columns)
    fresh = ", ".join(f"{name} = excluded.{name}" for name in columns)
    db.execute(
        f"INSERT INTO source_state (source, {names}) VALUES (?{', ?' * len(columns)})"
        f" ON CONFLICT (source) DO UPDATE SET {fresh}",
        [source, *columns.values()],
    )


def _state(row: tuple[Any, ...]) -> SourceState:
    _, cursor, last_complete, last_error, error_since, role, account, *more = row
    since, at, done, fallback, by_arrival, *balance = more
    return SourceState(
        cursor=instant.from_nullable(cursor),
        last_complete=instant.from_nullable(last_complete),
        last_error=last_error,
        error_since=instant.from_nullable(error_since),
        role=role,
        account=account,
        backfill=(
            None
            if since is None
            else Backfill(instant.from_micros(since), instant.from_micros(at), bool(done))
        ),
        fallback=bool(fallback),
        by_arrival=None if by_arrival is None else bool(by_arrival),
        balance=_balance(*balance),
    )


def _balance(
    available: int, issued: int, expires: int | None, reset: int | None, checked: int | None
) -> Balance | None:
    if checked is None:
        return None
    return Balance(
        available=Money(available),
        issued=Money(issued),
        expires_at=instant.from_nullable(expires),
        reset_at=instant.from_nullable(reset),
        checked_at=instant.from_micros(checked),
    )
