from dataclasses import replace
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench import mischief
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.message import Message
from bot.notify.notification import (
    AlertBody,
    Destination,
    NoteBody,
    Notification,
    Picture,
    Receipt,
    SinkError,
    Via,
)
from bot.slack import render
from bot.slack.channels import Channels
from bot.slack.people import Directory
from bot.slack.sink import SlackSink
from tests.slack import samples
from tests.slack.conftest import Time

SPEND = "C0SPEND"
FINOPS = Destination("finops", Via.SLACK, "#neo-spend")
NOW = samples.at(13, 5)
ALERT = Notification(
    id="n-0001",
    destination=FINOPS,
    body=AlertBody(samples.WARNING),
    parent=None,
    broadcast=False,
    created=samples.at(13, 5),
    attempted=None,
)


@pytest.fixture
def sink(web: AsyncWebClient) -> SlackSink:
    directory = Directory(web, ["U0ADA", "S0FINOPS"], {})
    return SlackSink(web, Channels(web, {}), lambda user: directory.is_admin(user, NOW))


def said(bench: Bench) -> list[Message]:
    return list(bench.workspace.messages(SPEND))


def reply_to(parent: Receipt, *, broadcast: bool = False) -> Notification:
    body = AlertBody(samples.ESCALATED)
    return replace(ALERT, id="n-0002", body=body, parent=parent, broadcast=broadcast)


async def test_a_post_carries_its_id_and_unfolds_no_links(bench: Bench, sink: SlackSink) -> None:
    receipt = await sink.post(ALERT)
    [message] = said(bench)
    assert Receipt(SPEND, message.ts) == receipt
    assert {"event_type": "neo_budget", "event_payload": {"key": "n-0001"}} == message.metadata
    assert render.post(ALERT.body, "/neo-budget").text == message.text
    [call] = bench.calls_of("chat.postMessage")
    assert (False, False) == (call["unfurl_links"], call["unfurl_media"])


@pytest.mark.parametrize("broadcast", [True, False], ids=["shown in the channel", "thread only"])
async def test_a_reply_goes_to_its_thread(bench: Bench, sink: SlackSink, broadcast: bool) -> None:
    parent = await sink.post(ALERT)
    await sink.post(reply_to(parent, broadcast=broadcast))
    [reply] = bench.workspace.thread(SPEND, parent.ts)
    assert broadcast == reply.broadcast
    assert reply.text.startswith("🔴 Escalated to critical")


async def test_a_picture_is_shown_in_the_thread_under_a_harmless_name(
    bench: Bench, sink: SlackSink
) -> None:
    receipt = await sink.post(ALERT)
    name, title = "../<!channel>.png", "Cost\n\u202eof neo_sk_1"
    await sink.attach(receipt, Picture(name, title, "what is seen", b"\x89PNG"))
    [reply] = bench.workspace.thread(SPEND, receipt.ts)
    [file] = reply.files
    assert ("", [], False) == (reply.text, reply.blocks, reply.broadcast)
    assert ("what is seen", b"\x89PNG") == (file.alt_text, file.content)
    assert ("-channel-.png", "Cost of neo_sk_***") == (file.name, file.title)
    assert 1 == len(said(bench))


async def test_a_picture_is_told_of_in_as_many_words_as_slack_takes(
    bench: Bench, sink: SlackSink
) -> None:
    receipt = await sink.post(ALERT)
    await sink.attach(receipt, Picture("a.png", "a", "w" * 5000, b"1"))
    [reply] = bench.workspace.thread(SPEND, receipt.ts)
    assert 1000 == len(reply.files[0].alt_text)


async def test_a_picture_that_is_refused_is_an_error(bench: Bench, sink: SlackSink) -> None:
    receipt = await sink.post(ALERT)
    bench.mischief.add("files.getUploadURLExternal", mischief.Refuse("missing_scope"))
    with pytest.raises(SinkError, match="install it again from the manifest") as caught:
        await sink.attach(receipt, Picture("a.png", "a", "an a", b"1"))
    assert not caught.value.retryable


async def test_a_file_that_slack_does_not_take_may_be_sent_again(
    bench: Bench, sink: SlackSink
) -> None:
    receipt = await sink.post(ALERT)
    bench.mischief.add("upload", mischief.Broken(503))
    with pytest.raises(SinkError, match=r"^Slack did not take the file: status 503$") as caught:
        await sink.attach(receipt, Picture("a.png", "a", "an a", b"1"))
    assert (True, False) == (caught.value.retryable, caught.value.unsure)


