"""What waits goes out in order for each message, merged into what can be said at once, and nothing is lost."""

from datetime import timedelta

import pytest

from bot.notify.notification import Destination, Receipt
from bot.store import messages, outbox
from bot.store.connection import Connection
from bot.store.outbox import Entry, Waiting
from tests.rules import making
from tests.store import mail
from tests.store.mail import FINOPS, NOW, PAGER

PLACE = Receipt("C1", "1.2")
LATER = NOW + timedelta(seconds=5)


def states(db: Connection) -> list[str]:
    return [state for (state,) in db.execute("SELECT state FROM outbox ORDER BY rowid").fetchall()]


def test_what_is_queued_is_taken_once(db: Connection) -> None:
    mail.queue(db, "m-1", "hello")
    assert [FINOPS] == outbox.destinations(db, NOW)
    taken = mail.take(db)
    letter = taken.notification
    assert (mail.note("hello"), None, None, 1) == (
        letter.body,
        letter.parent,
        letter.attempted,
        taken.tries,
    )
    assert taken.is_post
    assert taken.is_first
    outbox.sent(db, taken, PLACE, NOW)
    assert outbox.take(db, FINOPS, NOW) is None
    assert [] == outbox.destinations(db, NOW)


def test_the_same_thing_is_queued_once(db: Connection) -> None:
    messages.write(db, "m-1", FINOPS, mail.note("hello"), NOW)
    assert outbox.add(db, Entry("m-1", "the same", "first"), NOW)
    assert not outbox.add(db, Entry("m-1", "the same", "first"), LATER)
    assert ["waiting"] == states(db)


def test_its_id_is_the_same_wherever_it_is_queued(db: Connection) -> None:
    mail.queue(db, "m-1", "hello")
    first = mail.take(db).notification.id
    db.execute("DELETE FROM outbox")
    mail.queue(db, "m-1", "hello again")
    assert first == mail.take(db).notification.id


def test_nothing_is_taken_before_it_is_due_or_for_another_place(db: Connection) -> None:
    mail.queue(db, "m-1", "hello", now=LATER)
    assert outbox.take(db, FINOPS, NOW) is None
    assert [] == outbox.destinations(db, NOW)
    assert outbox.take(db, PAGER, LATER) is None


