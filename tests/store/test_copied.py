"""What a copy that was put back takes for told already."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.notify.notification import Body, DigestBody
from bot.store import charts, copied, messages, outbox
from bot.store.connection import Connection
from bot.store.outbox import Entry
from bot.store.sending import Taken
from rules.alert import Reason
from rules.terms import Severity
from tests.slack import samples
from tests.store import mail, usage
from tests.store.mail import FINOPS, NOW

MADE = NOW - timedelta(days=3)
DAY = timedelta(days=1)


@pytest.fixture
def db() -> Iterator[Connection]:
    """A store that was put back just now."""
    with closing(usage.fresh()) as db:
        copied.mark(db, MADE)
        assert MADE == copied.take_over(db, NOW)
        assert None is copied.made(db)
        yield db


def queue(db: Connection, body: Body, reason: str = "first") -> None:
    messages.write(db, "m", FINOPS, body, NOW)
    outbox.add(db, Entry("m", reason, reason), NOW)


def take(db: Connection, at: datetime = NOW) -> Taken:
    taken = outbox.take(db, FINOPS, at)
    assert taken is not None
    return taken


def test_what_is_sent_within_a_day_is_looked_for_since_the_copy_was_made(db: Connection) -> None:
    queue(db, mail.alert())
    taken = take(db)
    letter = taken.notification
    assert (MADE, "m", True) == (letter.attempted, letter.about, letter.wary)
    assert 1 == taken.version, "it is brought up to date where it is found"


def test_it_is_looked_for_again_after_a_look_that_failed_and_not_once_it_is_known_not_to_be_there(
    db: Connection,
) -> None:
    queue(db, mail.alert())
    outbox.retry(db, take(db), NOW, "Slack is down", unsure=True)
    again = take(db)
    assert (MADE, True) == (again.notification.attempted, again.notification.wary)
    sent = outbox.take_again(db, again, NOW)
    assert (None, False) == (sent.notification.attempted, sent.notification.wary)
    outbox.retry(db, sent, NOW, "its reply was lost", unsure=True)
    third = take(db).notification
    assert (NOW, False) == (third.attempted, third.wary)


def test_a_day_later_it_is_sent_at_once(db: Connection) -> None:
    queue(db, mail.alert())
    letter = take(db, NOW + DAY).notification
    assert (None, False) == (letter.attempted, letter.wary)


def test_what_is_posted_afresh_is_not_looked_for(db: Connection) -> None:
    queue(db, mail.alert(), "afresh")
    letter = take(db).notification
    assert (None, False) == (letter.attempted, letter.wary)


def test_a_digest_that_is_found_stays_and_has_its_chart(db: Connection) -> None:
    queue(db, DigestBody(samples.DIGEST), "digest")
    charts.want(db, "m", NOW)
    taken = take(db)
    assert 0 == taken.version
    tried = "SELECT tried FROM chart"
    assert (1,) == db.execute(tried).fetchone()
    outbox.take_again(db, taken, NOW)
    assert (0,) == db.execute(tried).fetchone()


def test_charts_that_waited_in_the_copy_are_not_sent() -> None:
    with closing(usage.fresh()) as db:
        queue(db, DigestBody(samples.DIGEST), "digest")
        charts.want(db, "m", NOW)
        copied.mark(db, MADE)
        copied.take_over(db, NOW)
        assert (1,) == db.execute("SELECT tried FROM chart").fetchone()


SAID = mail.alert(reason=Reason.ESCALATED)


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        pytest.param(SAID, True, id="the same"),
        pytest.param(mail.alert(reason=Reason.ESCALATED, records=9), True, id="another figure"),
        pytest.param(mail.alert(reason=Reason.RESOLVED), False, id="another reason"),
        pytest.param(
            replace(SAID, alert=replace(SAID.alert, severity=Severity.CRITICAL)), False, id="worse"
        ),
        pytest.param(
            replace(SAID, alert=replace(SAID.alert, since=NOW + DAY)), False, id="another time"
        ),
        pytest.param(
            replace(SAID, alert=replace(SAID.alert, id="other")), False, id="another alert"
        ),
    ],
)
def test_replies_are_alike_whenever_they_were_decided(other: Body, alike: bool) -> None:
    assert alike == (copied.gist("m", SAID) == copied.gist("m", other))
    assert copied.gist("m", SAID) != copied.gist("n", SAID)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(mail.alert(reason=Reason.REPEAT), id="a repeat"),
        pytest.param(mail.note("hello"), id="a note"),
    ],
)
def test_what_is_said_again_and_again_is_about_nothing(body: Body) -> None:
    assert "" == copied.gist("m", body)
