"""How far the data reaches."""

from datetime import timedelta

from bot.answers import coverage
from bot.store import sources
from bot.store.connection import Connection
from bot.store.sources import Backfill
from tests.answers import world
from tests.answers.world import NOW, POLLED, usd


def test_figures_are_as_old_as_the_oldest_source(db: Connection) -> None:
    early = POLLED - timedelta(hours=3)
    sources.advance(db, "blue", cursor=early, complete_at=early)
    assert early == coverage.as_of(db)


def test_a_source_without_a_complete_poll_leaves_no_date(db: Connection) -> None:
    sources.failed(db, "blue", "unreachable", at=NOW)
    assert coverage.as_of(db) is None


def test_a_ledger_reaches_back_as_far_as_its_last_source_was_read(db: Connection) -> None:
    begin = NOW - timedelta(days=60)
    assert (True, False) == (
        coverage.reaches(db, begin),
        coverage.reaches(db, begin - timedelta(seconds=1)),
    )
    half = NOW - timedelta(days=10)
    sources.backfilled(db, "blue", Backfill(begin, half, done=False))
    assert (False, True) == (coverage.reaches(db, begin), coverage.reaches(db, half))


def test_without_a_backfill_it_begins_with_its_first_record(empty: Connection) -> None:
    sources.advance(empty, "acme", cursor=POLLED, complete_at=POLLED)
    assert not coverage.reaches(empty, NOW)
    world.add(empty, [world.spent(1, world.hours(5), usd(1))])
    assert (False, True) == (
        coverage.reaches(empty, NOW - timedelta(hours=6)),
        coverage.reaches(empty, NOW - timedelta(hours=5)),
    )


def test_stale_sources_are_named(db: Connection) -> None:
    sources.failed(db, "blue", "unreachable", at=NOW)
    assert ("blue",) == coverage.stale(db, NOW, timedelta(minutes=10))
    assert ("acme", "blue") == coverage.stale(db, NOW, timedelta(seconds=30))
