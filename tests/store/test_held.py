from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.notify.holding import Held
from bot.store import held
from bot.store.connection import Connection
from rules.terms import Severity

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ONE = Held("aaa", Severity.WARNING, quietly=True)
OTHER = Held("bbb", Severity.CRITICAL, quietly=False, late=True)


def test_what_is_held_back_stays_as_old_as_it_is_until_it_is_dropped(db: Connection) -> None:
    held.put(db, [OTHER], "night", NOON)
    held.put(db, [ONE], "night", NOON + MINUTE)
    assert [OTHER, ONE] == held.load(db)
    changed = replace(OTHER, quietly=True)
    held.put(db, [changed], "day", NOON + 2 * MINUTE)
    assert [changed, ONE] == held.load(db)
    held.drop(db, ["bbb", "ccc"])
    assert [ONE] == held.load(db)


def test_it_is_looked_at_again_when_it_changes_or_is_held_by_something_else(db: Connection) -> None:
    held.put(db, [OTHER], "night", NOON)
    held.put(db, [ONE], "silence", NOON)
    assert [ONE] == held.stirred(db, [], "night")
    assert [ONE, OTHER] == held.stirred(db, ["bbb"], "night")
    assert [OTHER] == held.stirred(db, ["ccc"], "silence")
