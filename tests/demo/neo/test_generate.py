from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.demo.neo import book, cast, generate, scenes, usage

FRIDAY = datetime(2026, 3, 20, 15, 7, 31, 250, tzinfo=UTC)
HOSTILE = [
    pytest.param(FRIDAY, id="on an ordinary afternoon"),
    pytest.param(datetime(2026, 5, 1, 0, 5, tzinfo=UTC), id="just into a month"),
    pytest.param(datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC), id="a second into a year"),
    pytest.param(datetime(2026, 3, 1, tzinfo=UTC), id="at the very edge of a month"),
    pytest.param(datetime(2026, 3, 31, 22, 0, 30, tzinfo=UTC), id="just into a month in Berlin"),
    pytest.param(datetime(2026, 11, 1, 4, 1, tzinfo=UTC), id="just into a month in New York"),
    pytest.param(datetime(2026, 6, 30, 18, 15, 2, tzinfo=UTC), id="just into a month in Nepal"),
    pytest.param(datetime(2026, 3, 29, 1, 0, 9, tzinfo=UTC), id="just after the clocks changed"),
    pytest.param(datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC), id="at the end of a leap day"),
]
ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Kolkata",
    "Asia/Kathmandu", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Chatham", "America/St_Johns",
]  # fmt: skip


def spend_since(filled: book.Book, since: datetime) -> Counter[str]:
    """Cents by person: what Neo charges, at 10 USD a credit."""
    spent: Counter[str] = Counter()
    for stream in filled.streams(usage.micros(since)):
        spent[stream.email] += int(stream.cost * 1000)
    return spent


@pytest.mark.parametrize("end", HOSTILE)
def test_todays_and_this_months_trouble_is_there_in_every_zone(end: datetime) -> None:
    filled = generate.fill(end, days=1)

    for zone in map(ZoneInfo, ZONES):
        local = end.astimezone(zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        today = spend_since(filled, midnight.astimezone(UTC))
        assert today[cast.MAYA.email] > 100_00
        assert today[cast.ANA.email] > 50_00
        month = filled.streams(usage.micros(midnight.replace(day=1).astimezone(UTC)))
        byok = [each.neo_cost or 0 for each in month if each.email == cast.TOMAS.email]
        assert sum(byok) > 2


@pytest.mark.parametrize("end", HOSTILE)
def test_one_person_fails_often_one_task_runs_away_and_one_is_blocked(end: datetime) -> None:
    filled = generate.fill(end, days=1)

    late = filled.streams(usage.micros(end - timedelta(hours=6)))
    priya = Counter(each.status for each in late if each.email == cast.PRIYA.email)
    judged = priya.total() - priya["aborted"]
    assert judged >= 20
    assert (priya["error"] + priya["failed"]) / judged > 0.3

    runaway = filled.task(scenes.RUNAWAY.task_id)
    assert Decimal(28) < sum(each.cost for each in runaway.streams) * 10 < Decimal(30)
    assert runaway.first.created > usage.micros(end - timedelta(hours=4))

    assert filled.task(scenes.BLOCKED.task_id).status == "blocked"
    assert all(each.status != "blocked" for each in filled.streams())


@pytest.mark.parametrize("end", HOSTILE)
def test_nothing_lies_outside_the_days_asked_for(end: datetime) -> None:
    created = [each.created for each in generate.fill(end, days=3).streams()]
    assert usage.micros(end - timedelta(days=3)) <= created[0]
    assert created[-1] <= usage.micros(end)


def test_the_same_seed_and_end_give_the_same_data() -> None:
    first, again = generate.fill(FRIDAY, seed=4), generate.fill(FRIDAY, seed=4)
    assert first.streams() == again.streams()
    assert first.streams() != generate.fill(FRIDAY, seed=5).streams()


def test_a_past_day_stays_as_it_was() -> None:
    begin = FRIDAY - timedelta(days=5)
    until = usage.micros(FRIDAY)
    later = generate.history(FRIDAY + timedelta(hours=30), seed=1, days=10)
    now = generate.history(FRIDAY, seed=1, days=5)
    assert [each for each in later if usage.micros(begin) <= each.created <= until] == now


def test_the_data_looks_like_a_team_at_work() -> None:
    filled = generate.fill(FRIDAY)
    streams = generate.history(FRIDAY)
    spent: Counter[str] = Counter()
    by_weekday: Counter[bool] = Counter()
    for stream in streams:
        spent[stream.email] += int(stream.cost * 1000)
        by_weekday[usage.moment(stream.created).weekday() < 5] += 1

    assert 2_000 < len(filled) < 6_000
    assert 1_200_00 < spent.total() * 30 / 35 < 2_400_00
    assert {person.email for person in cast.PEOPLE} == set(spent)
    assert sum(count for _, count in spent.most_common(3)) > spent.total() / 2
    assert by_weekday[True] / 25 > 2 * by_weekday[False] / 10
    assert {cast.TOMAS.email, cast.WEI.email} == {each.email for each in streams if each.byok}
    assert {"completed", "error", "failed", "aborted"} == {each.status for each in streams}
    assert all((each.error is None) == (each.status == "completed") for each in streams)
    assert 0.02 < sum(each.status in ("error", "failed") for each in streams) / len(streams) < 0.1


@pytest.mark.parametrize("stream", generate.fill(FRIDAY, days=2).streams()[::9])
def test_a_stream_is_priced_by_its_kind_and_its_times_add_up(stream: usage.Stream) -> None:
    if stream.byok:
        assert stream.credits is None
        assert stream.llm_cost is not None
        assert stream.neo_cost == stream.llm_cost * Decimal(cast.NEO_COST_RATE)
    else:
        assert stream.credits is not None
        assert (None, None) == (stream.llm_cost, stream.neo_cost)
    assert stream.cost > 0
    assert stream.total_ms >= stream.llm_ms + stream.tool_ms