def test_a_post_says_what_its_message_says_by_then(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    mail.answer(db, "m-1", "worse")
    taken = mail.take(db)
    assert (mail.note("now worse"), True) == (taken.notification.body, taken.is_post)
    assert ["waiting", "merged"] == states(db)
    outbox.sent(db, taken, PLACE, NOW)
    assert messages.take_edit(db, FINOPS, NOW) is None


def test_of_several_replies_the_last_goes(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    outbox.sent(db, mail.take(db), PLACE, NOW)
    mail.answer(db, "m-1", "worse")
    mail.answer(db, "m-1", "worst")
    taken = mail.take(db)
    letter = taken.notification
    assert (mail.note("worst"), PLACE, True, False) == (
        letter.body,
        letter.parent,
        letter.broadcast,
        taken.is_post,
    )
    assert ["sent", "merged", "waiting"] == states(db)


def test_a_reply_leaves_where_its_message_is_as_it_is(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    outbox.sent(db, mail.take(db), PLACE, NOW)
    mail.answer(db, "m-1", "worse")
    outbox.sent(db, mail.take(db), Receipt("C1", "3.4"), NOW)
    edit = messages.take_edit(db, FINOPS, NOW)
    assert edit is not None
    assert PLACE == edit.receipt


def test_a_webhook_gets_every_word_as_a_message_of_its_own(db: Connection) -> None:
    mail.queue(db, "m-1", "first", PAGER)
    outbox.sent(db, mail.take(db, place=PAGER), Receipt(), NOW)
    mail.answer(db, "m-1", "worse", PAGER)
    letter = mail.take(db, place=PAGER).notification
    assert (None, False) == (letter.parent, letter.broadcast)
    assert mail.note("worse") == letter.body


def test_of_several_words_to_a_webhook_the_last_goes(db: Connection) -> None:
    mail.queue(db, "m-1", "first", PAGER)
    outbox.sent(db, mail.take(db, place=PAGER), Receipt(), NOW)
    mail.answer(db, "m-1", "worse", PAGER)
    mail.answer(db, "m-1", "worst", PAGER)
    assert mail.note("worst") == mail.take(db, place=PAGER).notification.body
    assert ["sent", "merged", "waiting"] == states(db)


@pytest.mark.parametrize("place", [FINOPS, PAGER], ids=["in Slack", "to a webhook"])
def test_replies_about_other_members_of_a_table_all_go(db: Connection, place: Destination) -> None:
    mail.queue(db, "m-1", "table", place)
    receipt = PLACE if place is FINOPS else Receipt()
    outbox.sent(db, mail.take(db, place=place), receipt, NOW)
    wanted = [mail.changes(db, "m-1", rule, place) for rule in ("one", "two")]
    for body in wanted:
        taken = mail.take(db, place=place)
        assert body == taken.notification.body
        outbox.sent(db, taken, receipt, NOW)
    assert outbox.take(db, place, NOW) is None


def test_replies_about_members_of_a_table_that_was_not_posted_go_with_it(db: Connection) -> None:
    mail.queue(db, "m-1", "table")
    mail.changes(db, "m-1", "one")
    assert mail.note("now one") == mail.take(db).notification.body
    assert ["waiting", "merged"] == states(db)


def test_what_cannot_be_read_fails_at_once_and_the_next_is_taken(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    mail.queue(db, "m-2", "second")
    db.execute("UPDATE message SET body = 'torn' WHERE id = 'm-1'")
    assert "m-2" == mail.take(db).message
    state, error = db.execute("SELECT state, error FROM outbox ORDER BY rowid").fetchone()
    assert "failed" == state
    assert error.startswith("its body cannot be read: ")


def test_what_may_have_arrived_is_taken_again_as_it_was(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    outbox.retry(db, mail.take(db), LATER, "its reply was lost", unsure=True)
    assert outbox.take(db, FINOPS, NOW) is None
    mail.answer(db, "m-1", "worse", now=LATER)
    again = mail.take(db, LATER)
    assert (NOW, 2) == (again.notification.attempted, again.tries)
    assert ["waiting", "waiting"] == states(db)


def test_what_did_not_arrive_takes_along_what_has_come_since(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    outbox.retry(db, mail.take(db), LATER, "its reply was lost", unsure=True)
    mail.answer(db, "m-1", "worse", now=LATER)
    once_more = outbox.take_again(db, mail.take(db, LATER), LATER)
    assert (mail.note("now worse"), None) == (
        once_more.notification.body,
        once_more.notification.attempted,
    )
    assert ["waiting", "merged"] == states(db)
    assert LATER == mail.take(db, LATER).notification.attempted


def test_what_surely_did_not_arrive_is_new_when_it_is_taken_again(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    outbox.retry(db, mail.take(db), LATER, "Slack asks to wait", unsure=False)
    again = mail.take(db, LATER)
    assert (None, 2) == (again.notification.attempted, again.tries)


def test_what_waits_for_one_message_keeps_its_order_and_others_go_on(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    mail.queue(db, "m-2", "other")
    outbox.retry(db, mail.take(db), LATER, "no answer", unsure=True)
    mail.answer(db, "m-1", "worse")
    assert "m-2" == mail.take(db).message
    outbox.sent(db, mail.take(db), PLACE, NOW)
    assert outbox.take(db, FINOPS, NOW) is None
    assert mail.take(db, LATER).is_post


def test_what_no_retry_will_deliver_is_kept_and_counted(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    mail.queue(db, "m-2", "second", now=LATER)
    outbox.failed(db, mail.take(db), "the channel is archived", NOW)
    assert Waiting(1, LATER, 1, "the channel is archived", nothing_gets_out=True) == outbox.waiting(
        db
    )
    assert [("failed", "the channel is archived"), ("waiting", "")] == db.execute(
        "SELECT state, error FROM outbox ORDER BY rowid"
    ).fetchall()


def test_the_error_that_is_told_is_the_last_one(db: Connection) -> None:
    for message, error, at in (("m-1", "first", NOW), ("m-2", "last", LATER), ("m-3", "mid", NOW)):
        mail.queue(db, message, message)
        outbox.failed(db, mail.take(db), error, at)
    assert (3, "last") == (outbox.waiting(db).undeliverable, outbox.waiting(db).error)


def test_an_empty_outbox_waits_for_nothing(db: Connection) -> None:
    assert Waiting(0, None, 0) == outbox.waiting(db)


def test_the_fallback_is_told_in_its_place_from_then_on(db: Connection) -> None:
    alert = making.alert()
    mail.queue(db, "m-1", "first")
    messages.tell(db, [alert], FINOPS, "m-1")
    taken = mail.take(db)
    outbox.failed(db, taken, "gone", NOW)
    assert outbox.reroute(db, taken, PAGER, mail.note("meant for finops"), NOW)
    assert mail.note("meant for finops") == mail.take(db, place=PAGER).notification.body
    assert (FINOPS, PAGER) == messages.places(db, [alert.id])[alert.id]
    assert not outbox.reroute(db, taken, PAGER, mail.note("meant for finops"), NOW)


def test_a_fresh_post_says_what_a_reply_without_a_thread_could_not(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    outbox.sent(db, mail.take(db), PLACE, NOW)
    mail.answer(db, "m-1", "worse")
    outbox.failed(db, mail.take(db), "thread_not_found", NOW)
    edit = messages.take_edit(db, FINOPS, NOW)
    assert edit is not None
    outbox.post_afresh(db, edit.message, NOW)
    assert Waiting(1, NOW, 0) == outbox.waiting(db)
    assert mail.note("now worse") == mail.take(db).notification.body


def test_a_message_that_is_gone_is_posted_anew_and_news_follow_the_new_one(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    outbox.sent(db, mail.take(db), PLACE, NOW)
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    edit = messages.take_edit(db, FINOPS, NOW)
    assert edit is not None
    outbox.post_afresh(db, edit.message, NOW)
    taken = mail.take(db)
    assert (mail.note("second"), None) == (taken.notification.body, taken.notification.parent)
    assert not taken.is_first
    fresh = Receipt("C1", "9.9")
    outbox.sent(db, taken, fresh, NOW)
    mail.answer(db, "m-1", "worse")
    assert fresh == mail.take(db).notification.parent
