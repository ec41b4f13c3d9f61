"""What cannot be delivered as it was meant still reaches somebody, and webhooks are told of everything."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo.workbench import mischief
from bot.notify.notification import Body, Destination, Via
from bot.store import messages, outbox
from bot.store.connection import Connection
from rules.alert import Reason, State
from tests.jobs import office as offices
from tests.jobs.office import LOST, OTHER, Office, answer, queue, rewrite
from tests.rules import making
from tests.slack import samples
from tests.store import mail
from tests.store.mail import FINOPS, NOW, PAGER

POST = "chat.postMessage"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with offices.opened(tmp_path) as opened:
        yield opened


# --- what cannot be delivered ---------------------------------------------------------------------


async def test_what_a_receiver_never_takes_goes_to_the_fallback_with_the_reason(
    office: Office,
) -> None:
    await office.database.write(_queue_alert, LOST)
    await office.deliver()
    (told,) = office.messages(OTHER)
    assert "spend of ana@acme.test at $60.00" in told.text
    assert "meant for lost (#no-such-channel), which cannot be reached" in str(told.blocks)
    assert 0 == (await office.waiting()).undeliverable
    state, error = (await office.errors())[0]
    assert "failed" == state
    assert "Slack has no channel #no-such-channel" in error
    await office.deliver(3600)
    assert 1 == len(office.messages(OTHER))
    assert 0 == await office.database.write(outbox.revive, office.clock.now())


@pytest.mark.parametrize("name", ["table", "changes", "digest", "note"])
async def test_the_fallback_hears_why_it_gets_a_table_or_a_digest(
    office: Office, name: str
) -> None:
    await office.database.write(_queue_body, samples.POSTS[name])
    await office.deliver()
    (told,) = office.messages(OTHER)
    assert "meant for lost (#no-such-channel), which cannot be reached: Slack has no" in str(
        told.blocks
    )


def _queue_body(db: Connection, body: Body) -> None:
    messages.write(db, "m-1", LOST, body, NOW)
    outbox.add(db, outbox.Entry("m-1", "post", "first"), NOW)


def _queue_alert(db: Connection, place: Destination) -> None:
    alert = making.alert()
    messages.write(db, "m-1", place, mail.alert(), NOW)
    messages.tell(db, [alert], place, "m-1")
    outbox.add(db, outbox.Entry("m-1", "post", "first"), NOW)


async def test_a_fallback_that_knows_of_the_alerts_hears_only_why_and_once_a_day(
    office: Office,
) -> None:
    for number in range(2):
        await office.database.write(_queue_for_both, f"u{number}")
    await office.deliver()
    said = [each.text for each in office.messages(OTHER)]
    (reason,) = [each for each in said if "spend of" not in each]
    assert "lost (#no-such-channel) cannot be reached: Slack has no channel" in reason
    assert 3 == len(said)


async def test_many_people_whom_slack_does_not_know_are_one_note_where_their_alerts_are_known(
    office: Office,
) -> None:
    """The first of them may be told of before the others are known to be missing too."""
    for number in range(25):
        person = Destination("owner", Via.DM, f"user-{number}@gone.test")
        await office.database.write(_queue_for_both, f"u{number}", person)
    await office.deliver()
    told = [str(each.blocks) for each in office.messages(OTHER) if "spend of" not in each.text]
    assert len(told) <= 2
    assert "more cannot be reached: Slack knows nobody with the email: add them" in told[-1]
    named = sum(words.count("@gone.test") for words in told)
    assert f"and {25 - named} more" in told[-1]


def _queue_for_both(db: Connection, user: str, lost: Destination = LOST) -> None:
    """One alert, told to the fallback and to a channel or a person that is not there."""
    alert = making.alert()
    alert = replace(alert, series=replace(alert.series, values=(user,)))
    for place in (OTHER, lost):
        message = f"{user} at {place}"
        messages.write(db, message, place, mail.alert(), NOW)
        messages.tell(db, [alert], place, message)
        outbox.add(db, outbox.Entry(message, message, "first"), NOW)


async def test_news_on_what_the_fallback_stands_in_for_reach_it_once(office: Office) -> None:
    await office.database.write(_queue_for_both, "u0")
    await office.deliver()
    before = len(office.messages(OTHER))
    office.clock.advance(timedelta(days=1))
    await answer(office, f"u0 at {LOST}", "worse", LOST)
    await office.deliver()
    assert before == len(office.messages(OTHER))
    assert 0 == (await office.waiting()).undeliverable


async def test_news_on_a_message_whose_channel_was_archived_since_reach_the_fallback(
    office: Office,
) -> None:
    await office.database.write(_queue_alert, FINOPS)
    await office.deliver()
    _archive(office)
    await office.database.write(_escalate, FINOPS)
    await office.deliver()
    [told] = office.messages(OTHER)
    assert "spend of ana@acme.test" in told.text
    assert "meant for finops (#neo-spend), which cannot be reached: Slack refused: is_arch" in str(
        told.blocks
    )
    places = await office.database.read(messages.places, [making.alert().id])
    assert {FINOPS, OTHER} == set(places[making.alert().id])
    await answer(office, "m-1", "and on")
    await office.deliver(3600)
    assert 1 == len(office.messages(OTHER))


async def test_of_a_table_in_an_archived_channel_the_fallback_gets_all(office: Office) -> None:
    await office.database.write(_queue_table, FINOPS)
    await office.deliver()
    _archive(office)
    await office.database.write(_change_table)
    await office.deliver()
    [told] = office.messages(OTHER)
    assert office.messages()[0].text == told.text


async def test_of_a_message_that_cannot_be_read_the_fallback_gets_the_news(office: Office) -> None:
    await office.database.write(_queue_table, FINOPS)
    await office.deliver()
    _archive(office)
    await office.database.write(_change_table)
    await office.database.write(lambda db: db.execute("UPDATE message SET body = '?'"))
    await office.deliver()
    [told] = office.messages(OTHER)
    assert "changes in user-daily-spend" in told.text


def _archive(office: Office) -> None:
    workspace = office.bench.workspace
    workspace.set_channel(replace(workspace.channel(FINOPS.address), is_archived=True))


def _queue_table(db: Connection, place: Destination) -> None:
    messages.write(db, "m-1", place, samples.POSTS["table"], NOW)
    outbox.add(db, outbox.Entry("m-1", "post", "first"), NOW)


def _change_table(db: Connection) -> None:
    changes = samples.REPLIES["reply-changes"]
    outbox.add(db, outbox.Entry("m-1", "news", "escalated", changes), NOW)


async def test_what_a_refused_token_kept_from_everybody_is_told_once_it_is_mended(
    office: Office,
) -> None:
    office.bench.mischief.add(POST, mischief.Refuse("invalid_auth"))
    await queue(office, "m-1", "hello", OTHER)
    await office.deliver()
    assert [] == office.said(OTHER)
    await office.database.write(outbox.revive, office.clock.now())
    await office.deliver()
    assert ["hello"] == office.said(OTHER)
    assert 0 == (await office.waiting()).undeliverable


async def test_the_fallback_is_told_how_it_goes_on(office: Office) -> None:
    await office.database.write(_queue_alert, LOST)
    await office.deliver()
    places = await office.database.read(messages.places, [making.alert().id])
    assert (LOST, OTHER) == places[making.alert().id]


@pytest.mark.parametrize("error", ["is_archived", "invalid_auth", "channel_not_found"])
async def test_where_the_fallback_takes_nothing_either_it_is_kept(
    office: Office, error: str
) -> None:
    office.bench.mischief.add(POST, mischief.Refuse(error), times=9)
    await queue(office, "m-1", "hello")
    await office.deliver()
    assert 1 == (await office.waiting()).undeliverable
    assert error in (await office.waiting()).error
    assert 0 == (await office.waiting()).count
    assert all(error in said for _, said in await office.errors())


async def test_a_receiver_that_is_configured_no_more_is_told_of(office: Office) -> None:
    await queue(office, "m-1", "hello", Destination("old", Via.WEBHOOK, "old"))
    await office.deliver()
    assert [("failed", "nothing sends to old")] == [
        (state, error[:20]) for state, error in (await office.errors())[:1]
    ]


async def test_a_deleted_message_is_posted_afresh_and_news_follow_it(office: Office) -> None:
    await queue(office, "m-1", "warning")
    await office.deliver()
    (first,) = office.messages()
    office.bench.workspace.delete(first)
    await rewrite(office, "m-1", "resolved")
    await office.deliver()
    (fresh,) = office.messages()
    assert ["resolved"] == office.said()
    await answer(office, "m-1", "critical")
    await office.deliver()
    assert ["critical"] == office.replies(fresh)


async def test_an_alert_whose_message_was_deleted_is_not_called_late(office: Office) -> None:
    await office.database.write(_queue_alert, FINOPS)
    await office.deliver()
    office.bench.workspace.delete(office.messages()[0])
    over = mail.alert(state=State.RESOLVED, severity=None, reason=Reason.RESOLVED, ended=NOW)
    await office.database.write(messages.write, "m-1", FINOPS, over, NOW)
    await office.deliver()
    (told,) = office.messages()
    assert "could not be delivered" not in f"{told.text} {told.blocks}"
    assert "Was warning" not in told.text


async def test_news_on_a_deleted_message_are_told_by_a_fresh_one(office: Office) -> None:
    await queue(office, "m-1", "warning")
    await office.deliver()
    office.bench.workspace.delete(office.messages()[0])
    await answer(office, "m-1", "critical")
    await office.deliver()
    assert ["now critical"] == office.said()
    assert [] == office.said(OTHER)
    assert 0 == (await office.waiting()).undeliverable


async def test_an_alert_that_was_over_before_slack_took_it_is_told_once_as_both(
    office: Office,
) -> None:
    office.bench.mischief.add(POST, mischief.Refuse("service_unavailable"), times=3)
    await office.database.write(_queue_alert, FINOPS)
    await office.deliver()
    over = mail.alert(state=State.RESOLVED, severity=None, reason=Reason.RESOLVED, ended=NOW)
    await office.database.write(messages.write, "m-1", FINOPS, over, NOW)
    await office.database.write(
        outbox.add, outbox.Entry("m-1", "over", "resolved", over), office.clock.now()
    )
    for _ in range(9):
        await office.deliver(10)
    (told,) = office.said()
    assert "Was warning: spend of ana@acme.test" in told
    assert [] == office.replies(office.messages()[0])


# --- webhooks -------------------------------------------------------------------------------------


async def test_a_webhook_gets_each_word_once_with_a_key_of_its_own(office: Office) -> None:
    await office.database.write(_queue_alert, PAGER)
    await office.deliver()
    await office.database.write(_escalate, PAGER)
    await office.deliver()
    (first, one), (second, two) = office.hook.got
    assert first != second
    assert ("first", "escalated") == (one["reason"], two["reason"])


def _escalate(db: Connection, place: Destination) -> None:
    worse = mail.alert(reason=Reason.ESCALATED)
    messages.write(db, "m-1", place, worse, NOW)
    outbox.add(db, outbox.Entry("m-1", "worse", "escalated", worse), NOW)


async def test_a_webhook_that_fails_gets_the_same_key_again(office: Office) -> None:
    office.hook.statuses += [503, 503]
    await office.database.write(_queue_alert, PAGER)
    for _ in range(3):
        await office.deliver(5)
    assert 3 == len(office.hook.got)
    assert 1 == len({key for key, _ in office.hook.got})
    assert 0 == (await office.waiting()).count


async def test_a_crash_sends_a_webhook_again_at_once_with_its_key(office: Office) -> None:
    await office.database.write(_queue_alert, PAGER)
    taken = await office.database.write(outbox.take, PAGER, NOW, durable=True)
    assert taken is not None
    await office.sinks["pager"].post(taken.notification)
    await office.restart()
    await office.deliver()
    assert 2 == len(office.hook.got)
    assert 1 == len({key for key, _ in office.hook.got})


async def test_webhooks_have_no_pace(office: Office) -> None:
    for number in range(3):
        await queue(office, f"m-{number}", f"{number}", PAGER)
    await office.deliver()
    assert 3 == len(office.hook.got)
    assert NOW == office.clock.now()


async def test_a_webhook_that_asks_to_wait_gets_nothing_else_meanwhile(office: Office) -> None:
    office.hook.statuses, office.hook.retry_after = [429], 30
    for number in range(3):
        await queue(office, f"m-{number}", f"{number}", PAGER)
    await office.deliver()
    assert 4 == len(office.hook.got)
    assert NOW + timedelta(seconds=30) == office.clock.now()
