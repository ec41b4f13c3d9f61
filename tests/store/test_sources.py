"""Each source keeps how far it was read and how it fares."""

from datetime import timedelta

from bot.store import sources
from bot.store.connection import Connection
from bot.store.sources import Backfill, Balance, SourceState
from rules.money import Money
from tests.store import usage

NOW = usage.NOON
MINUTE = timedelta(minutes=1)


def test_a_source_that_was_never_read_is_not_there(db: Connection) -> None:
    assert {} == sources.load(db)


def test_an_error_keeps_its_first_time_until_a_pass_is_complete(db: Connection) -> None:
    sources.failed(db, "acme", "503", at=NOW)
    sources.failed(db, "acme", "timed out", at=NOW + MINUTE)
    assert {"acme": SourceState(last_error="timed out", error_since=NOW)} == sources.load(db)
    sources.advance(db, "acme", cursor=NOW, complete_at=NOW + MINUTE)
    assert {"acme": SourceState(cursor=NOW, last_complete=NOW + MINUTE)} == sources.load(db)


def test_everything_else_is_kept_beside_each_other(db: Connection) -> None:
    progress = Backfill(NOW - 100 * MINUTE, NOW - 50 * MINUTE, done=False)
    balance = Balance(Money(5), Money(9), None, NOW + MINUTE, NOW)
    sources.identify(db, "acme", role="admin", account="ana@acme.test")
    sources.backfilled(db, "acme", progress)
    sources.fall_back(db, "acme", tasks=True)
    sources.book_by_arrival(db, "acme", arrival=False)
    sources.balanced(db, "acme", balance)
    sources.identify(db, "blue", role="user", account=None)
    assert {
        "acme": SourceState(
            role="admin",
            account="ana@acme.test",
            backfill=progress,
            fallback=True,
            by_arrival=False,
            balance=balance,
        ),
        "blue": SourceState(role="user"),
    } == sources.load(db)


def test_what_lies_in_the_future_once_the_clock_was_set_back_keeps_its_age(db: Connection) -> None:
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    balance = Balance(Money(1), Money(2), None, None, NOW - 9 * minute)
    sources.advance(db, "acme", cursor=NOW, complete_at=NOW - 20 * minute)
    sources.failed(db, "acme", "down", at=NOW - 19 * minute)
    sources.balanced(db, "acme", balance)
    sources.advance(db, "blue", cursor=NOW, complete_at=NOW - hour)
    sources.shift(db, by=-hour, now=NOW - hour)
    known = sources.load(db)
    assert (NOW - hour - 20 * minute, NOW - hour - 19 * minute) == (
        known["acme"].last_complete,
        known["acme"].error_since,
    )
    assert known["acme"].balance is not None
    assert NOW - hour - 9 * minute == known["acme"].balance.checked_at
    assert NOW - hour == known["blue"].last_complete


def test_a_clock_that_is_set_ahead_moves_nothing(db: Connection) -> None:
    sources.advance(db, "acme", cursor=NOW, complete_at=NOW)
    sources.shift(db, by=timedelta(hours=1), now=NOW - timedelta(minutes=1))
    assert NOW == sources.load(db)["acme"].last_complete
