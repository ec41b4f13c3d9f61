"""What a message is to say, what it does say, and what was told of which alert."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.notify.decision import Told
from bot.notify.notification import Receipt
from bot.store import messages, outbox
from bot.store.connection import Connection
from bot.store.messages import Edit
from rules.terms import Severity
from tests.rules import making
from tests.store import mail
from tests.store.mail import FINOPS, NOW, PAGER

PLACE = Receipt("C1", "1.2")


def posted(db: Connection, message: str = "m-1") -> None:
    """A message that stands in the channel."""
    mail.queue(db, message, "first")
    outbox.sent(db, mail.take(db), PLACE, NOW)


def edit(db: Connection) -> Edit | None:
    return messages.take_edit(db, FINOPS, NOW)


def test_a_posted_message_is_edited_when_it_must_say_something_else(db: Connection) -> None:
    posted(db)
    assert edit(db) is None
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    assert Edit("m-1", FINOPS, PLACE, mail.note("second"), 1, 1) == edit(db)
    assert messages.body(db, "m-1") == mail.note("second")


def test_an_edit_that_is_made_is_over(db: Connection) -> None:
    posted(db)
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    made = edit(db)
    assert made is not None
    messages.write(db, "m-1", FINOPS, mail.note("third"), NOW)
    messages.edited(db, made)
    again = edit(db)
    assert again is not None
    assert mail.note("third") == again.body
    messages.edited(db, again)
    messages.edited(db, made)
    assert edit(db) is None


def test_an_edit_that_fails_waits(db: Connection) -> None:
    posted(db)
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    made = edit(db)
    assert made is not None
    messages.edit_later(db, made, NOW + timedelta(seconds=5))
    assert edit(db) is None
    assert replace(made, tries=2) == messages.take_edit(db, FINOPS, NOW + timedelta(seconds=5))
    messages.edited(db, made)
    messages.write(db, "m-1", FINOPS, mail.note("third"), NOW)
    assert replace(made, body=mail.note("third"), version=2) == messages.take_edit(
        db, FINOPS, NOW + timedelta(seconds=5)
    )


def test_an_edit_that_is_refused_for_good_waits_until_there_is_something_else_to_say(
    db: Connection,
) -> None:
    posted(db)
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    made = edit(db)
    assert made is not None
    messages.edit_failed(db, made, "is_archived")
    assert edit(db) is None
    assert [] == outbox.destinations(db, NOW)
    assert (1, "is_archived") == (outbox.waiting(db).undeliverable, outbox.waiting(db).error)
    messages.write(db, "m-1", FINOPS, mail.note("third"), NOW)
    assert Edit("m-1", FINOPS, PLACE, mail.note("third"), 2, 1) == edit(db)
    assert 0 == outbox.waiting(db).undeliverable


def test_what_is_to_be_said_since_an_edit_was_taken_is_not_refused_with_it(db: Connection) -> None:
    posted(db)
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    made = edit(db)
    assert made is not None
    messages.write(db, "m-1", FINOPS, mail.note("third"), NOW)
    messages.edit_failed(db, made, "msg_blocks_too_long")
    assert edit(db) is not None


def test_a_message_that_cannot_be_read_stands_in_no_others_way(db: Connection) -> None:
    for message in ("m-1", "m-2"):
        posted(db, message)
        messages.write(db, message, FINOPS, mail.note("second"), NOW)
    db.execute("UPDATE message SET body = 'torn' WHERE id = 'm-1'")
    found = edit(db)
    assert found is not None
    assert "m-2" == found.message
    (error,) = db.execute("SELECT edit_error FROM message WHERE id = 'm-1'").fetchone()
    assert error.startswith("its body cannot be read: ")


def test_a_message_that_is_not_posted_is_not_edited(db: Connection) -> None:
    mail.queue(db, "m-1", "first")
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    assert edit(db) is None


def test_a_message_that_is_about_to_be_posted_afresh_is_not_edited(db: Connection) -> None:
    posted(db)
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    outbox.add(db, outbox.Entry("m-1", "afresh", "afresh"), NOW)
    assert edit(db) is None


def test_only_the_destinations_own_messages_are_edited(db: Connection) -> None:
    posted(db)
    messages.write(db, "m-1", FINOPS, mail.note("second"), NOW)
    assert messages.take_edit(db, PAGER, NOW) is None


def test_what_was_told_is_kept_for_each_destination(db: Connection) -> None:
    alert = making.alert()
    messages.tell(db, [alert], FINOPS, "m-1")
    messages.tell(db, [alert], PAGER, "m-2")
    found = messages.told(db, [alert.id])
    assert {(alert.id, str(FINOPS)): "m-1", (alert.id, str(PAGER)): "m-2"} == {
        key: told.message for key, told in found.items()
    }
    assert {alert.id: (FINOPS, PAGER)} == messages.places(db, [alert.id])
    assert {} == messages.told(db, ["another"])


def test_the_peak_that_was_told_falls_only_with_that_of_the_alert(db: Connection) -> None:
    alert = making.alert()
    messages.tell(db, [replace(alert, peak=Severity.CRITICAL)], FINOPS, "m-1")
    messages.tell(db, [replace(alert, worst=making.usd(70))], FINOPS, "m-2")
    (told,) = messages.told(db, [alert.id]).values()
    assert ("m-2", Severity.WARNING, making.usd(70)) == (told.message, told.peak, told.value)
    messages.lower(db, [replace(alert, peak=Severity.CRITICAL)])
    messages.lower(db, [replace(alert, peak=Severity.INFO)])
    (told,) = messages.told(db, [alert.id]).values()
    assert Severity.INFO == told.peak


def test_an_alert_keeps_its_message_when_it_is_told_of_among_many(db: Connection) -> None:
    alert = making.alert()
    posted(db)
    messages.tell(db, [alert], FINOPS, "m-1")
    risen = replace(alert, peak=Severity.CRITICAL, worst=making.usd(120))
    mail.queue(db, "many", "7 changes")
    messages.tell_gathered(db, [risen], FINOPS, "many")
    (told,) = messages.told(db, [alert.id]).values()
    assert (
        Told(
            "m-1",
            Severity.CRITICAL,
            making.usd(120),
            table=False,
            since=making.alert().since,
            gathered=True,
        )
        == told
    )
    outbox.sent(db, mail.take(db), Receipt("C1", "1.3"), NOW)
    (told,) = messages.told(db, [alert.id]).values()
    assert not told.gathered
    messages.tell_gathered(db, [alert], FINOPS, "more")
    (told,) = messages.told(db, [alert.id]).values()
    assert Severity.WARNING == told.peak


def test_a_destination_may_be_told_of_all_that_became_of_many(db: Connection) -> None:
    alert = making.alert()
    messages.tell(db, [alert], FINOPS, "m-1")
    messages.tell_gathered(db, [alert], FINOPS, "many")
    assert not messages.all_told(db, "many", PAGER)
    messages.tell(db, [alert], PAGER, "m-2")
    assert messages.all_told(db, "many", PAGER)
    assert not messages.all_told(db, "", PAGER)


def test_a_message_about_several_alerts_is_a_table(db: Connection) -> None:
    ana = making.alert()
    ben = making.alert(series=replace(ana.series, values=("ben@acme.test",)))
    messages.tell(db, [ana, ben], FINOPS, "m-1")
    messages.tell(db, [ana], PAGER, "m-2")
    tables = {key[1]: told.table for key, told in messages.told(db, [ana.id]).items()}
    assert {str(FINOPS): True, str(PAGER): False} == tables


@pytest.mark.parametrize(
    ("told", "known"),
    [
        pytest.param(("ana", "ben"), True, id="all of them"),
        pytest.param(("ana",), False, id="not all of them"),
        pytest.param((), False, id="none of them"),
    ],
)
def test_whether_a_destination_is_told_of_all_that_a_message_is_about(
    db: Connection, told: tuple[str, ...], known: bool
) -> None:
    ana = making.alert()
    alerts = {
        user: replace(ana, series=replace(ana.series, values=(user,))) for user in ("ana", "ben")
    }
    messages.tell(db, alerts.values(), FINOPS, "m-1")
    messages.tell(db, [alerts[user] for user in told], PAGER, "m-2")
    assert known is messages.all_told(db, "m-1", PAGER)
    assert not messages.all_told(db, "a digest, which is about no alert", PAGER)


def test_more_alerts_than_one_statement_takes_are_found(db: Connection) -> None:
    alert = making.alert()
    many = [
        replace(alert, series=replace(alert.series, values=(f"u{number}",)))
        for number in range(1001)
    ]
    messages.tell(db, many, FINOPS, "m-1")
    assert 1001 == len(messages.told(db, [each.id for each in many]))


def test_messages_about_alerts_are_found_once_where_they_can_be_edited(db: Connection) -> None:
    one, two = (
        making.alert(),
        making.alert(series=replace(making.SERIES, values=("bob@acme.test",))),
    )
    messages.tell(db, [one, two], FINOPS, "m-1")
    messages.tell(db, [one], PAGER, "m-2")
    assert [("m-1", FINOPS)] == messages.editable(db, [one.id, two.id])
    assert [] == messages.editable(db, ["aaaaaaaaaa"])
