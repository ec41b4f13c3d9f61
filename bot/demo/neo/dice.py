"""Seeded makers of lifelike streams: the same seed gives the same stream."""

import math
import random
import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bot.demo.neo import cast, usage

ABORTING = 0.02  # the share of streams that their people stop
SPREAD = 1.0  # sigma of the log-normal prices: a few streams cost most of the money


@dataclass(frozen=True, slots=True)
class Job:
    """A task while it is being made: whose it is, what it is called, and on which model it runs."""

    task_id: str
    title: str
    person: cast.Person
    model: str


def seeded(*parts: object) -> random.Random:
    """A source of chance that depends on these parts alone."""
    return random.Random("/".join(str(part) for part in parts))


def job(dice: random.Random, person: cast.Person) -> Job:
    title = dice.choice(cast.TITLES).format(host=dice.choice(cast.HOSTS))
    return Job(f"task_{dice.getrandbits(48):012x}", title, person, dice.choice(person.models))


def price(dice: random.Random, mean: float) -> Decimal:
    """Draw a price in credits: log-normal, to the millionth."""
    drawn = dice.lognormvariate(math.log(mean) - SPREAD**2 / 2, SPREAD)
    return exact(min(drawn, mean * 12))


def exact(amount: float) -> Decimal:
    """Round credits to the millionth, at least one."""
    return Decimal(max(round(amount * 1_000_000), 1)).scaleb(-6)


def outcome(dice: random.Random, failing: float) -> tuple[str, str | None]:
    """Draw a status and its error message."""
    if dice.random() < failing:
        return dice.choice(cast.FAILURES)
    return cast.ABORTED if dice.random() < ABORTING else ("completed", None)


def stream(
    dice: random.Random, work: Job, created: int, price: Decimal, failing: float = 0
) -> usage.Stream:
    """Make one stream whose steps, tools and times fit its price (in credits; llm_cost if BYOK)."""
    steps = max(2, round(float(price) * 160 * dice.uniform(0.6, 1.4)))
    status, error = outcome(dice, failing)
    tools = _tools(dice, steps)
    llm_ms = sum(dice.randint(2_000, 9_000) for _ in range(min(steps, 40))) * max(steps // 40, 1)
    byok = work.person.byok
    return usage.Stream(
        stream_id=str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        task_id=work.task_id,
        created=created,
        email=work.person.email,
        model=work.model,
        status=status,
        title=work.title,
        error=error,
        byok=byok,
        credits=None if byok else price,
        llm_cost=price if byok else None,
        neo_cost=price * Decimal(cast.NEO_COST_RATE) if byok else None,
        steps=steps,
        llm_ms=llm_ms,
        total_ms=llm_ms + sum(each.ms for each in tools.values()) + dice.randint(200, 4_000),
        tools=tools,
        agents={name: dice.randint(1, 4) for name in dice.sample(cast.AGENTS, dice.randint(1, 2))},
    )


def count(dice: random.Random, mean: float) -> int:
    """Draw from a Poisson distribution (Knuth's way; the means here are small)."""
    limit, drawn, product = math.exp(-mean), 0, dice.random()
    while product > limit:
        drawn += 1
        product *= dice.random()
    return drawn


def length(dice: random.Random, mean: timedelta) -> int:
    """Draw a waiting time, in microseconds."""
    return round(dice.expovariate(1) * (mean / timedelta(microseconds=1)))


def _tools(dice: random.Random, steps: int) -> dict[str, usage.ToolUse]:
    names = sorted(dice.sample(sorted(cast.TOOLS), dice.randint(1, 4)))
    calls = {name: dice.randint(1, max(1, steps // len(names))) for name in names}
    return {
        name: usage.ToolUse(times, round(times * cast.TOOLS[name] * dice.uniform(0.5, 1.8)))
        for name, times in calls.items()
    }
