"""The ledger is held against Neo's own totals: what differs is read again, and what stays is told by name."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from bot.demo.neo import asked, faults, totals, usage, wire
from bot.demo.neo.book import Habits
from bot.jobs import compare_tasks, compare_totals, reconcile
from bot.neo.error import NeoError
from bot.notify.agreement import About, Agreement
from bot.store import agreements, late
from rules.money import ZERO, Money
from rules.window import Span
from tests.jobs import reading
from tests.jobs.reading import MINUTE, NOW, Reading

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OLD = 38 * DAY
"""Inside of the ledger, and further back than any poll looks."""

SETTLE = 2 * HOUR
TASKS = faults.on("/usage/tasks")
SUMMARY = faults.on("/usage/summary")

Change = Callable[[Reading], object]


async def compared(source: Reading) -> Agreement:
    found = await reconcile.run(source.reader, SETTLE, source.clock)
    assert found is not None
    return found


async def settled(source: Reading) -> None:
    """Tasks old and new, of one stream and of several, one at the very end of what is settled, and all of it read."""
    for number in range(6):
        source.stream(number, OLD - number * DAY / 2, task_id=f"task-{number // 2}")
        source.stream(number + 10, number * DAY + 3 * HOUR, email=f"u{number}@acme.test")
    source.stream(30, SETTLE)
    await source.poll()


def usd(dollars: str) -> Money:
    return Money.from_usd(Decimal(dollars))


def correct(number: int, amount: str | None) -> Change:
    to = None if amount is None else Decimal(amount)
    return lambda source: source.neo.book.correct(usage.stream_id(number), to)


def remove(number: int) -> Change:
    return lambda source: source.neo.book.remove(usage.stream_id(number))


def add(number: int, ago: timedelta = OLD, **fields: object) -> Change:
    return lambda source: source.stream(number, ago, **fields)


def put(number: int, **fields: object) -> Change:
    def change(source: Reading) -> None:
        book = source.neo.book
        book.replace(replace(book.stream(usage.stream_id(number)), **fields))  # type: ignore[arg-type]

    return change


BYOK: dict[str, Any] = {
    "byok": True,
    "credits": None,
    "llm_cost": Decimal("4.1"),
    "neo_cost": Decimal("0.3"),
}


CHANGES: dict[str, tuple[list[Change], str]] = {
    "nothing is changed": ([], "0"),
    "a record costs more now": ([correct(0, "2.5")], "10"),
    "a record costs less now": ([correct(0, "0.5")], "20"),
    "a record has no price any more": ([correct(0, None)], "5"),
    "one record of a task is gone": ([remove(1)], "15"),
    "a whole task is gone": ([remove(0)], "0"),
    "two tasks are gone": ([remove(2), remove(3), remove(4), remove(5)], "60"),
    "a task was never seen": ([add(40)], "15"),
    "a record of a known task was never seen": ([add(41, task_id="task-40")], "15"),
    "a BYOK record was never seen": ([add(42, **BYOK)], "44"),
    "a BYOK record was never seen beside credits": ([add(43, task_id="task-40", **BYOK)], "44"),
    "a record moved to another task": ([put(40, task_id="other")], "15"),
    "a record is someone else's": ([put(40, email="new@acme.test")], "30"),
    "all at once": ([correct(40, "9"), remove(41), add(44)], "105"),
}


async def test_what_neo_changed_long_ago_is_healed(source: Reading) -> None:
    await settled(source)
    for name, (changes, healed) in CHANGES.items():
        for change in changes:
            change(source)
        found = await compared(source)
        assert (ZERO, usd(healed), ()) == (found.drift, found.healed, found.staying), name
        assert source.priced() == await source.kept(), name
    assert () == (await compared(source)).differences
    assert [] == source.neo.log.violations


async def test_what_is_healed_is_seen_when_it_is_read(source: Reading) -> None:
    await settled(source)
    correct(0, "2.5")(source)
    began = source.clock.now()
    source.neo.faults.add(faults.answer(429, retry_after="30"), when=TASKS)
    await compared(source)
    later = partial(late.added, before=began, since=began + timedelta(seconds=29))
    assert usd("10") == await source.database.read(later)


async def test_what_a_poll_reads_meanwhile_is_not_overwritten_by_what_was_read_before(
    source: Reading,
) -> None:
    await settled(source)
    source.neo.accounts.close(reading.ADMIN.email, "usage/summary", 404)
    correct(10, "2.5")(source)
    source.clock.advance(16 * MINUTE)
    polls: list[asyncio.Task[bool]] = []

    async def held(request: web.Request, reply: wire.Reply) -> web.StreamResponse:
        """A poll reads and keeps what Neo says next, if nothing keeps it from doing so."""
        correct(10, "3.5")(source)
        polls.append(asyncio.create_task(source.poll()))
        await asyncio.wait(polls, timeout=0.2)
        return await wire.whole(request, reply)

    of_task = faults.on("/usage/streams", task_id="task-10")
    source.neo.faults.add(faults.send(held), when=of_task)
    await compared(source)
    assert [True] == await asyncio.gather(*polls)
    assert source.priced() == await source.kept()


async def test_what_floats_are_out_by_is_no_difference(source: Reading) -> None:
    await settled(source)
    correct(0, "1.5000002")(source)
    assert () == (await compared(source)).differences
    correct(0, "1.5000004")(source)
    assert usd("0.000004") == (await compared(source)).healed


async def test_records_that_are_gone_are_marked_and_stay_in_the_ledger(source: Reading) -> None:
    await settled(source)
    source.neo.book.remove(usage.stream_id(1))
    await compared(source)
    assert [(1,)] == await source.database.read(
        lambda db: db.execute("SELECT count(*) FROM ledger WHERE gone IS NOT NULL").fetchall()
    )


def say(task: str, **fields: object) -> faults.Act:
    """Neo says something else of one task than its streams do."""
    return faults.change_rows(lambda row: {**row, **fields} if row["task_id"] == task else row)


async def test_what_stays_is_told_by_name_until_neo_agrees(source: Reading) -> None:
    await settled(source)
    source.neo.faults.add(say("task-1", neo_credits=7), when=TASKS, times=None)
    found = await compared(source)
    (left,) = found.differences
    assert (About.TASK, "task-1") == (left.about, left.name)
    assert (usd("70"), usd("30"), usd("40"), usd("40")) == (left.neo, left.ours, left.by, left.left)
    assert (usd("40"), ZERO) == (found.drift, found.healed)
    assert found == await source.database.read(agreements.of, "acme")
    source.neo.faults.clear()
    assert ZERO == (await compared(source)).drift
    assert source.priced() == await source.kept()


async def test_all_that_stays_is_told_though_a_task_is_the_first_to_show_times_of_its_own(
    source: Reading,
) -> None:
    refused = source.neo.faults.add(
        faults.answer(403), when=faults.on("/usage/streams"), times=None
    )
    await settled(source)
    source.neo.faults.faults.remove(refused)
    await source.poll()
    assert (await source.state()).by_arrival is None
    more = faults.chain(*(say(f"task-{number}", neo_credits=7) for number in range(3)))
    source.neo.faults.add(more, when=TASKS, times=None)
    assert usd("120") == (await compared(source)).drift
    assert (await source.state()).by_arrival is False


async def test_credits_of_a_task_may_hold_the_base_amount_of_its_byok_streams(
    source: Reading,
) -> None:
    source.stream(50, OLD, task_id="task-1", **BYOK)
    await settled(source)
    source.neo.faults.add(say("task-1", neo_credits=3 + 4.1), when=TASKS, times=None)
    assert () == (await compared(source)).differences


async def test_credits_of_a_task_may_equal_the_base_amount_of_its_byok_streams(
    source: Reading,
) -> None:
    source.stream(50, OLD, task_id="task-1", **{**BYOK, "llm_cost": Decimal(3)})
    await settled(source)
    assert () == (await compared(source)).differences


def phantom(
    credits_: float = 0, neo_cost: float = 0, **people: float
) -> Callable[[asked.Asked, wire.Reply], wire.Reply]:
    """Neo's totals hold more than its records, wherever a span holds a moment."""

    def act(request: asked.Asked, reply: wire.Reply) -> wire.Reply:
        body: Any = reply.payload
        if not _micros(request, "from") <= usage.micros(PHANTOM) < _micros(request, "to"):
            return reply
        byok = {**body["byok"], "total_neo_cost": body["byok"]["total_neo_cost"] + neo_cost}
        total = body["total_neo_credits"] + credits_
        more = [
            {"email": f"{name}@Acme.test", "neo_credits": each} for name, each in people.items()
        ]
        shares = [*body["by_email"], *more, {"email": "", "neo_credits": 99}]
        changed = {"total_neo_credits": total, "byok": byok, "by_email": shares}
        return replace(reply, payload={**body, **changed})

    return act


