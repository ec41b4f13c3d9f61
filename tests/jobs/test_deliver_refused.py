"""Each sort of Slack's refusals, from the outbox through the real sink to a Slack that refuses."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.workbench import mischief
from bot.notify.notification import Destination, Via
from tests.jobs import office as offices
from tests.jobs.office import OTHER, Office, answer, queue, rewrite
from tests.store.mail import FINOPS

ANA = Destination("owner", Via.DM, "ana@acme.test")
POST, UPDATE = "chat.postMessage", "chat.update"
SPEND, LEADS = "C0SPEND", "G0LEADS"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with offices.opened(tmp_path) as opened:
        yield opened


def refuse(office: Office, method: str, code: str, channel: str = SPEND, times: int = 1) -> None:
    office.bench.mischief.add(
        method, mischief.Refuse(code), times=times, when=lambda sent: sent["channel"] == channel
    )


@pytest.mark.parametrize("code", ["service_unavailable", "ratelimited", "message_limit_exceeded"])
async def test_what_slack_does_not_do_now_is_asked_again(office: Office, code: str) -> None:
    refuse(office, POST, code)
    await queue(office, "m-1", "hello")
    await office.deliver()
    assert [] == office.said()
    await office.deliver(2)
    assert ["hello"] == office.said()


@pytest.mark.parametrize("code", ["fatal_error", "internal_error"])
async def test_what_may_have_been_done_is_looked_for_first(office: Office, code: str) -> None:
    refuse(office, POST, code)
    await queue(office, "m-1", "hello")
    for _ in range(8):
        await office.deliver(10)
    methods = [call.method for call in office.bench.calls if call.method != "conversations.list"]
    assert [POST, "conversations.history"] == methods[:2]
    assert POST == methods[-1]
    assert ["hello"] == office.said()


@pytest.mark.parametrize(
    "code",
    [
        "is_archived",
        "not_in_channel",
        "restricted_action_read_only_channel",
        "no_text",
        "brand_new",
    ],
)
async def test_what_only_people_can_mend_goes_to_the_fallback(office: Office, code: str) -> None:
    refuse(office, POST, code, times=9)
    await queue(office, "m-1", "hello")
    await queue(office, "o-1", "for others", OTHER)
    await office.deliver()
    await office.deliver(3600)
    [others, told] = office.said(OTHER)
    assert "for others" == others
    assert told.startswith(
        f"hello (meant for finops (#neo-spend), which cannot be reached: Slack refused: {code}"
    )
    assert 1 == sum(call["channel"] == SPEND for call in office.bench.calls_of(POST))


async def test_what_the_fallback_does_not_take_either_is_told_by_health(office: Office) -> None:
    refuse(office, POST, "invalid_auth", SPEND, times=9)
    refuse(office, POST, "invalid_auth", LEADS, times=9)
    await queue(office, "m-1", "hello")
    await office.deliver()
    waiting = await office.waiting()
    assert 0 < waiting.undeliverable
    assert "Slack refuses the token: check slack.bot_token" in waiting.error


@pytest.mark.parametrize("code", ["message_not_found", "edit_window_closed", "cant_update_message"])
async def test_what_cannot_be_changed_any_more_is_posted_afresh(office: Office, code: str) -> None:
    await queue(office, "m-1", "warning")
    await office.deliver()
    refuse(office, UPDATE, code)
    await rewrite(office, "m-1", "resolved")
    await office.deliver()
    assert ["warning", "resolved"] == office.said()


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long", "invalid_arguments"])
async def test_what_slack_does_not_take_in_blocks_is_said_in_words(
    office: Office, code: str
) -> None:
    refuse(office, POST, code)
    await queue(office, "m-1", "hello")
    await office.deliver()
    [message] = office.messages()
    assert ("🗒️ hello", []) == (message.text, message.blocks)


async def test_a_post_that_is_too_long_is_said_in_words(office: Office) -> None:
    refuse(office, POST, "msg_too_long")
    await queue(office, "m-1", "hello")
    await office.deliver()
    [message] = office.messages()
    assert ("🗒️ hello", []) == (message.text, message.blocks)


async def test_a_post_that_is_too_long_in_words_too_goes_to_the_fallback(office: Office) -> None:
    refuse(office, POST, "msg_too_long", times=2)
    await queue(office, "m-1", "hello")
    await office.deliver()
    [told] = office.said(OTHER)
    assert told.startswith("hello (meant for finops (#neo-spend), which cannot be reached: ")


@pytest.mark.parametrize("code", ["thread_not_found", "cannot_reply_to_message"])
async def test_news_that_no_thread_takes_are_posted_afresh(office: Office, code: str) -> None:
    await queue(office, "m-1", "warning")
    await office.deliver()
    office.bench.mischief.add(
        POST, mischief.Refuse(code), times=9, when=lambda sent: bool(sent.get("thread_ts"))
    )
    for news in ("critical", "resolved"):
        await answer(office, "m-1", news)
        await office.deliver(1)
    assert ["warning", "now critical", "now resolved"] == office.said()
    assert 0 == (await office.waiting()).undeliverable


@pytest.mark.parametrize(
    ("method", "place"),
    [
        ("conversations.list", FINOPS),
        ("users.lookupByEmail", ANA),
        ("conversations.open", ANA),
    ],
)
async def test_what_could_not_be_placed_was_not_posted_and_is_tried_again_at_once(
    office: Office, method: str, place: Destination
) -> None:
    office.bench.mischief.add(method, mischief.Refuse("internal_error"))
    await queue(office, "m-1", "hello", place)
    await office.deliver()
    await office.deliver(2)
    assert 1 == len(office.bench.calls_of(POST))
    assert [] == office.bench.calls_of("conversations.history")
