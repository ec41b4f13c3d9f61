from datetime import timedelta

from bot.notify.notification import Destination, Via
from bot.store import held
from bot.store.connection import Connection
from tests.rules.samples import NOON

FINOPS = Destination("finops", Via.SLACK, "#neo-spend")
PAGER = Destination("pager", Via.WEBHOOK, "pager")


def test_what_is_held_back_stays_as_old_as_it_is_until_it_is_dropped(db: Connection) -> None:
    held.put(db, [("a", FINOPS), ("a", PAGER)], NOON)
    held.put(db, [("a", FINOPS)], NOON + timedelta(hours=1))
    assert {("a", FINOPS): NOON, ("a", PAGER): NOON} == held.load(db)
    held.drop(db, [("a", FINOPS)])
    assert {("a", PAGER): NOON} == held.load(db)
