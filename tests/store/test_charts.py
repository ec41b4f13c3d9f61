"""A chart is taken once its message is there, and once."""

from dataclasses import replace
from datetime import timedelta

from bot.notify.notification import DigestBody, Receipt
from bot.store import charts, messages, outbox
from bot.store.connection import Connection
from tests.chart.samples import CHART
from tests.slack import samples
from tests.store import mail
from tests.store.mail import FINOPS, NOW, PAGER

DIGEST = DigestBody(replace(samples.DIGEST, chart=CHART))
LATER = NOW + timedelta(minutes=1)


def posted(db: Connection, message: str = "m1", body: object = DIGEST) -> None:
    """A digest that is in its channel, whose chart is wanted."""
    messages.write(db, message, FINOPS, body, NOW)  # type: ignore[arg-type] # any body
    outbox.add(db, outbox.Entry(message, message, "digest"), NOW)
    charts.want(db, message, NOW)
    taken = outbox.take(db, FINOPS, NOW)
    assert taken is not None
    outbox.sent(db, taken, Receipt("C0SPEND", f"ts-{message}"), NOW)


def test_it_waits_for_its_message(db: Connection) -> None:
    messages.write(db, "m1", FINOPS, DIGEST, NOW)
    charts.want(db, "m1", NOW)
    assert [] == charts.destinations(db, NOW)
    assert charts.take(db, FINOPS, NOW) is None


def test_it_is_taken_once_by_its_own_destination(db: Connection) -> None:
    posted(db)
    charts.want(db, "m1", NOW)
    assert [FINOPS] == charts.destinations(db, NOW)
    assert charts.take(db, PAGER, NOW) is None
    found = charts.take(db, FINOPS, NOW)
    assert charts.Wanted("m1", Receipt("C0SPEND", "ts-m1"), CHART, 1) == found
    assert charts.take(db, FINOPS, LATER) is None
    charts.want(db, "m1", NOW)
    assert [] == charts.destinations(db, LATER)


def test_it_is_due_again_when_it_surely_did_not_arrive(db: Connection) -> None:
    posted(db)
    found = charts.take(db, FINOPS, NOW)
    assert found is not None
    charts.later(db, found, LATER)
    assert [] == charts.destinations(db, NOW)
    again = charts.take(db, FINOPS, LATER)
    assert again is not None
    assert 2 == again.tries


def test_what_has_no_chart_to_read_is_left_out(db: Connection) -> None:
    posted(db, "m1", mail.note("no digest"))
    posted(db, "m2", DigestBody(samples.DIGEST))
    posted(db, "m3")
    posted(db, "m4")
    db.execute("UPDATE message SET body = '{' WHERE id = 'm3'")
    found = charts.take(db, FINOPS, NOW)
    assert found is not None
    assert "m4" == found.message
    assert charts.take(db, FINOPS, NOW) is None
