from collections import Counter
from datetime import UTC, datetime, timedelta

from bot.demo.neo import book, cast, generate, scenes, traffic, usage

START = datetime(2026, 3, 20, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def run(step: timedelta, seed: int = 1) -> tuple[book.Book, list[usage.Stream]]:
    """An hour of traffic, looked at every `step`."""
    filled = book.Book()
    live = traffic.Traffic(filled, START, seed=seed)
    seen: list[usage.Stream] = []
    now = START
    while now < START + HOUR:
        now += step
        seen += live.advance(now)
    return filled, seen


def test_nothing_happens_before_its_time() -> None:
    live = traffic.Traffic(book.Book(), START)
    assert [] == live.advance(START)
    assert [] != live.advance(START + timedelta(seconds=5))
    assert [] == live.advance(START + timedelta(seconds=5))
    assert [] == live.advance(START)


def test_what_is_due_at_an_instant_has_happened_at_it() -> None:
    first = traffic.Traffic(book.Book(), START).advance(START + timedelta(seconds=5))[0]
    again = traffic.Traffic(book.Book(), START)
    assert [first] == again.advance(usage.moment(first.created))


def test_the_size_of_the_steps_changes_nothing() -> None:
    often, seen_often = run(timedelta(seconds=1))
    seldom, seen_seldom = run(HOUR)
    assert often.streams() == seldom.streams()
    assert seen_often == seen_seldom
    assert often.streams() != run(HOUR, seed=2)[0].streams()


def test_streams_come_every_few_seconds_and_some_prices_are_corrected_later() -> None:
    filled, seen = run(HOUR)
    times = Counter(each.stream_id for each in seen)

    assert 1_000 < len(seen) < 1_400
    assert len(filled) == len(times)
    assert 40 < sum(count - 1 for count in times.values()) < 80
    latest = {each.stream_id: each for each in seen}
    assert latest == {each.stream_id: each for each in filled.streams()}


def test_some_streams_turn_up_well_after_they_began() -> None:
    live = traffic.Traffic(book.Book(), START)
    late = [each for each in live.advance(START + HOUR) if each.created < usage.micros(START)]
    assert [] != late


def test_the_runaway_task_grows_past_its_limit_within_two_minutes() -> None:
    filled = generate.fill(START, days=1)
    live = traffic.Traffic(filled, START)

    live.advance(START + timedelta(minutes=2))

    assert sum(each.cost for each in filled.streams_of(scenes.RUNAWAY.task_id)) > 3


def test_the_person_with_errors_goes_on_failing() -> None:
    _, seen = run(HOUR)
    priya = Counter(each.status for each in seen if each.task_id == scenes.FAILING.task_id)
    assert cast.PRIYA is scenes.FAILING.person
    assert 0.4 < (priya["error"] + priya["failed"]) / priya.total() < 0.6