def _micros(request: asked.Asked, name: str) -> int:
    return usage.micros(datetime.fromisoformat(str(request.first(name))))


PHANTOM = NOW - 20 * DAY
SAID: dict[str, tuple[faults.Act, dict[tuple[About, str], str]]] = {
    "more credits": (phantom(2), {(About.TOTAL, "credits"): "20"}),
    "less credits": (phantom(-3), {(About.TOTAL, "credits"): "30"}),
    "BYOK that the ledger does not have": (phantom(neo_cost=2), {(About.TOTAL, "neo_cost"): "20"}),
    "more of people": (
        phantom(ANA=1, eve=2),
        {(About.USER, "ana@acme.test"): "10", (About.USER, "eve@acme.test"): "20"},
    ),
    "nothing of people, as to a solo account": (faults.lie(by_email=None), {}),
    "nothing of BYOK": (faults.lie(byok=None), {}),
    "the same of any time": (faults.lie(total_neo_credits=20), {}),
}


async def test_totals_that_stay_are_told_by_their_kind(source: Reading) -> None:
    await settled(source)
    for name, (act, expected) in SAID.items():
        source.neo.faults.faults[:] = [faults.Fault(act, SUMMARY, times=None)]
        found = await compared(source)
        told = {(each.about, each.name): each.left for each in found.differences}
        assert {key: usd(left) for key, left in expected.items()} == told, name
        assert usd(str(sum(map(int, expected.values())))) == found.drift, name
        assert ("any time" in name) == bool(found.notes), name
    assert source.priced() == await source.kept()


