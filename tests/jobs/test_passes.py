"""The ledger is what Neo's records come to, whatever Neo does while it is read."""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.demo.neo import faults, wire
from bot.store import rejected, tasks
from tests.jobs import reading
from tests.jobs.reading import MINUTE, Reading

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def test_an_unchanged_poll_changes_nothing(source: Reading) -> None:
    source.stream(1, ago=HOUR)
    await source.poll()
    before = await source.database.read(lambda db: db.conn.total_changes)
    known = await source.kept()
    await source.poll(MINUTE)
    assert known == await source.kept() == source.priced()
    assert before == await source.database.read(lambda db: db.conn.total_changes)


async def test_a_record_that_shows_up_late_counts_from_then_on(source: Reading) -> None:
    await source.poll()
    source.stream(1, ago=timedelta(hours=20))
    await source.poll(MINUTE)
    assert (0, 0, 0, 0) == await source.kept()
    await source.poll(15 * MINUTE)
    assert source.priced() == await source.kept()


@pytest.mark.parametrize("amount", ["2.5", "0.1", "0", None])
async def test_a_correction_changes_the_sums_by_the_difference(
    source: Reading, amount: str | None
) -> None:
    stream = source.stream(1, ago=HOUR)
    source.stream(2, ago=HOUR)
    await source.poll()
    source.neo.book.correct(stream.stream_id, Decimal(amount) if amount else None)
    await source.poll(MINUTE)
    assert source.priced() == await source.kept()
    (replaced,) = await source.database.read(
        lambda db: db.execute("SELECT credits FROM replaced").fetchall()
    )
    assert 15_000_000_000 == replaced[0]


async def test_a_record_that_neo_no_longer_has_leaves_the_sums(source: Reading) -> None:
    gone, kept = source.stream(1, ago=HOUR), source.stream(2, ago=HOUR)
    await source.poll()
    source.neo.book.remove(gone.stream_id)
    await source.poll(MINUTE)
    assert source.priced() == await source.kept()
    source.neo.book.add(gone)
    await source.poll(MINUTE)
    assert reading.priced([gone, kept]) == await source.kept()


async def test_a_record_that_a_page_left_out_is_looked_up_and_stays(source: Reading) -> None:
    left_out = source.stream(1, ago=HOUR)
    await source.poll()
    source.neo.faults.add(
        faults.chain(faults.drop_rows(slice(None)), faults.lie(total=0)),
        when=faults.on("/usage/streams", stream_id=None),  # type: ignore[arg-type] # not asked for
        times=None,
    )
    source.neo.book.correct(left_out.stream_id, Decimal(7))
    await source.poll(MINUTE)
    assert source.priced() == await source.kept()


async def test_a_known_record_whose_row_is_broken_now_keeps_its_last_figure(
    source: Reading,
) -> None:
    source.stream(1, ago=HOUR)
    await source.poll()
    known = await source.kept()
    source.neo.faults.add(faults.set_fields(neo_credits="much"), times=None)
    await source.poll(MINUTE)
    assert known == await source.kept()


async def test_a_broken_row_is_kept_apart_with_its_reason_and_the_rest_counts(
    source: Reading,
) -> None:
    source.stream(1, ago=HOUR)
    source.stream(2, ago=2 * HOUR)
    source.neo.faults.add(
        faults.set_fields(slice(0, 1), neo_credits="much"),
        when=faults.on("/usage/streams"),
        times=None,
    )
    assert await source.poll()
    await source.poll(MINUTE)
    assert (1, 15_000_000_000, 0, 0) == await source.kept()
    (row,) = await source.database.read(rejected.latest, 10)
    assert ("acme", "streams") == (row.source, row.endpoint)
    assert "neo_credits" in row.reason
    assert '"much"' in row.row


@pytest.mark.parametrize("endpoint", ["streams", "tasks"])
async def test_a_broken_row_that_neo_mends_is_no_longer_kept(
    source: Reading, endpoint: str
) -> None:
    source.stream(1, ago=HOUR)
    broken = source.neo.faults.add(
        faults.set_fields(model=7), when=faults.on(f"/usage/{endpoint}"), times=None
    )
    await source.poll()
    assert {"acme": 1} == await source.database.read(rejected.counts)
    source.neo.faults.faults.remove(broken)
    await source.poll(MINUTE)
    assert {} == await source.database.read(rejected.counts)
    assert source.priced() == await source.kept()


async def test_a_broken_task_is_kept_apart_too(source: Reading) -> None:
    source.stream(1, ago=HOUR)
    source.neo.faults.add(faults.drop_fields("task_id"), when=faults.on("/usage/tasks"), times=None)
    await source.poll()
    assert source.priced() == await source.kept()
    (row,) = await source.database.read(rejected.latest, 10)
    assert "tasks" == row.endpoint


