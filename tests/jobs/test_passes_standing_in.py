"""Tasks stand in for streams that are refused, and streams that share their task's time are booked as they come."""

from datetime import timedelta
from decimal import Decimal

from bot.demo.neo import asked, faults, wire
from bot.demo.neo.book import Habits
from tests.jobs.reading import MINUTE, Reading

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


REFUSED = faults.answer(403)


def refuse_streams(source: Reading) -> faults.Fault:
    return source.neo.faults.add(REFUSED, when=faults.on("/usage/streams"), times=None)


async def test_tasks_are_the_ledger_while_streams_are_refused(source: Reading) -> None:
    source.stream(1, ago=HOUR, task_id="t-1")
    source.stream(2, ago=HOUR, task_id="t-1")
    source.stream(3, ago=30 * DAY, task_id="t-2")
    refuse_streams(source)
    assert await source.poll()
    _, *money = source.priced()
    assert (2, *money) == await source.kept()
    assert (await source.state()).fallback


async def test_streams_and_tasks_take_turns_and_nothing_counts_twice(source: Reading) -> None:
    source.stream(1, ago=3 * DAY, task_id="t-1")
    source.stream(2, ago=HOUR, task_id="t-2")
    await source.poll()
    assert source.priced() == await source.kept()
    refuse_streams(source)
    for number in range(3, 6):
        source.stream(number, task_id="t-2")
        source.stream(number + 10, task_id=f"t-{number}")
        await source.poll(MINUTE)
        assert source.priced()[1:] == (await source.kept())[1:]
    source.neo.faults.clear()
    source.stream(6, task_id="t-2")
    await source.poll(MINUTE)
    assert source.priced() == await source.kept()
    assert not (await source.state()).fallback
    await source.poll(16 * MINUTE)
    assert source.priced() == await source.kept()


async def test_streams_come_back_in_one_step(source: Reading) -> None:
    for number in range(450):
        source.stream(number, ago=number * MINUTE, task_id=f"t-{number // 3}")
    refusal = refuse_streams(source)
    await source.poll()
    whole = (await source.kept())[1:]
    source.neo.faults.faults.remove(refusal)
    pages = iter((False, False, False, True))

    def fail_later(request: asked.Asked, reply: wire.Reply) -> wire.Reply:
        return REFUSED(request, reply) if next(pages) else reply

    source.neo.faults.add(fail_later, when=faults.on("/usage/streams"), times=4)
    await source.poll(MINUTE)
    assert whole == (await source.kept())[1:]
    assert (await source.state()).fallback
    await source.poll(MINUTE)
    assert source.priced() == await source.kept()


async def test_streams_may_come_back_when_a_wide_look_is_due(source: Reading) -> None:
    refuse_streams(source)
    await source.poll()
    source.stream(1)
    await source.poll(MINUTE)
    assert source.priced() == await source.kept()
    source.neo.faults.clear()
    await source.poll(25 * HOUR)
    assert source.priced() == await source.kept()
    assert not (await source.state()).fallback


async def test_streams_may_come_back_while_older_history_is_read(source: Reading) -> None:
    refuse_streams(source)
    source.stream(1, ago=HOUR)
    source.stream(2, ago=70 * DAY)
    await source.poll()
    source.neo.faults.clear()
    await source.poller.backfill(source.clock.now() - 80 * DAY, source.clock.now(), lambda _: None)
    assert source.priced() == await source.kept()
    assert not (await source.state()).fallback


async def test_where_tasks_are_refused_too_the_first_refusal_is_told(source: Reading) -> None:
    source.neo.faults.add(REFUSED, when=faults.on("/usage/streams"), times=None)
    source.neo.faults.add(faults.answer(404), when=faults.on("/usage/tasks"), times=None)
    assert not await source.poll()
    assert "/usage/streams answered 403" in str((await source.state()).last_error)


async def test_refused_titles_are_no_reason_to_stop(source: Reading) -> None:
    source.stream(1, ago=HOUR)
    source.neo.faults.add(faults.answer(404), when=faults.on("/usage/tasks"), times=None)
    assert await source.poll()
    assert source.priced() == await source.kept()


async def test_streams_that_share_their_tasks_time_are_booked_when_they_come(
    source: Reading,
) -> None:
    source.neo.book.habits = Habits(own_times=False)
    for number in range(9):
        source.stream(number, ago=timedelta(days=10 + number // 3), task_id=f"t-{number // 3}")
    await source.poll()
    assert (await source.state()).by_arrival
    source.stream(20, task_id="t-2")
    await source.poll(20 * MINUTE)
    first_seen = source.clock.now()
    await source.poll(20 * MINUTE)
    source.neo.book.correct(source.neo.book.streams_of("t-2")[-1].stream_id, Decimal(4))
    await source.poll(20 * MINUTE)
    assert source.priced() == await source.kept()
    booked = await source.database.read(
        lambda db: db.execute("SELECT max(at) FROM ledger").fetchall()
    )
    assert [(int(first_seen.timestamp()) * 1_000_000,)] == booked


async def test_streams_with_times_of_their_own_are_known_as_such_for_good(source: Reading) -> None:
    source.stream(1, ago=5 * HOUR, task_id="t-0")
    source.stream(2, ago=6 * HOUR, task_id="t-0")
    await source.poll()
    assert (await source.state()).by_arrival is False
    for number in range(10, 16):
        source.stream(number, ago=number // 2 * MINUTE, task_id=f"t-{number // 2}")
    await source.poll(MINUTE)
    assert (await source.state()).by_arrival is False


async def test_what_stood_by_arrival_is_put_right_once_times_differ(source: Reading) -> None:
    source.neo.book.habits = Habits(own_times=False)
    for number in range(9):
        source.stream(number, ago=(20 + number // 3) * MINUTE, task_id=f"t-{number // 3}")
    await source.poll()
    source.clock.advance(MINUTE)
    source.stream(9, task_id="t-2")
    await source.poll(MINUTE)
    source.neo.book.habits = Habits()
    source.stream(10, task_id="t-2")
    await source.poll(MINUTE)
    assert (await source.state()).by_arrival is False
    await source.poll(MINUTE)
    times = await source.database.read(
        lambda db: db.execute("SELECT at FROM ledger ORDER BY at").fetchall()
    )
    assert [(each.created,) for each in source.neo.book.streams()] == times
