"""What fails is tried again, later and later, but neither a refusal nor a fault of ours for ever."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.demo.workbench import mischief
from bot.jobs import deliver
from bot.notify.notification import Destination
from bot.store import messages
from tests.jobs import office as offices
from tests.jobs.office import OTHER, Office
from tests.store import mail
from tests.store.mail import FINOPS, NOW, PAGER


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with offices.opened(tmp_path) as opened:
        yield opened


async def queue(office: Office, message: str, text: str, place: Destination = FINOPS) -> None:
    await office.database.write(mail.queue, message, text, place, office.clock.now())


async def rewrite(office: Office, message: str, text: str) -> None:
    await office.database.write(messages.write, message, FINOPS, mail.note(text), NOW)


async def test_an_edit_that_fails_is_tried_again(office: Office) -> None:
    await queue(office, "m-1", "one")
    await office.deliver()
    office.bench.mischief.add("chat.update", mischief.Broken(503))
    await rewrite(office, "m-1", "two")
    await office.deliver()
    assert ["one"] == office.said()
    await office.deliver(5)
    assert ["two"] == office.said()


async def test_an_edit_that_fails_is_tried_later_and_later(office: Office) -> None:
    await queue(office, "m-1", "one")
    await office.deliver()
    office.bench.mischief.add("chat.update", mischief.Broken(503), times=4)
    await rewrite(office, "m-1", "two")
    for _ in range(40):
        await office.deliver(1)
    times = [call.at for call in office.bench.calls if call.method == "chat.update"]
    assert [2, 4, 8, 16] == [
        round((after - before).total_seconds()) for before, after in pairwise(times)
    ]
    assert ["two"] == office.said()


async def test_an_edit_that_is_refused_is_not_tried_until_there_is_more_to_say(
    office: Office,
) -> None:
    await queue(office, "m-1", "one")
    await office.deliver()
    office.bench.mischief.add("chat.update", mischief.Refuse("is_archived"))
    await rewrite(office, "m-1", "two")
    await office.deliver()
    await office.deliver(3600)
    assert ["one"] == office.said()
    assert 1 == (await office.waiting()).undeliverable
    await rewrite(office, "m-1", "three")
    await office.deliver()
    assert ["three"] == office.said()
    assert 0 == (await office.waiting()).undeliverable


async def test_what_nothing_sends_to_yet_waits_for_the_restart_that_opens_it(
    office: Office,
) -> None:
    pager = office.sinks.pop("pager")
    await queue(office, "m-1", "hello", PAGER)
    await office.deliver()
    assert [("waiting", "nothing sends to pager: restart the bot")] == await office.errors()
    office.sinks["pager"] = pager
    await office.restart()
    await office.deliver(5)
    assert 1 == len(office.hook.got)


class Faulty:
    """A sink with a fault of ours in it."""

    def __init__(self) -> None:
        self.calls = 0

    async def post(self, _: object) -> None:
        self.calls += 1
        raise RuntimeError("a fault of ours")

    async def edit(self, *_: object) -> None:
        await self.post(None)

    async def find(self, *_: object) -> None:
        """It can tell nothing."""


async def test_a_fault_of_ours_is_not_met_for_ever_and_its_words_are_kept(office: Office) -> None:
    office.sinks["pager"] = faulty = Faulty()
    await office.database.write(mail.queue, "m-1", "hello", PAGER)
    await office.deliver()
    assert [("waiting", "RuntimeError: a fault of ours")] == await office.errors()
    for _ in range(20):
        await office.deliver(300)
    assert ("failed", "RuntimeError: a fault of ours") == (await office.errors())[0]
    assert 10 == faulty.calls
    (told,) = office.said(OTHER)
    assert told.startswith("hello (meant for pager")
    assert told.endswith("RuntimeError: a fault of ours)")


async def test_a_fault_of_ours_in_an_edit_is_not_met_for_ever_either(office: Office) -> None:
    await queue(office, "m-1", "one")
    await office.deliver()
    office.sinks[deliver.SLACK] = faulty = Faulty()
    await rewrite(office, "m-1", "two")
    for _ in range(20):
        await office.deliver(300)
    assert 10 == faulty.calls
    assert 1 == (await office.waiting()).undeliverable


async def test_what_the_other_side_refused_before_is_no_fault_of_ours(office: Office) -> None:
    await queue(office, "m-1", "one")
    office.bench.mischief.add("chat.postMessage", mischief.Broken(503), times=12)
    for _ in range(12):
        await office.deliver(300)
    slack, office.sinks[deliver.SLACK] = office.sinks[deliver.SLACK], Faulty()
    await office.deliver(300)
    assert [("waiting", "RuntimeError: a fault of ours")] == await office.errors()
    office.sinks[deliver.SLACK] = slack
    await office.deliver(300)
    office.bench.mischief.add("chat.update", mischief.Broken(503), times=12)
    await rewrite(office, "m-1", "two")
    for _ in range(12):
        await office.deliver(300)
    office.sinks[deliver.SLACK] = Faulty()
    await office.deliver(300)
    office.sinks[deliver.SLACK] = slack
    await office.deliver(300)
    assert ["two"] == office.said()


async def test_a_store_that_takes_nothing_is_no_fault_of_ours_either(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.bench.mischief.add("chat.postMessage", mischief.DropCall())
    await queue(office, "m-1", "hello")
    await office.deliver()
    before = await office.errors()
    await broken(
        office, caplog, "UPDATE OF attempted ON outbox WHEN new.attempted <> old.attempted"
    )
    assert before == await office.errors()
    await office.deliver()
    assert ["hello"] == office.said()


async def broken(office: Office, caplog: pytest.LogCaptureFixture, when: str) -> None:
    """What is due five minutes from now is tried once by a lane that breaks, since the store refuses what it writes then."""
    fill = f"CREATE TRIGGER full BEFORE {when} BEGIN SELECT RAISE(ABORT, 'full'); END"
    await office.database.write(lambda db: db.execute(fill))
    office.clock.advance(timedelta(minutes=5))
    await office.deliverer.wake()
    while "delivery failed" not in caplog.text:
        await asyncio.sleep(0.01)
    await office.database.write(lambda db: db.execute("DROP TRIGGER full"))


async def test_a_lane_that_breaks_is_opened_again(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await queue(office, "m-1", "hello")
    await broken(office, caplog, "UPDATE ON outbox")
    await office.deliver()
    assert ["hello"] == office.said()