async def test_a_record_that_only_the_totals_show_is_found_in_its_day(source: Reading) -> None:
    """Its task began before the ledger did, so no list of tasks tells of it."""
    source.stream(70, ago=50 * DAY, task_id="long")
    await settled(source)
    source.stream(71, ago=20 * DAY, task_id="long")
    source.stream(72, ago=21 * DAY, task_id="long", **BYOK)
    found = await compared(source)
    assert (ZERO, usd("59")) == (found.drift, found.healed)
    ledger = [each for each in source.neo.book.streams() if each.stream_id != usage.stream_id(70)]
    assert reading.priced(ledger) == await source.kept()


async def test_a_correction_of_a_task_from_before_the_ledger_is_left_alone(
    source: Reading,
) -> None:
    source.stream(70, ago=50 * DAY, task_id="long")
    source.stream(71, ago=30 * DAY, task_id="long")
    await settled(source)
    correct(70, "9")(source)
    assert () == (await compared(source)).differences


@pytest.mark.parametrize(
    ("closed", "tasks", "totals", "healed"),
    [
        pytest.param(("usage/summary",), 9, False, "10", id="totals"),
        pytest.param(("usage/tasks",), None, True, "10", id="the list of tasks"),
        pytest.param(("usage/summary", "usage/tasks"), None, False, "0", id="both"),
    ],
)
async def test_what_neo_refuses_is_gone_on_without(
    source: Reading, closed: tuple[str, ...], tasks: int | None, totals: bool, healed: str
) -> None:
    await settled(source)
    for path in closed:
        source.neo.accounts.close(reading.ADMIN.email, path, 403)
    correct(0, "2.5")(source)
    found = await compared(source)
    assert (tasks, totals, usd(healed)) == (found.tasks, found.totals, found.healed)
    assert (tasks is None and not totals) == bool(found.notes)


