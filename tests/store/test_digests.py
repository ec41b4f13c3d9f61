"""Each period's digest is dealt with once."""

from datetime import timedelta

from bot.store import digests
from bot.store.connection import Connection
from tests.store.mail import NOW

DAY = timedelta(days=1)


def test_a_period_is_claimed_once(db: Connection) -> None:
    assert not digests.claimed(db, "daily", NOW)
    assert digests.claim(db, "daily", NOW, NOW, "sent")
    assert digests.claimed(db, "daily", NOW)
    assert not digests.claim(db, "daily", NOW, NOW + DAY, "skipped")
    assert NOW == digests.last_sent(db, "daily")


def test_another_period_and_another_digest_are_free(db: Connection) -> None:
    digests.claim(db, "daily", NOW, NOW, "sent")
    assert digests.claim(db, "daily", NOW + DAY, NOW + DAY, "skipped")
    assert digests.claim(db, "weekly", NOW, NOW, "sent")
    assert NOW + DAY == digests.last_sent(db, "daily")


def test_one_that_was_never_sent_has_no_time(db: Connection) -> None:
    assert digests.last_sent(db, "daily") is None
