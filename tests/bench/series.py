"""Seeded daily spend for the forecast and spike benches, in USD: teams and persons, as alike as two real ones."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

DAYS = 150
"""The length of every series; day 0 is a Monday."""

Series = list[float]


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of series: its name and how one is drawn."""

    name: str
    draw: Callable[[Random], Series]


def team(random: Random) -> Series:
    """A level with a trend, weekdays, noise, bursts, and for a quarter of the teams one lasting shift."""
    level = random.lognormvariate(4.5, 1.0) / 3
    trend = random.gauss(0, 0.004)
    shape = _weekdays(random)
    shift_at = random.randint(60, 140) if random.random() < 0.25 else DAYS
    shift = random.uniform(0.4, 2.5)
    return [
        level
        * math.exp(trend * day)
        * shape[day % 7]
        * random.lognormvariate(0, 0.35)
        * (random.uniform(2, 5) if random.random() < 0.02 else 1)
        * (shift if day >= shift_at else 1)
        for day in range(DAYS)
    ]


def person(random: Random) -> Series:
    """Some tasks a day, few on weekends, each of its own cost; up to three weeks of holiday."""
    rate, weekend = random.uniform(0.2, 3), random.uniform(0, 0.4)
    cost = random.gauss(1, 0.6)
    holidays = {random.randrange(DAYS // 7) for _ in range(random.randint(0, 3))}
    return [
        0.0
        if day // 7 in holidays
        else sum(
            random.lognormvariate(cost, 1)
            for _ in range(_poisson(random, rate * (weekend if day % 7 >= 5 else 1)))
        )
        for day in range(DAYS)
    ]


def late(random: Random) -> Series:
    """A person who is new: nothing in the first 60 to 100 days."""
    begins = random.randint(60, 100)
    return [0.0 if day < begins else spent for day, spent in enumerate(person(random))]


TEAM, PERSON, LATE = Family("team", team), Family("person", person), Family("late joiner", late)


def drawn(family: Family, count: int, seed: int = 1) -> list[Series]:
    """`count` series of a family, each from its own seed, so that a longer bench begins like a shorter one."""
    return [family.draw(Random(f"{family.name}/{seed}/{number}")) for number in range(count)]


def _weekdays(random: Random) -> list[float]:
    """Quiet weekends for most teams, one loud weekday for the rest."""
    shape = [1.0] * 7
    if random.random() < 0.7:
        shape[5] = shape[6] = random.uniform(0.05, 0.6)
    else:
        shape[random.randrange(7)] = random.uniform(1.5, 4)
    return shape


def _poisson(random: Random, rate: float) -> int:
    count, left = 0, random.expovariate(1)
    while left < rate:
        count += 1
        left += random.expovariate(1)
    return count
