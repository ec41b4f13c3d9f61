"""What waits is delivered: once, in order, at Slack's pace, and to somebody."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.demo.workbench import mischief
from bot.jobs import deliver
from bot.notify import retry
from bot.notify.notification import Destination, Via
from bot.store import outbox
from tests.fakes import FakeClock
from tests.jobs import office as offices
from tests.jobs.office import OTHER, Office, answer, queue, rewrite
from tests.store.mail import FINOPS, NOW

POST = "chat.postMessage"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with offices.opened(tmp_path) as opened:
        yield opened


# --- once, and in order ---------------------------------------------------------------------------


async def test_what_waits_is_sent_once(office: Office) -> None:
    await queue(office, "m-1", "hello")
    await office.deliver()
    await office.deliver(3600)
    assert ["hello"] == office.said()
    assert 1 == len(office.bench.calls_of(POST))


async def test_a_reply_goes_to_its_messages_thread_and_the_message_is_edited(
    office: Office,
) -> None:
    await queue(office, "m-1", "warning")
    await office.deliver()
    await answer(office, "m-1", "critical")
    await office.deliver()
    first, broadcast = office.messages()
    assert ["now critical", "critical"] == office.said()
    assert broadcast.broadcast
    assert ["critical"] == office.replies(first)


async def test_what_happens_before_a_message_is_sent_is_said_by_it(office: Office) -> None:
    await queue(office, "m-1", "warning")
    await answer(office, "m-1", "critical")
    await office.deliver()
    assert ["now critical"] == office.said()
    assert ["conversations.list", POST] == [call.method for call in office.bench.calls]


async def test_order_holds_within_an_episode_and_nothing_else_waits(office: Office) -> None:
    office.bench.mischief.add(
        POST, mischief.Broken(503), when=lambda sent: "warning" in str(sent["text"])
    )
    await queue(office, "m-1", "warning")
    await queue(office, "m-2", "another")
    await office.deliver()
    await answer(office, "m-1", "critical")
    await office.deliver()
    assert ["another"] == office.said()
    await office.deliver(70)
    assert ["another", "now critical"] == office.said()


async def test_an_edit_that_changes_nothing_any_more_is_not_made_twice(office: Office) -> None:
    await queue(office, "m-1", "one")
    await office.deliver()
    await rewrite(office, "m-1", "two")
    await rewrite(office, "m-1", "three")
    await office.deliver()
    await office.deliver(600)
    assert ["three"] == office.said()
    assert 1 == len(office.bench.calls_of("chat.update"))


# --- pace -----------------------------------------------------------------------------------------


async def test_a_channel_gets_a_message_a_second(office: Office) -> None:
    for number in range(5):
        await queue(office, f"m-{number}", f"{number}")
        await queue(office, f"o-{number}", f"{number}", OTHER)
    await office.deliver()
    for channel in ("C0SPEND", "G0LEADS"):
        times = [
            call.at
            for call in office.bench.calls
            if call.method == POST and call.arguments["channel"] == channel
        ]
        assert 5 == len(times)
        assert all(timedelta(seconds=1) <= after - before for before, after in pairwise(times))


async def test_two_receivers_of_one_channel_share_its_pace(office: Office) -> None:
    same = Destination("other", Via.SLACK, FINOPS.address)
    for number in range(3):
        await queue(office, f"m-{number}", f"{number}")
        await queue(office, f"o-{number}", f"{number}", same)
    await office.deliver()
    times = [call.at for call in office.bench.calls if call.method == POST]
    assert 6 == len(times)
    assert all(timedelta(seconds=1) <= after - before for before, after in pairwise(times))


class Unhurried(FakeClock):
    """A clock on which a long sleep does not end."""

    async def sleep(self, seconds: float) -> None:
        if seconds > 10:
            await asyncio.Event().wait()
        await super().sleep(seconds)


async def test_a_channel_that_is_asked_to_wait_waits_alone_and_not_past_the_end(
    tmp_path: Path,
) -> None:
    async with offices.opened(tmp_path, Unhurried(NOW)) as office:
        office.bench.mischief.add(
            POST, mischief.RateLimited(30), when=lambda sent: sent["channel"] == "C0SPEND"
        )
        await queue(office, "m-1", "one")
        await queue(office, "m-2", "two")
        await office.deliverer.wake()
        while not office.bench.calls_of(POST):
            await asyncio.sleep(0.01)
        await queue(office, "o-1", "other", OTHER)
        await office.deliverer.wake()
        while not office.said(OTHER):
            await asyncio.sleep(0.01)
        assert [] == office.said()
        await office.deliverer.stop()
        assert 2 == (await office.waiting()).count


async def test_retry_after_is_obeyed(office: Office) -> None:
    office.bench.mischief.add(POST, mischief.RateLimited(30))
    await queue(office, "m-1", "one")
    await queue(office, "m-2", "two")
    await office.deliver()
    first, *later = [call.at for call in office.bench.calls if call.method == POST]
    assert [30, 31] == [(at - first).total_seconds() for at in later]
    assert {"one", "two"} == set(office.said())


async def test_it_is_tried_again_later_and_later(office: Office) -> None:
    office.bench.mischief.add(POST, mischief.Refuse("service_unavailable"), times=12)
    await queue(office, "m-1", "hello")
    for _ in range(60 * 60):
        await office.deliver(1)
        if office.said():
            break
    times = [call.at for call in office.bench.calls if call.method == POST]
    waits = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300] == [round(wait) for wait in waits]


# --- lost replies and crashes ---------------------------------------------------------------------


async def test_after_a_lost_reply_the_message_is_found_and_not_posted_again(
    office: Office,
) -> None:
    office.bench.mischief.add(POST, mischief.DropReply())
    await queue(office, "m-1", "hello")
    await office.deliver()
    await office.deliver(5)
    assert ["hello"] == office.said()
    assert 1 == len(office.bench.calls_of(POST))
    await answer(office, "m-1", "worse")
    await office.deliver(5)
    assert ["worse"] == office.replies(office.messages()[0])


async def test_a_lost_reply_to_a_reply_is_looked_for_in_the_thread(office: Office) -> None:
    await queue(office, "m-1", "hello")
    await office.deliver()
    office.bench.mischief.add(POST, mischief.DropReply())
    await answer(office, "m-1", "worse")
    await office.deliver()
    await office.deliver(5)
    assert ["worse"] == office.replies(office.messages()[0])
    assert 0 == (await office.waiting()).count


async def test_a_history_that_lags_is_looked_at_again(office: Office) -> None:
    office.bench.mischief.add(POST, mischief.DropReply())
    office.bench.mischief.lag = 3
    await queue(office, "m-1", "hello")
    for _ in range(12):
        await office.deliver(5)
    assert ["hello"] == office.said()
    assert 1 == len(office.bench.calls_of(POST))
    assert 0 == (await office.waiting()).count


async def test_what_never_arrived_is_posted_once_history_had_its_time(office: Office) -> None:
    office.bench.mischief.add(POST, mischief.DropCall())
    await queue(office, "m-1", "hello")
    await office.deliver()
    await office.deliver(retry.SETTLED.total_seconds() - 5)
    assert [] == office.said()
    await office.deliver(15)
    assert ["hello"] == office.said()


async def test_what_was_told_meanwhile_waits_for_what_may_have_arrived(office: Office) -> None:
    office.bench.mischief.add(POST, mischief.DropReply())
    await queue(office, "m-1", "warning")
    await office.deliver()
    await answer(office, "m-1", "critical")
    await office.deliver()
    await office.deliver(5)
    assert ["now critical", "critical"] == office.said()
    assert ["critical"] == office.replies(office.messages()[0])


@pytest.mark.parametrize("arrived", [True, False], ids=["after Slack took it", "before the call"])
async def test_a_crash_between_the_attempt_and_its_record(office: Office, arrived: bool) -> None:
    await queue(office, "m-1", "hello")
    taken = await office.database.write(outbox.take, FINOPS, NOW, durable=True)
    assert taken is not None
    if arrived:
        await office.sinks[deliver.SLACK].post(taken.notification)
    await office.restart()
    for _ in range(14):
        await office.deliver(5)
    assert ["hello"] == office.said()
    assert 0 == (await office.waiting()).count


async def test_a_crash_after_the_record_sends_nothing_again(office: Office) -> None:
    await queue(office, "m-1", "hello")
    await office.deliver()
    await office.restart()
    await office.deliver(3600)
    assert ["hello"] == office.said()


# --- stopping -------------------------------------------------------------------------------------


async def test_stopping_lets_what_is_being_sent_end_and_starts_nothing_new(
    office: Office,
) -> None:
    hold = mischief.Hold()
    office.bench.mischief.add(POST, hold)
    await queue(office, "m-1", "one")
    await queue(office, "m-2", "two")
    await office.deliverer.wake()
    while not office.bench.calls_of(POST):
        await asyncio.sleep(0.01)
    stopping = asyncio.create_task(office.deliverer.stop())
    await asyncio.sleep(0)
    hold.release.set()
    await stopping
    assert ["one"] == office.said()
    await office.deliverer.wake()
    assert 1 == (await office.waiting()).count
