from dataclasses import replace
from datetime import timedelta

from bot.notify.holding import Held
from bot.notify.notification import Destination, Via
from bot.store import held
from bot.store.connection import Connection
from tests.rules.samples import NOON

FINOPS = Destination("finops", Via.SLACK, "#neo-spend")
OLD = Held("b", FINOPS, quietly=True)
NEW = Held("a", Destination("pager", Via.WEBHOOK, "pager"), quietly=False)


def test_what_is_held_back_stays_as_old_as_it_is_until_it_is_dropped(db: Connection) -> None:
    held.put(db, [OLD], NOON)
    held.put(db, [NEW, OLD], NOON + timedelta(hours=1))
    assert [OLD, NEW] == held.load(db)
    held.drop(db, [OLD])
    assert [NEW] == held.load(db)


def test_what_a_silence_held_too_was_not_held_quietly(db: Connection) -> None:
    for quietly in (True, False, True):
        held.put(db, [replace(OLD, quietly=quietly)], NOON)
    assert [replace(OLD, quietly=False)] == held.load(db)