async def test_that_totals_are_refused_is_said_once(
    source: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    await settled(source)
    source.neo.accounts.close(reading.ADMIN.email, "usage/summary", 404)
    await compared(source)
    await compared(source)
    assert 1 == sum("optional part" in line.message for line in caplog.records)


async def test_a_task_that_neo_may_still_change_is_no_difference(source: Reading) -> None:
    source.stream(50, OLD, task_id="goes-on")
    source.stream(51, task_id="goes-on")
    source.stream(52, 3 * HOUR, task_id="runs", status="running")
    source.stream(53, 25 * HOUR, task_id="ran", status="running")
    source.stream(54, OLD, task_id="unpriced", credits=None)
    source.stream(55, HOUR, task_id="young")
    await settled(source)
    for task in ("goes-on", "runs", "ran", "unpriced", "young"):
        source.neo.faults.faults[:] = [faults.Fault(say(task, neo_credits=77), TASKS, times=None)]
        assert ("ran" == task) == bool((await compared(source)).differences), task


async def test_what_came_after_the_last_poll_is_no_difference(source: Reading) -> None:
    """The bot was off since: the first stream of the task is read, the other is not."""
    source.stream(1, ago=5 * HOUR, task_id="t")
    await source.poll()
    source.clock.advance(5 * HOUR)
    source.stream(2, ago=4 * HOUR, task_id="t")
    assert () == (await compared(source)).differences


async def test_a_task_that_goes_on_while_it_is_compared_is_no_difference(source: Reading) -> None:
    await settled(source)
    numbers = iter(range(100, 200))
    source.neo.faults.add(
        faults.afterwards(lambda: source.stream(next(numbers), task_id="task-1")),
        when=TASKS,
        times=3,
    )
    correct(2, "2.5")(source)
    assert ZERO == (await compared(source)).drift
    await source.poll(MINUTE)
    assert source.priced() == await source.kept()


async def test_tasks_that_stand_for_their_streams_are_held_against_neo_too(
    source: Reading,
) -> None:
    source.neo.faults.add(faults.answer(403), when=faults.on("/usage/streams"), times=None)
    source.stream(9, OLD, task_id="task-1", **BYOK)
    await settled(source)
    assert () == (await compared(source)).differences
    assert (await source.state()).fallback
    correct(2, "2.5")(source)
    remove(0)(source)
    remove(1)(source)
    found = await compared(source)
    assert (ZERO, usd("40")) == (found.drift, found.healed)
    assert source.priced()[1:] == (await source.kept())[1:]


async def test_streams_that_come_back_meanwhile_are_not_counted_beside_their_tasks(
    source: Reading,
) -> None:
    await settled(source)
    correct(0, "2.5")(source)
    known = await source.kept()
    state, now = await source.state(), source.clock.now()
    assert state.begins is not None
    span = Span(state.begins, now - SETTLE)
    while_refused = compare_tasks.Scope(replace(state, fallback=True), span, now, source.clock)
    found = await compare_tasks.run(source.reader, while_refused)
    assert found is not None
    assert ([], known) == (found.found, await source.kept())


async def test_streams_that_are_booked_by_arrival_are_held_against_neo_too(
    source: Reading,
) -> None:
    """One that was never seen is booked now, as by a poll, so its task goes on; what that does next, totals would show."""
    source.neo.book.habits = Habits(own_times=False)
    await settled(source)
    await source.poll()
    assert (await source.state()).by_arrival
    correct(2, "2.5")(source)
    remove(0)(source)
    add(61, task_id="task-2")(source)
    found = await compared(source)
    assert (ZERO, usd("25")) == (found.drift, found.healed)
    assert source.priced() == await source.kept()
    source.stream(62, task_id="task-15")
    await source.poll(3 * HOUR)
    source.stream(63, task_id="task-15")
    assert () == (await compared(source)).differences


def of_created(source: Reading) -> faults.Act:
    """Neo's totals are of the tasks that were created in a span, whenever they ran."""

    def act(request: asked.Asked, reply: wire.Reply) -> wire.Reply:
        body: Any = reply.payload
        since, until = (_micros(request, end) for end in ("from", "to"))
        tasks = source.neo.book.task_ids(since, until)
        streams = [each for task in tasks for each in source.neo.book.streams_of(task)]
        people = totals.by_email(streams)
        return replace(
            reply,
            payload={**body, **totals.usage_of(source.neo.book, streams), "by_email": people},
        )

    return act


async def test_totals_of_what_was_created_then_are_taken_for_right_too(source: Reading) -> None:
    """Neo does not say which it counts; what an old task did after the last poll is in them then."""
    await settled(source)
    source.neo.faults.add(of_created(source), when=SUMMARY, times=None)
    source.stream(80, task_id="task-1")
    await source.poll()
    source.stream(81, task_id="task-1")
    assert () == (await compared(source)).differences
    assert source.priced() == await source.kept()


async def test_pages_that_lie_about_their_number_change_nothing(source: Reading) -> None:
    await settled(source)
    correct(0, "2.5")(source)
    remove(3)(source)
    for act in (faults.lie(total=1, has_more=False), faults.lie(total=999, has_more=True)):
        source.neo.faults.add(act, when=faults.on("/usage/tasks"), times=None)
        source.neo.faults.add(act, when=faults.on("/usage/streams"), times=None)
        found = await compared(source)
        assert ZERO == found.drift
        source.neo.faults.clear()
    assert source.priced() == await source.kept()


async def test_a_task_that_the_list_leaves_out_stays(source: Reading) -> None:
    await settled(source)
    source.neo.faults.add(
        faults.chain(faults.drop_rows(slice(None)), faults.lie(total=0)),
        when=lambda request: TASKS(request) and request.first("task_id") is None,
        times=None,
    )
    assert () == (await compared(source)).differences
    assert source.priced() == await source.kept()


async def test_a_task_that_cannot_be_read_stays(source: Reading) -> None:
    await settled(source)
    source.neo.faults.add(faults.set_fields(neo_credits="much"), when=TASKS, times=None)
    assert () == (await compared(source)).differences
    assert source.priced() == await source.kept()


async def test_rows_without_an_email_may_be_anyones(source: Reading) -> None:
    source.neo.faults.add(
        faults.drop_fields("email", which=slice(0, 4)), when=faults.on("/usage/streams"), times=None
    )
    await settled(source)
    source.neo.faults.clear()
    assert () == (await compared(source)).differences


async def test_each_source_is_held_against_its_own_neo(source: Reading, tmp_path: Path) -> None:
    other = reading.opened(tmp_path, "blue", source.database, source.clock)
    async with other as blue:
        await settled(source)
        await settled(blue)
        correct(0, "2.5")(source)
        remove(0)(blue)
        assert (usd("10"), usd("15")) == (
            (await compared(source)).healed,
            (await compared(blue)).healed,
        )
        assert source.priced() == await source.kept()
        assert blue.priced() == await blue.kept()


async def test_no_more_is_read_again_at_once_than_is_good(
    source: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(source)
    monkeypatch.setattr(compare_tasks, "MOST", 1)
    correct(0, "2.5")(source)
    correct(2, "3.5")(source)
    source.neo.accounts.close(reading.ADMIN.email, "usage/summary", 404)
    found = await compared(source)
    assert (usd("20"), usd("10")) == (found.healed, found.drift)
    assert "1 task that differs is read again the next time" in found.notes
    assert (usd("10"), ZERO) == ((rest := await compared(source)).healed, rest.drift)


async def test_a_source_that_was_not_read_yet_is_not_compared(source: Reading) -> None:
    assert await reconcile.run(source.reader, SETTLE, source.clock) is None
    source.neo.book.add(reading.make(1, NOW))
    await source.poll()
    source.neo.faults.add(faults.answer(500), times=None)
    with pytest.raises(NeoError):
        await compared(source)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param([0], [False], id="not at the first start"),
        pytest.param([0, 16, 17, 17.5, 41], [False, False, True, False, True], id="once a night"),
        pytest.param([0, 100, 101], [False, True, False], id="once after a long sleep"),
        pytest.param([0, 1000, 1, 17], [False, True, False, True], id="once a clock is set back"),
    ],
)
async def test_it_is_due_once_a_night(
    tmp_path: Path, hours: list[float], expected: list[bool]
) -> None:
    """At three o'clock in Berlin; it is ten there now."""
    found, zone = [], ZoneInfo("Europe/Berlin")
    async with reading.opened(tmp_path) as source:
        for hour in hours:
            now = NOW + hour * HOUR
            due = await reconcile.is_due(source.reader, zone, now)
            if due:
                await source.database.write(reconcile.done, "acme", now)
            found.append(due)
    assert expected == found


