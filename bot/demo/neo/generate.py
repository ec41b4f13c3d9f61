"""The sample data: weeks of a team's usage, as a function of a seed and of the instant it ends."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from bot.demo.neo import book, cast, dice, scenes, usage

DAY = timedelta(days=1)
SATURDAY = 5
AT_ONCE = 0.96  # the share of streams that follow the one before within minutes


def fill(
    end: datetime, *, seed: int = 1, days: int = 35, habits: book.Habits | None = None
) -> book.Book:
    """Write a book of `days` days of usage up to `end`, with the scenes of its last hours."""
    filled = book.Book(habits)
    filled.add(*history(end, seed=seed, days=days), *scenes.play(seed, end))
    filled.set_task_status(scenes.BLOCKED.task_id, "blocked")
    return filled


def history(end: datetime, *, seed: int = 1, days: int = 35) -> list[usage.Stream]:
    """Make ordinary usage. A past day is the same whatever the end is."""
    first, last = usage.micros(end - days * DAY), usage.micros(end)
    dates = [(end - number * DAY).astimezone(UTC).date() for number in range(days, -1, -1)]
    return [
        stream
        for day in dates
        for person in cast.PEOPLE
        for stream in _working_day(dice.seeded(seed, day, person.email), person, day)
        if first <= stream.created <= last
    ]


def _working_day(chance: random.Random, person: cast.Person, day: date) -> Iterator[usage.Stream]:
    share = person.weekend if day.weekday() >= SATURDAY else 1 - 0.05 * abs(day.weekday() - 2)
    for _ in range(dice.count(chance, person.tasks * share)):
        work = dice.job(chance, person)
        created = usage.micros(_start(chance, person, day))
        for _ in range(1 + dice.count(chance, 1)):
            price = dice.price(chance, person.credits)
            yield dice.stream(chance, work, created, price, person.failing)
            created += dice.length(chance, _pause(chance))


def _start(chance: random.Random, person: cast.Person, day: date) -> datetime:
    """People begin tasks around midday, machines at night."""
    midday, spread = (2.5, 1.0) if person is cast.CI else (12.5, 2.8)
    hours = min(max(chance.gauss(midday, spread), 0), 23.9)
    return datetime.combine(day, time(tzinfo=UTC)) + timedelta(hours=hours)


def _pause(chance: random.Random) -> timedelta:
    """A task goes on within minutes; now and then it is taken up again a day or more later."""
    return timedelta(minutes=25) if chance.random() < AT_ONCE else timedelta(days=1.5)
