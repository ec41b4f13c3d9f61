from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.notify import silence
from bot.notify.silence import Silence
from bot.store import silences
from bot.store.connection import Connection
from rules.labels import Label

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE = Silence(
    0,
    NOON,
    NOON + HOUR,
    "ada@acme.test",
    "migration",
    rule="user-*",
    match=silence.selector([(Label.USER, "!*@acme.test"), (Label.MODEL, "opus")]),
    alert="abc",
)


def test_a_silence_comes_back_as_it_was_kept(db: Connection) -> None:
    kept = silences.add(db, ONE)
    assert replace(ONE, id=kept.id) == silences.find(db, kept.id)
    assert silences.find(db, kept.id + 1) is None


def test_only_those_that_hold_are_active_and_the_first_to_end_comes_first(db: Connection) -> None:
    longer = silences.add(db, replace(ONE, ends=NOON + 2 * HOUR))
    one = silences.add(db, ONE)
    silences.add(db, replace(ONE, starts=NOON + HOUR, ends=NOON + 3 * HOUR))
    assert [one, longer] == silences.active(db, NOON)
    assert longer in silences.active(db, NOON + HOUR)
    assert one not in silences.active(db, NOON + HOUR)
    assert 3 == len(silences.since(db, NOON, NOON + HOUR))


def test_its_end_and_reason_can_change_and_nothing_else(db: Connection) -> None:
    kept = silences.add(db, ONE)
    silences.change(db, replace(kept, ends=NOON, reason="done", rule="*"))
    assert replace(kept, ends=NOON, reason="done") == silences.find(db, kept.id)


def test_those_that_ended_since_a_moment(db: Connection) -> None:
    one = silences.add(db, ONE)
    longer = silences.add(db, replace(ONE, ends=NOON + 2 * HOUR))
    assert [] == silences.ended(db, None, NOON)
    assert [one] == silences.ended(db, None, NOON + HOUR)
    assert [longer] == silences.ended(db, NOON + HOUR, NOON + 2 * HOUR)


def test_what_is_in_force_stays_so_once_the_clock_was_set_back_and_what_is_over_stays_over(
    db: Connection,
) -> None:
    lasts = silences.add(db, replace(ONE, starts=NOON, ends=NOON + 2 * HOUR))
    over = silences.add(db, replace(ONE, starts=NOON - 3 * HOUR, ends=NOON - HOUR / 2))
    silences.pull_back(db, -HOUR, NOON - HOUR)
    assert [replace(lasts, starts=NOON - HOUR)] == silences.active(db, NOON - HOUR)
    assert replace(over, ends=NOON - HOUR) == silences.find(db, over.id)
