"""What the sample data promises to show at any hour of any day: its people in trouble.

Every common time zone is a whole number of quarter hours away from UTC, so a day or a month never begins
between quarter hours. Spend that lies after the last quarter hour is therefore part of today and of this
month everywhere, even one second into the year.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bot.demo.neo import cast, dice, usage

QUARTER = 15 * 60 * 1_000_000
RECENT = 4 * 60 * 1_000_000  # "a moment ago", in microseconds
HOUR = 3600 * 1_000_000

RUNAWAY = dice.Job(
    "task_5ca1ab1ef00d",
    "Crawl and fuzz everything under *.acme.test",
    cast.LIAM,
    "claude-sonnet-4-5",
)
FAILING = dice.Job("task_0ddba11c0ffe", "Retest all findings nightly", cast.PRIYA, "gpt-5")
BLOCKED = dice.Job("task_b10cced5ca1e", "Full external scan of vpn.acme.test", cast.NOOR, "gpt-5")


def play(seed: int, end: datetime) -> list[usage.Stream]:
    """Make the streams of all scenes, the last of them at `end` or just before."""
    now = usage.micros(end)
    chance = dice.seeded(seed, "scenes", now)
    return [
        *_spree(chance, cast.MAYA, now, total=11.6),
        *_spree(chance, cast.ANA, now, total=6.2),
        *_spree(chance, cast.TOMAS, now, total=12.4),
        *_failures(chance, now),
        *_runaway(chance, now),
        *_blocked(chance, now),
    ]


def _spree(
    chance: random.Random, person: cast.Person, now: int, total: float
) -> Iterator[usage.Stream]:
    """One big task, spread over several streams of the last moments: over 116, 62 or 24 USD."""
    begin = max(now - RECENT, now - now % QUARTER)
    work = dice.job(chance, person)
    shares = [chance.uniform(0.6, 1.4) for _ in range(8)]
    for share in shares:
        price = dice.exact(total * share / sum(shares) + 0.000001)
        yield dice.stream(chance, work, chance.randint(begin, now), price)


def _failures(chance: random.Random, now: int) -> Iterator[usage.Stream]:
    """Thirty cheap streams within the last 100 minutes, of which every second one fails."""
    for number in range(30):
        created = now - round((30 - number - chance.random()) * 200 * 1_000_000)
        yield dice.stream(
            chance, FAILING, created, dice.price(chance, 0.01), failing=1 if number % 2 else 0
        )


def _runaway(chance: random.Random, now: int) -> Iterator[usage.Stream]:
    """Close to 29 USD in three hours; live traffic lets it grow on."""
    for number in range(60):
        created = now - round((60 - number - chance.random() * 0.9) * HOUR / 20)
        yield dice.stream(chance, RUNAWAY, created, Decimal("0.0478"))


def _blocked(chance: random.Random, now: int) -> Iterator[usage.Stream]:
    """Three streams, the last one stopped by a spending cap."""
    for minutes in (50, 45, 40):
        created = now - minutes * 60 * 1_000_000
        yield dice.stream(chance, BLOCKED, created, dice.price(chance, 0.08))
    last = dice.stream(chance, BLOCKED, now - 38 * 60 * 1_000_000, Decimal("0.004"))
    yield replace(last, status="aborted", error=cast.BLOCKED)
