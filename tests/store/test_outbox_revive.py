"""What failed is tried again once it may be mended, the fallback is told why, and a clock that is set back stops nothing."""

from datetime import datetime, timedelta

from bot.notify import retry
from bot.notify.notification import Destination, NoteBody, Receipt, Via
from bot.notify.retry import LONGEST
from bot.store import messages, outbox
from bot.store.connection import Connection
from bot.store.outbox import Waiting
from bot.store.sending import Taken
from tests.store import mail
from tests.store.mail import FINOPS, NOW, PAGER

PLACE = Receipt("C1", "1.2")
LATER = NOW + timedelta(hours=1)


def refuse(db: Connection, *, rerouted: bool = False) -> None:
    """What is due next cannot be delivered."""
    outbox.failed(db, mail.take(db), "invalid_auth", NOW, rerouted=rerouted)


# --- what failed ----------------------------------------------------------------------------------


def test_what_failed_is_tried_again_as_new_and_says_what_is_true_by_then(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    refuse(db)
    mail.answer(db, "m-1", "worse")
    refuse(db)
    assert Waiting(0, None, 2, "invalid_auth", nothing_gets_out=True) == outbox.waiting(db)
    assert 2 == outbox.revive(db, LATER)
    assert Waiting(2, NOW, 0) == outbox.waiting(db)
    assert outbox.take(db, FINOPS, NOW) is None
    taken = mail.take(db, LATER)
    assert (mail.note("now worse"), None, 1, True) == (
        taken.notification.body,
        taken.notification.attempted,
        taken.tries,
        taken.is_post,
    )
    outbox.sent(db, taken, PLACE, LATER)
    assert Waiting(0, None, 0) == outbox.waiting(db)


def test_what_may_have_arrived_before_it_failed_is_still_looked_for(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    outbox.retry(db, mail.take(db), NOW, "its reply was lost", unsure=True)
    refuse(db)
    outbox.revive(db, LATER)
    assert NOW == mail.take(db, LATER).notification.attempted


def test_what_the_fallback_was_told_instead_stays_as_it_is(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    refuse(db, rerouted=True)
    mail.answer(db, "m-1", "worse")
    refuse(db)
    assert Waiting(0, None, 0) == outbox.waiting(db)
    assert 0 == outbox.revive(db, LATER)
    assert outbox.take(db, FINOPS, LATER) is None


def test_what_later_words_have_overtaken_stays_as_it_is(db: Connection) -> None:
    mail.queue(db, "m-1", "first", PAGER)
    outbox.failed(db, mail.take(db, place=PAGER), "status 404", NOW)
    mail.answer(db, "m-1", "over", PAGER)
    outbox.sent(db, mail.take(db, place=PAGER), Receipt(), NOW)
    assert 0 == outbox.revive(db, LATER)


def test_a_message_that_could_not_be_posted_afresh_is(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    outbox.sent(db, mail.take(db), PLACE, NOW)
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    edit = messages.take_edit(db, FINOPS, NOW)
    assert edit is not None
    outbox.post_afresh(db, edit.message, NOW)
    refuse(db)
    assert 1 == outbox.revive(db, LATER)
    assert mail.note("second") == mail.take(db, LATER).notification.body


def test_an_edit_that_was_refused_is_made_after_all(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    outbox.sent(db, mail.take(db), PLACE, NOW)
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    edit = messages.take_edit(db, FINOPS, NOW)
    assert edit is not None
    messages.edit_failed(db, edit, "invalid_auth")
    assert 1 == outbox.revive(db, NOW)
    assert edit == messages.take_edit(db, FINOPS, NOW)


def test_news_on_what_was_never_posted_are_its_first_word_but_no_post(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    refuse(db, rerouted=True)
    mail.answer(db, "m-1", "worse")
    taken = mail.take(db)
    assert (mail.note("now worse"), True, False) == (
        taken.notification.body,
        taken.is_first,
        taken.is_post,
    )


# --- the fallback ---------------------------------------------------------------------------------


def test_why_somebody_cannot_be_reached_is_told_once_a_day(db: Connection) -> None:
    note = mail.note("users_not_found")
    assert outbox.explain(db, FINOPS, PAGER, note, NOW)
    assert not outbox.explain(db, FINOPS, PAGER, mail.note("another reason"), LATER)
    assert note == mail.take(db, place=PAGER).notification.body
    assert outbox.explain(db, FINOPS, PAGER, note, NOW + timedelta(days=1))
    assert [f"fallback|{FINOPS}|2026-11-18", f"fallback|{FINOPS}|2026-11-19"] == [
        key for (key,) in db.execute("SELECT dedupe FROM outbox ORDER BY rowid").fetchall()
    ]


def test_an_alert_does_not_wait_behind_why_others_cannot_be_reached(db: Connection) -> None:
    outbox.explain(db, FINOPS, PAGER, mail.note("users_not_found"), NOW)
    mail.queue(db, "m-2", "an alert", PAGER)
    first = mail.take(db, place=PAGER)
    assert mail.note("an alert") == first.notification.body
    outbox.sent(db, first, Receipt(), NOW)
    assert mail.note("users_not_found") == mail.take(db, place=PAGER).notification.body


def owner(number: int) -> Destination:
    return Destination("owner", Via.DM, f"user-{number}@acme.test")


def explain(db: Connection, number: int, now: datetime = NOW) -> bool:
    """Tells the pager that one of many people cannot be reached."""
    place = owner(number)
    return outbox.explain(db, place, PAGER, retry.as_notice(place, "gone", now.date()), now)


def noted(db: Connection, now: datetime = NOW) -> tuple[Taken, str]:
    """The next note that is sent, and its words."""
    taken = mail.take(db, now, PAGER)
    assert isinstance(taken.notification.body, NoteBody)
    return taken, taken.notification.body.text


def test_that_many_cannot_be_reached_is_one_note_of_all_of_them(db: Connection) -> None:
    assert all(explain(db, number) for number in range(50))
    assert 1 == outbox.waiting(db).count
    taken, words = noted(db)
    assert words.startswith("user-0@acme.test, user-10@acme.test,")
    assert words.endswith("user-18@acme.test and 40 more cannot be reached: gone")
    outbox.sent(db, taken, Receipt(), NOW)
    assert not any(explain(db, number, LATER) for number in range(50))
    assert 0 == outbox.waiting(db).count


def test_what_was_tried_already_takes_nobody_else_along(db: Connection) -> None:
    explain(db, 0)
    taken, _ = noted(db)
    explain(db, 1)
    explain(db, 2)
    outbox.sent(db, taken, Receipt(), NOW)
    assert "user-1@acme.test and user-2@acme.test cannot be reached: gone" == noted(db)[1]


def test_who_could_not_be_reached_on_another_day_is_told_apart(db: Connection) -> None:
    explain(db, 0)
    explain(db, 0, NOW + timedelta(days=1))
    explain(db, 1, NOW + timedelta(days=1))
    assert 2 == outbox.waiting(db).count


def test_a_note_of_before_notes_knew_whom_they_are_about_is_sent_as_it_is(db: Connection) -> None:
    explain(db, 0)
    old = '{"text": "owner (ana@acme.test) cannot be reached: gone", "kind": "note"}'
    db.execute("UPDATE message SET body = ?", (old,))
    explain(db, 1)
    taken, words = noted(db)
    assert "owner (ana@acme.test) cannot be reached: gone" == words
    outbox.sent(db, taken, Receipt(), NOW)
    assert "user-1@acme.test cannot be reached: gone" == noted(db)[1]


# --- the clock ------------------------------------------------------------------------------------


def test_after_the_clock_is_set_back_nothing_waits_longer_than_a_retry(db: Connection) -> None:
    mail.queue(db, "m-1", "first", now=LATER)
    mail.queue(db, "m-2", "second")
    outbox.retry(db, mail.take(db), NOW + timedelta(seconds=5), "no answer", unsure=False)
    outbox.pull_back(db, NOW)
    second = mail.take(db, NOW + timedelta(seconds=5))
    assert "m-2" == second.message
    outbox.sent(db, second, PLACE, NOW)
    assert "m-1" == mail.take(db, NOW + LONGEST).message


def test_after_the_clock_is_set_back_nothing_was_tried_in_the_future(db: Connection) -> None:
    mail.queue(db, "m-1", "first", now=LATER)
    outbox.retry(db, mail.take(db, LATER), LATER, "its reply was lost", unsure=True)
    outbox.pull_back(db, NOW)
    assert NOW == mail.take(db, NOW + LONGEST).notification.attempted


def test_after_the_clock_is_set_back_edits_wait_no_longer_either(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    outbox.sent(db, mail.take(db), PLACE, NOW)
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    edit = messages.take_edit(db, FINOPS, NOW)
    assert edit is not None
    messages.edit_later(db, edit, LATER)
    outbox.pull_back(db, NOW)
    assert messages.take_edit(db, FINOPS, NOW + LONGEST) is not None
    messages.edit_later(db, edit, NOW + timedelta(seconds=5))
    outbox.pull_back(db, NOW)
    assert messages.take_edit(db, FINOPS, NOW + timedelta(seconds=5)) is not None
