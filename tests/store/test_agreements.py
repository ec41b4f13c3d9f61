"""The last outcome of a reconciliation, and what was healed for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.notify import agreement
from bot.notify.agreement import About, Agreement, Difference
from bot.store import agreements, remembered
from bot.store.connection import Connection
from rules.money import ZERO, Money
from rules.window import Span
from tests.store import usage

NOW = datetime(2026, 11, 18, 3, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def db() -> Connection:
    return usage.fresh()


def outcome(at: datetime, healed: int = 0, left: int = 0) -> Agreement:
    by = Money(healed + left)
    found = [Difference(About.TASK, "t-1", by, ZERO, by, Money(left))] if by else []
    return agreement.conclude(at, Span(NOW - 90 * DAY, at), (4, found), None, ["a note"])


def test_an_outcome_is_read_as_it_was_kept(db: Connection) -> None:
    with db.conn:
        agreements.put(db, "acme", outcome(NOW, 5, 2))
        assert outcome(NOW, 5, 2) == agreements.of(db, "acme")
        agreements.put(db, "acme", outcome(NOW + DAY))
        assert outcome(NOW + DAY) == agreements.of(db, "acme")
        assert None is agreements.of(db, "blue")
    db.close()


def test_what_was_healed_is_known_for_forty_days(db: Connection) -> None:
    with db.conn:
        for night in (0, 1, 40):
            agreements.put(db, "acme", outcome(NOW + night * DAY, healed=night + 1))
        agreements.put(db, "blue", outcome(NOW + 40 * DAY, healed=100))
        healed = [
            agreements.healed(db, sources, NOW + since * DAY).nano
            for sources, since in ((["acme"], -1), (["acme"], 1), (["acme", "blue", "none"], 0))
        ]
    assert [43, 41, 143] == healed, "what was healed 40 days before the last is forgotten"
    db.close()


def test_only_sources_that_could_be_compared_are_given(db: Connection) -> None:
    nothing = agreement.conclude(NOW, Span(NOW - DAY, NOW), None, None)
    with db.conn:
        agreements.put(db, "acme", outcome(NOW))
        agreements.put(db, "blue", nothing)
        assert ["acme"] == list(agreements.each(db, ["acme", "blue", "gone"]))
        remembered.forget(db, "acme")
        assert {} == agreements.each(db, ["acme"])
    db.close()


def test_what_a_run_that_was_broken_off_found_is_known_until_an_outcome_is_kept(
    db: Connection,
) -> None:
    first, again = (outcome(NOW, each).differences for each in (5, 2))
    with db.conn:
        agreements.begin(db, "acme", first)
        agreements.begin(db, "acme", again)
        assert (list(first), []) == (agreements.begun(db, "acme"), agreements.begun(db, "blue"))
        agreements.put(db, "acme", outcome(NOW))
        assert [] == agreements.begun(db, "acme")
    db.close()
