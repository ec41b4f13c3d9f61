"""Each poll reads as far back as is due, keeps its place when it fails, and leaves a source that refuses alone."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.neo import accounts, asked, faults, usage, wire
from bot.jobs import poll
from bot.neo.error import NeoError
from bot.store import alerts, changes, sources
from bot.store.sources import Backfill
from rules.scope import Judged
from tests.jobs import reading
from tests.jobs.reading import BACK, KEY, MINUTE, NOW, Reading

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def reach(source: Reading, later: timedelta) -> timedelta:
    """How far back the poll that is made after some time looks."""
    source.neo.log.requests.clear()
    assert await source.poll(later)
    return source.clock.now() - min(span.start for span in reading.spans(source))


async def test_how_far_back_each_poll_looks(source: Reading) -> None:
    assert await source.poll()
    assert 2 * HOUR + MINUTE == await reach(source, MINUTE)
    assert 24 * HOUR == await reach(source, 14 * MINUTE)
    assert 2 * HOUR + MINUTE == await reach(source, MINUTE)
    assert 24 * HOUR == await reach(source, 6 * HOUR)
    assert 35 * DAY == await reach(source, 18 * HOUR)
    assert 2 * HOUR + MINUTE == await reach(source, MINUTE)


async def test_after_an_outage_nothing_is_left_out(source: Reading) -> None:
    await source.poll()
    source.neo.faults.add(faults.answer(503), times=None)
    source.stream(1)
    for _ in range(6):
        assert not await source.poll(10 * HOUR)
    source.neo.faults.clear()
    assert await source.poll(MINUTE)
    assert source.priced() == await source.kept()


async def test_neos_clock_may_be_ahead_of_ours(source: Reading) -> None:
    await source.poll()
    source.stream(1, ago=-5 * MINUTE)
    await source.poll(MINUTE)
    assert source.priced() == await source.kept()


async def test_the_clock_may_be_set_back(source: Reading) -> None:
    await source.poll()
    source.stream(1)
    source.clock.set_to(NOW - HOUR)
    assert await source.poll()
    source.stream(2)
    assert await source.poll(MINUTE)
    assert (1, 15_000_000_000, 0, 0) == await source.kept()
    assert await source.poll(HOUR)
    assert source.priced() == await source.kept()


def fail_after(count: int, act: faults.Act) -> faults.Act:
    """Lets so many requests through, and none after them."""
    left = iter(range(count))

    def later(request: asked.Asked, reply: wire.Reply) -> wire.Reply:
        return reply if next(left, None) is not None else act(request, reply)

    return later


@pytest.mark.slow
@pytest.mark.parametrize("answered", [0, 1, 3, 10])
async def test_a_poll_that_fails_half_way_keeps_its_place(source: Reading, answered: int) -> None:
    await source.poll()
    source.clock.advance(HOUR)
    for number in range(1200):
        source.stream(number, ago=timedelta(seconds=number))
    source.neo.faults.add(
        fail_after(answered, faults.answer(500)), when=faults.on("/usage/streams"), times=None
    )
    assert not await source.poll()
    state = await source.state()
    assert (NOW, NOW) == (state.cursor, state.last_complete)
    assert "answered 500" in str(state.last_error)
    kept = await source.kept()
    assert 15_000_000_000 * kept[0] == kept[1]
    source.neo.faults.clear()
    assert await source.poll(MINUTE)
    assert source.priced() == await source.kept()
    state = await source.state()
    assert (source.clock.now(), None) == (state.cursor, state.last_error)


async def test_the_first_failure_is_when_the_trouble_began(source: Reading) -> None:
    await source.poll()
    source.neo.faults.add(faults.answer(500), times=None)
    await source.poll(MINUTE)
    began = (await source.state()).error_since
    await source.poll(MINUTE)
    assert began == (await source.state()).error_since
    source.neo.faults.clear()
    await source.poll(MINUTE)
    assert (await source.state()).error_since is None


async def test_a_long_retry_after_is_waited_out(source: Reading) -> None:
    await source.poll()
    source.neo.faults.add(faults.answer(429, retry_after="600"))
    assert not await source.poll(MINUTE)
    asked_so_far = len(source.neo.log.requests)
    for _ in range(9):
        assert not await source.poll(MINUTE)
    assert asked_so_far == len(source.neo.log.requests)
    assert await source.poll(MINUTE)


async def test_a_wait_of_years_is_cut_to_an_hour_and_said(
    source: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    await source.poll()
    source.neo.faults.add(faults.answer(503, retry_after="999999999"))
    assert not await source.poll(MINUTE)
    (said,) = [vars(each) for each in caplog.records if each.message == "poll failed"]
    assert (source.clock.now() + HOUR).isoformat() == said["not_before"]
    assert "the bot waits an hour" in said["error"]
    assert not await source.poll(59 * MINUTE)
    assert await source.poll(MINUTE)


async def test_a_rotated_key_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY, encoding="utf-8")
    async with reading.opened(tmp_path, api_key_file=str(file)) as source:
        await source.poll()
        source.neo.accounts.rotate(KEY, "neo_sk_next")
        assert not await source.poll(MINUTE)
        state = await source.state()
        assert "into what the source's api_key_file names" in str(state.last_error)
        file.write_text("neo_sk_next", encoding="utf-8")
        assert await source.poll(5 * MINUTE)


async def test_a_key_that_is_rotated_in_time_is_not_missed(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY, encoding="utf-8")
    async with reading.opened(tmp_path, api_key_file=str(file)) as source:
        await source.poll()
        source.neo.accounts.rotate(KEY, "neo_sk_next")
        file.write_text("neo_sk_next", encoding="utf-8")
        assert await source.poll(MINUTE)


async def test_a_member_is_told_what_to_do_and_neo_is_left_alone(source: Reading) -> None:
    source.neo.accounts.set_role(reading.ADMIN.email, accounts.Role.MEMBER)
    for _ in range(60):
        assert not await source.poll(MINUTE)
    state = await source.state()
    assert "use a credential of a team admin" in str(state.last_error)
    assert "member" == state.role
    assert 12 * 2 + 2 * 3 >= len(source.neo.log.requests)
    source.neo.accounts.set_role(reading.ADMIN.email, accounts.Role.ADMIN)
    assert await source.poll(5 * MINUTE)


async def test_a_refused_key_is_not_tried_every_minute(source: Reading) -> None:
    source.neo.accounts.expire(KEY)
    for _ in range(60):
        assert not await source.poll(MINUTE)
    assert 12 >= len(source.neo.log.requests)


async def test_a_solo_account_owns_its_rows(source: Reading) -> None:
    source.neo.accounts.set_role(reading.ADMIN.email, accounts.Role.SOLO)
    source.stream(1, ago=HOUR, email="ada@acme.test")
    await source.poll()
    found = await source.database.read(
        lambda db: db.execute("SELECT text FROM ledger JOIN term ON term.id = user").fetchall()
    )
    assert [("ada@acme.test",)] == found


# --- history --------------------------------------------------------------------------------------


def history(source: Reading, days: int = 40) -> None:
    for day in range(days):
        source.stream(day, ago=day * DAY + HOUR)


async def test_history_is_read_once(source: Reading) -> None:
    history(source)
    await source.poll()
    assert Backfill(NOW - BACK, NOW - BACK, done=True) == (await source.state()).backfill
    assert source.priced() == await source.kept()
    assert HOUR * 3 > await reach(source, MINUTE)


async def test_history_that_was_read_is_not_news(source: Reading) -> None:
    history(source)
    await source.poll()
    (seen,) = await source.database.read(
        lambda db: db.execute(
            "SELECT count(seen) FROM ledger WHERE at < ?", [20_750 * 86_400_000_000]
        ).fetchall()
    )
    assert (0,) == seen


async def test_history_goes_on_where_it_stopped(source: Reading) -> None:
    history(source)
    source.neo.faults.add(
        fail_after(1, faults.answer(500)), when=faults.on("/usage/streams"), times=None
    )
    assert not await source.poll()
    stopped = (await source.state()).backfill
    assert Backfill(NOW - BACK, NOW - 30 * DAY, done=False) == stopped
    source.neo.faults.clear()
    source.neo.log.requests.clear()
    assert await source.poll()
    assert NOW - BACK == reading.spans(source)[0].start
    assert source.priced() == await source.kept()


async def test_history_whose_titles_were_not_given_is_read_again(source: Reading) -> None:
    history(source)
    source.neo.faults.add(faults.answer(500), when=faults.on("/usage/tasks"), times=5)
    assert not await source.poll()
    assert Backfill(NOW - BACK, NOW, done=False) == (await source.state()).backfill
    assert await source.poll()
    titles = await source.database.read(lambda db: db["task"].count)
    assert len(source.neo.book) == titles
    assert source.priced() == await source.kept()


@pytest.mark.parametrize("later", [5 * HOUR, 30 * HOUR], ids=["hours", "a day"])
async def test_what_came_while_the_reading_of_history_stood_still_is_read(
    source: Reading, later: timedelta
) -> None:
    history(source)
    source.neo.faults.add(
        fail_after(1, faults.answer(500)), when=faults.on("/usage/streams"), times=None
    )
    assert not await source.poll()
    source.stream(1000)
    source.neo.faults.clear()
    assert await source.poll(later)
    assert source.priced() == await source.kept()


async def test_history_goes_on_after_it_was_cancelled(source: Reading) -> None:
    history(source)
    held = source.neo.faults.add(
        fail_after(1, faults.send(wire.hang)), when=faults.on("/usage/streams"), times=None
    )
    reached = asyncio.Event()
    shown: list[Backfill] = []

    def progress(step: Backfill) -> None:
        shown.append(step)
        if step.at <= NOW - 30 * DAY:
            reached.set()

    task = asyncio.create_task(source.poller.backfill(NOW - BACK, NOW, progress))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    source.neo.faults.faults.remove(held)
    shown.clear()
    await source.poller.backfill(NOW - BACK, NOW, progress)
    assert [NOW - 30 * DAY, NOW - BACK] == [step.at for step in shown]
    assert [False, True] == [step.done for step in shown]
    assert source.priced() == await source.kept()


async def test_history_that_must_go_further_back_is_read_on_from_its_end(source: Reading) -> None:
    history(source, days=79)
    await source.poll()
    source.neo.log.requests.clear()
    await source.poller.backfill(NOW - 80 * DAY, NOW, lambda _: None)
    assert NOW - BACK - 30 * DAY == reading.spans(source)[0].start
    assert source.priced() == await source.kept()


async def test_the_rules_are_judged_anew_once_history_is_there(source: Reading) -> None:
    judged = {"a-rule": Judged("spend|day", "50 USD", NOW, NOW)}
    source.neo.faults.add(
        fail_after(1, faults.answer(500)), when=faults.on("/usage/streams"), times=None
    )
    await source.database.write(alerts.remember, judged)
    await source.poll()
    assert judged == await source.database.read(alerts.judged)
    source.neo.faults.clear()
    await source.poll()
    anew = {"a-rule": replace(judged["a-rule"], terms="")}
    assert anew == await source.database.read(alerts.judged)
    assert ([], 0) == await source.database.read(changes.pending)


async def test_a_backfill_that_cannot_go_on_says_why(source: Reading) -> None:
    source.neo.faults.add(faults.answer(500), times=None)
    with pytest.raises(NeoError, match="answered 500"):
        await source.poller.backfill(NOW - BACK, NOW, lambda _: None)


# --- several sources ------------------------------------------------------------------------------


async def test_sources_are_read_apart(source: Reading, tmp_path: Path) -> None:
    source.stream(1, ago=HOUR)
    await source.poll()
    async with reading.opened(tmp_path, "blue", source.database, source.clock) as blue:
        blue.stream(1, ago=HOUR, credits=None)
        blue.stream(2, ago=HOUR)
        await blue.poll()
        blue.neo.faults.add(faults.answer(500), times=None)
        source.neo.book.remove(usage.stream_id(1))
        assert not await blue.poll(MINUTE)
        assert await source.poll()
        assert (0, 0, 0, 0) == await source.kept()
        assert blue.priced() == await blue.kept()
        states = await source.database.read(sources.load)
        assert (None, True) == (states["acme"].last_error, bool(states["blue"].last_error))
        assert ["blue", "acme"] == [blue.poller.name, source.poller.name]


def test_wider_looks_are_as_far_apart_as_was_designed() -> None:
    assert [("day", DAY, 15 * MINUTE), ("month", 35 * DAY, DAY)] == [
        (look.name, look.back, look.every) for look in poll.LOOKS
    ]


async def test_a_look_is_due_again_when_the_clock_was_ahead(source: Reading) -> None:
    source.clock.set_to(datetime(2026, 11, 20, tzinfo=NOW.tzinfo))
    await source.poll()
    source.clock.set_to(NOW)
    assert 35 * DAY <= await reach(source, MINUTE)