async def test_a_wary_look_takes_what_is_about_the_same_for_it(
    bench: Bench, sink: SlackSink
) -> None:
    receipt = await sink.post(replace(ALERT, about="m-1"))
    again = replace(ALERT, id="n-0009", about="m-1")
    assert None is await sink.find(again, samples.at(13, 5))
    assert receipt == await sink.find(replace(again, wary=True), samples.at(13, 5))
    assert None is await sink.find(replace(again, about="m-2", wary=True), samples.at(13, 5))
    await sink.post(replace(ALERT, id="n-0003"))
    assert None is await sink.find(replace(again, about="", wary=True), samples.at(13, 5))


async def test_an_edit_shows_the_new_state_and_keeps_the_id(bench: Bench, sink: SlackSink) -> None:
    receipt = await sink.post(ALERT)
    assert await sink.edit(FINOPS, receipt, AlertBody(samples.CORRECTED))
    [message] = said(bench)
    assert message.text.startswith("🟢 Corrected")
    assert message.blocks
    assert message.metadata is not None
    assert "n-0001" == message.metadata["event_payload"]["key"]


@pytest.mark.parametrize("refusal", ["invalid_blocks", "msg_blocks_too_long"])
async def test_what_slack_does_not_take_in_blocks_is_said_in_words(
    bench: Bench, sink: SlackSink, refusal: str
) -> None:
    bench.mischief.add("chat.postMessage", mischief.Refuse(refusal))
    receipt = await sink.post(ALERT)
    [message] = said(bench)
    assert (render.post(ALERT.body, "/neo-budget").text, []) == (message.text, message.blocks)
    assert receipt == await sink.find(ALERT, samples.at(13, 5))
    bench.mischief.add("chat.update", mischief.Refuse(refusal))
    assert await sink.edit(FINOPS, receipt, AlertBody(samples.CORRECTED))
    [message] = said(bench)
    assert message.text.startswith("🟢 Corrected")
    assert [] == message.blocks


@pytest.mark.parametrize(
    "refusal",
    [
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "is_inactive",
        "msg_too_long",
        "channel_not_found",
    ],
)
async def test_what_cannot_be_edited_any_more_is_gone(
    bench: Bench, sink: SlackSink, refusal: str
) -> None:
    receipt = await sink.post(ALERT)
    bench.mischief.add("chat.update", mischief.Refuse(refusal))
    assert not await sink.edit(FINOPS, receipt, ALERT.body)