async def test_unknown_statuses_are_kept_and_unknown_fields_ignored(source: Reading) -> None:
    source.stream(1, ago=HOUR)
    source.neo.faults.add(faults.set_fields(status="paused", mood={"a": [1]}), times=None)
    await source.poll()
    assert source.priced() == await source.kept()
    statuses = await source.database.read(
        lambda db: db.execute(
            "SELECT text FROM ledger JOIN term ON term.id = ledger.status"
        ).fetchall()
    )
    assert [("paused",)] == statuses


async def test_titles_and_blocked_tasks_come_with_the_records(source: Reading) -> None:
    source.stream(1, ago=HOUR, title="Assess the shop")
    source.neo.book.set_task_status("task-1", "blocked")
    await source.poll()
    (task,) = await source.database.read(tasks.get, "task-1")
    assert ("Assess the shop", "blocked") == (task.title, task.status)


async def test_byok_rows_count_what_neo_and_the_provider_charge(source: Reading) -> None:
    source.stream(
        1, HOUR, byok=True, credits=None, llm_cost=Decimal("0.123456789"), neo_cost=Decimal("0.05")
    )
    source.stream(2, HOUR, credits=Decimal("0.00000000005"))
    await source.poll()
    assert (2, 0, 500_000_000, 1_234_567_890) == await source.kept()


@pytest.mark.slow
async def test_five_hundred_records_in_one_instant_are_read(source: Reading) -> None:
    for number in range(500):
        source.stream(number, ago=HOUR)
    await source.poll()
    assert source.priced() == await source.kept()


def _insert(source: Reading) -> Callable[[], object]:
    numbers = iter(range(10_000, 20_000))
    return lambda: source.stream(next(numbers), ago=timedelta(minutes=random.Random(1).random()))


MESS = [
    pytest.param(lambda source: faults.shuffle_rows(3), None, id="reorders its rows"),
    pytest.param(lambda source: faults.repeat_rows(5), None, id="repeats rows"),
    pytest.param(lambda source: faults.afterwards(_insert(source)), 40, id="takes in more"),
    pytest.param(lambda source: faults.send(wire.cut()), 3, id="cuts its answers"),
    pytest.param(lambda source: faults.send(wire.truncate()), 3, id="truncates its answers"),
    pytest.param(lambda source: faults.send(wire.reset()), 3, id="resets connections"),
    pytest.param(lambda source: faults.answer(503), 4, id="fails"),
    pytest.param(lambda source: faults.answer(429, retry_after="7"), 4, id="asks to wait"),
    pytest.param(lambda source: faults.lie(total=1, has_more=False), None, id="counts too low"),
    pytest.param(lambda source: faults.lie(total=99_999), None, id="counts too high"),
    pytest.param(lambda source: faults.lie(has_more=True), None, id="always claims more"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("act", "times"), MESS)
async def test_the_sums_are_exact_while_neo(
    source: Reading, act: Callable[[Reading], faults.Act], times: int | None
) -> None:
    dice = random.Random(11)
    for number in range(300):
        amount = Decimal(dice.randrange(10**10)) / 10**9
        source.stream(number, timedelta(seconds=dice.random() * 7000), credits=amount)
    source.neo.faults.add(act(source), when=faults.on("/usage/streams"), times=times)
    while not await source.poll():
        source.clock.advance(MINUTE)
    await source.poll(MINUTE)
    source.neo.faults.clear()
    await source.poll(MINUTE)
    assert source.priced() == await source.kept()
    assert [] == source.neo.log.violations


async def test_the_sums_are_exact_although_neo_stalls(tmp_path: Path) -> None:
    async with reading.opened(tmp_path, total=0.5) as source:
        source.stream(1, ago=HOUR)
        source.neo.faults.add(faults.send(wire.hang), when=faults.on("/usage/streams"))
        while not await source.poll(MINUTE):
            pass
        assert source.priced() == await source.kept()


async def test_a_removal_while_neo_is_read_is_seen_at_the_next_poll(source: Reading) -> None:
    streams = [source.stream(number, ago=number * MINUTE / 10) for number in range(600)]
    going = iter(streams[::50])
    source.neo.faults.add(
        faults.afterwards(lambda: source.neo.book.remove(next(going).stream_id)),
        when=faults.on("/usage/streams"),
        times=12,
    )
    await source.poll()
    await source.poll(MINUTE)
    assert source.priced() == await source.kept()