async def test_it_waits_until_neo_can_be_polled_again(source: Reading) -> None:
    async def is_due() -> bool:
        return await reconcile.is_due(source.reader, ZoneInfo("UTC"), source.clock.now())

    assert not await is_due()
    source.neo.faults.add(faults.answer(429, retry_after="3600"), times=None)
    await source.poll(DAY)
    assert not await is_due()
    source.neo.faults.clear()
    await source.poll(2 * HOUR)
    assert await is_due()


@pytest.mark.parametrize(
    ("most", "healed", "drift"),
    [
        pytest.param(1, "15", "15", id="one of two"),
        pytest.param(2, "30", "0", id="just enough"),
    ],
)
async def test_no_more_days_are_read_again_at_once_than_is_good(
    source: Reading, monkeypatch: pytest.MonkeyPatch, most: int, healed: str, drift: str
) -> None:
    source.stream(70, ago=50 * DAY, task_id="long")
    await settled(source)
    source.stream(71, ago=20 * DAY, task_id="long")
    source.stream(72, ago=30 * DAY, task_id="long")
    monkeypatch.setattr(compare_totals, "MOST", most)
    found = await compared(source)
    assert (usd(healed), usd(drift)) == (found.healed, found.drift)
    assert bool(found.drift) == any("the others are, the next time" in note for note in found.notes)
    assert ZERO == (await compared(source)).drift
    ledger = [each for each in source.neo.book.streams() if each.stream_id != usage.stream_id(70)]
    assert reading.priced(ledger) == await source.kept()