def offered(message: Message) -> set[str]:
    """The buttons of a message, by what they do."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return {each["action_id"] for row in rows for each in row}


@pytest.mark.parametrize(
    ("who", "may_silence"), [("ana", False), ("ada", True), ("chloe", True)], ids=str
)
async def test_alone_only_an_admin_is_offered_to_silence(
    bench: Bench, sink: SlackSink, who: str, may_silence: bool
) -> None:
    """Ada is one by her id, Chloé by her group."""
    direct = Destination("owner", Via.DM, f"{who}@acme.test")
    receipt = await sink.post(replace(ALERT, destination=direct))
    [posted] = bench.workspace.messages(receipt.channel)
    assert await sink.edit(direct, receipt, ALERT.body)
    [edited] = bench.workspace.messages(receipt.channel)
    expected = {"ack", "why", "silence"} if may_silence else {"ack", "why"}
    assert (expected, expected) == (offered(posted), offered(edited))


async def test_while_slack_does_not_say_who_is_an_admin_nobody_is_one(
    bench: Bench, sink: SlackSink
) -> None:
    bench.mischief.add("usergroups.users.list", mischief.Broken(503))
    direct = Destination("owner", Via.DM, "chloe@acme.test")
    receipt = await sink.post(replace(ALERT, destination=direct))
    [posted] = bench.workspace.messages(receipt.channel)
    assert {"ack", "why"} == offered(posted)


async def test_a_deleted_message_is_gone(bench: Bench, sink: SlackSink) -> None:
    receipt = await sink.post(ALERT)
    [message] = said(bench)
    bench.workspace.delete(message)
    assert not await sink.edit(FINOPS, receipt, ALERT.body)


async def test_an_edit_that_fails_otherwise_is_an_error(bench: Bench, sink: SlackSink) -> None:
    receipt = await sink.post(ALERT)
    bench.mischief.add("chat.update", mischief.RateLimited(7))
    with pytest.raises(SinkError) as caught:
        await sink.edit(FINOPS, receipt, ALERT.body)
    assert 7 == caught.value.retry_after


async def test_after_a_lost_reply_the_message_is_found(bench: Bench, sink: SlackSink) -> None:
    bench.mischief.add("chat.postMessage", mischief.DropReply())
    with pytest.raises(SinkError) as caught:
        await sink.post(ALERT)
    assert (True, True) == (caught.value.retryable, caught.value.unsure)
    [message] = said(bench)
    assert Receipt(SPEND, message.ts) == await sink.find(ALERT, samples.at(13, 5))


async def test_a_call_that_never_arrived_is_not_found(bench: Bench, sink: SlackSink) -> None:
    bench.mischief.add("chat.postMessage", mischief.DropCall())
    with pytest.raises(SinkError) as caught:
        await sink.post(ALERT)
    assert caught.value.unsure
    assert await sink.find(ALERT, samples.at(13, 5)) is None


async def test_a_lagging_history_shows_it_at_a_later_look(bench: Bench, sink: SlackSink) -> None:
    receipt = await sink.post(ALERT)
    bench.mischief.lag = 1
    assert await sink.find(ALERT, samples.at(13, 5)) is None
    assert receipt == await sink.find(ALERT, samples.at(13, 5))


async def test_a_reply_is_found_in_its_thread(bench: Bench, sink: SlackSink) -> None:
    parent = await sink.post(ALERT)
    posted = await sink.post(reply_to(parent))
    assert posted == await sink.find(reply_to(parent), samples.at(13, 5))
    assert [] == bench.calls_of("conversations.history")


async def test_a_reply_to_a_deleted_message_is_not_found(bench: Bench, sink: SlackSink) -> None:
    parent = await sink.post(ALERT)
    bench.workspace.delete(said(bench)[0])
    assert await sink.find(reply_to(parent), samples.at(13, 5)) is None


async def test_the_message_of_another_notification_is_not_taken(sink: SlackSink) -> None:
    await sink.post(replace(ALERT, id="n-0009"))
    assert await sink.find(ALERT, samples.at(13, 5)) is None


async def test_every_page_of_history_is_looked_through(
    bench: Bench, sink: SlackSink, time: Time
) -> None:
    receipt = await sink.post(ALERT)
    for number in range(250):
        time.pass_(timedelta(milliseconds=10))
        await sink.post(replace(ALERT, id=f"later-{number}", body=NoteBody("later")))
    assert receipt == await sink.find(ALERT, samples.at(13, 5))
    assert 2 == len(bench.calls_of("conversations.history"))


async def test_only_what_came_since_the_attempt_is_looked_at(bench: Bench, sink: SlackSink) -> None:
    receipt = await sink.post(ALERT)
    assert receipt == await sink.find(ALERT, samples.at(13, 6))
    assert await sink.find(ALERT, samples.at(13, 7)) is None


async def test_what_comes_late_says_so(bench: Bench, sink: SlackSink) -> None:
    parent = await sink.post(replace(ALERT, late=timedelta(minutes=118)))
    await sink.post(replace(reply_to(parent), late=timedelta(minutes=11)))
    await sink.post(replace(ALERT, id="n-2"))
    late = ["Delivered 1h 58m late" in str(each.blocks) for each in said(bench)]
    assert [True, False] == late
    (reply,) = bench.workspace.thread(parent.channel, parent.ts)
    assert "Delivered 11m late" in str(reply.blocks)


@pytest.mark.parametrize("refusal", ["not_in_channel", "missing_scope", "channel_not_found"])
async def test_where_history_may_not_be_read_nothing_is_found(
    bench: Bench, sink: SlackSink, refusal: str
) -> None:
    await sink.post(ALERT)
    bench.mischief.add("conversations.history", mischief.Refuse(refusal))
    assert await sink.find(ALERT, samples.at(13, 5)) is None


async def test_a_search_that_fails_proves_nothing(bench: Bench, sink: SlackSink) -> None:
    bench.mischief.add("conversations.history", mischief.Broken(503))
    with pytest.raises(SinkError):
        await sink.find(ALERT, samples.at(13, 5))


async def test_a_direct_message_goes_to_the_person(bench: Bench, sink: SlackSink) -> None:
    owner = Destination("owner", Via.DM, "ana@acme.test")
    receipt = await sink.post(replace(ALERT, destination=owner))
    assert "D0ANA" == receipt.channel
    assert receipt == await sink.find(replace(ALERT, destination=owner), samples.at(13, 5))


async def test_a_channel_that_vanished_is_looked_up_anew(bench: Bench, sink: SlackSink) -> None:
    await sink.post(ALERT)
    bench.mischief.add("chat.postMessage", mischief.Refuse("channel_not_found"))
    with pytest.raises(SinkError):
        await sink.post(ALERT)
    await sink.post(ALERT)
    assert 2 == len(bench.calls_of("conversations.list"))