async def test_totals_that_neo_stops_to_give_leave_what_was_found(source: Reading) -> None:
    await settled(source)
    source.neo.faults.add(phantom(2), when=SUMMARY, times=2)
    refused = faults.Fault(faults.answer(404), SUMMARY, times=None)
    source.neo.faults.faults.append(refused)
    found = await compared(source)
    assert (False, ZERO) == (found.totals, found.drift)
    assert found.notes


async def broken_off(source: Reading, when: faults.When) -> None:
    """A run that Neo did not let come to its end."""
    source.neo.faults.add(faults.answer(500), when=when, times=None)
    with pytest.raises(NeoError):
        await compared(source)
    source.neo.faults.clear()


async def test_what_was_healed_before_it_was_broken_off_is_told_by_the_next_run(
    source: Reading,
) -> None:
    await settled(source)
    correct(0, "2.5")(source)
    correct(2, "1.7")(source)
    await broken_off(source, faults.on("/usage/streams", task_id="task-1"))
    found = await compared(source)
    assert (ZERO, usd("12")) == (found.drift, found.healed)
    assert ZERO == (await compared(source)).healed


async def test_what_was_begun_and_goes_on_by_now_is_not_told_as_healed_by_it(
    source: Reading,
) -> None:
    await settled(source)
    correct(0, "2.5")(source)
    correct(1, "1.7")(source)
    await broken_off(source, faults.on("/usage/streams", task_id="task-0"))
    source.stream(60, task_id="task-0")
    await source.poll()
    found = await compared(source)
    assert (ZERO, usd("12")) == (found.drift, found.healed)


async def test_so_is_what_only_the_totals_showed(source: Reading) -> None:
    source.stream(70, ago=50 * DAY, task_id="long")
    await settled(source)
    source.stream(71, ago=20 * DAY, task_id="long")
    source.stream(72, ago=25 * DAY, task_id="long")
    first = usage.micros(source.clock.now() - 22 * DAY)
    await broken_off(
        source,
        lambda asked: asked.path.endswith("/usage/streams") and _micros(asked, "to") < first,
    )
    found = await compared(source)
    assert (ZERO, usd("30")) == (found.drift, found.healed)
    assert ZERO == (await compared(source)).healed
