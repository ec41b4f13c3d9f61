"""A value that swings 5% around its limit for a day and a night is one alert and one end, whatever is measured."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alert import Reason
from rules.metric import Value
from rules.money import Money
from rules.rule import Rule
from rules.tick import Circumstances
from tests.rules import making, samples
from tests.rules.simulation import World

START = datetime(2026, 11, 18, tzinfo=UTC)
EVERY = timedelta(minutes=6)
CALM = Fraction(1, 4)
ONCE = [Reason.FIRST, Reason.RESOLVED]

Gauges = Mapping[tuple[str, str], Value]
Meter = Callable[[World, Fraction], Gauges]
"""Has the world measure so much of the limit; gives what billing says."""


def spend(world: World, part: Fraction) -> Gauges:
    """One record, that Neo corrects, of the 50 dollars that are the limit."""
    at = START + timedelta(hours=1)
    world.book(samples.record(credits=Money(round(making.usd(50).nano * part)), at=at))
    return {}


def failures(world: World, part: Fraction) -> Gauges:
    """So many of 200 streams that the limit of 20% is where 40 have failed."""
    failed = math.ceil(40 * part)
    for number in range(200):
        status = "failed" if number < failed else "completed"
        known = world.ledger.get(f"stream-{number}")
        if known is None or known.status != status:
            world.book(samples.record(key=f"stream-{number}", status=status, at=START))
    return {}


def balance(_: World, part: Fraction) -> Gauges:
    """What is left of the 50 dollars under which it is too little: the less, the further past the limit."""
    return {("credit_balance", "acme"): Money(round(making.usd(50).nano * (2 - part)))}


def age(_: World, part: Fraction) -> Gauges:
    return {("data_age", "acme"): timedelta(minutes=10) * float(part)}


ROLLING = "metric: spend\nwindow: 7d\nthresholds: {warning: 50 USD}"
RATE = "metric: error_rate\nwindow: 7d\nmin_count: 20\nthresholds: {warning: 20%}"
BALANCE = "metric: credit_balance\ngroup_by: [source]\nbelow: true\nthresholds: {warning: 50 USD}"
PERIOD = "metric: spend\nwindow: week\nthresholds: {warning: 50 USD}"

KINDS = [
    pytest.param(ROLLING, spend, ONCE, id="a rolling sum"),
    pytest.param(f"{ROLLING}\nrecover: 46 USD", spend, ONCE, id="with recover"),
    pytest.param(f"{ROLLING}\nrecover: 50 USD\nkeep: 1h", spend, ONCE, id="with nothing but keep"),
    pytest.param(
        f"{ROLLING.replace('}', ', critical: 50 USD}')}", spend, ONCE, id="two limits at once"
    ),
    pytest.param(
        ROLLING.replace("warning: 50 USD", "warning: 20 USD, critical: 50 USD"),
        spend,
        ONCE,
        id="around the higher of two limits",
    ),
    pytest.param(
        "metric: cost_per_task\nwindow: week\nthresholds: {warning: 50 USD}",
        spend,
        ONCE,
        id="a ratio in a calendar window",
    ),
    pytest.param(
        "metric: task_cost\nwindow: 7d\nthresholds: {warning: 50 USD}", spend, ONCE, id="a maximum"
    ),
    pytest.param(RATE, failures, ONCE, id="a rate"),
    pytest.param(f"{RATE}\nfor: 12m", failures, ONCE, id="a rate that has to last"),
    pytest.param(BALANCE, balance, ONCE, id="a gauge below its limit"),
    pytest.param(f"{BALANCE}\nkeep: 20m", balance, ONCE, id="a gauge with keep"),
    pytest.param(
        "metric: data_age\ngroup_by: [source]\nthresholds: {warning: 10m}", age, ONCE, id="a gauge"
    ),
    pytest.param(
        PERIOD,
        spend,
        [Reason.FIRST, Reason.CORRECTED],
        id="the sum of a period, that Neo corrects up and down",
    ),
]


def said(world: World, gauges: Gauges, at: datetime) -> list[Reason]:
    now = Circumstances(at, gauges=gauges)
    return [step.reason for step in world.tick(now) if step.reason is not None]


@pytest.mark.parametrize(("text", "meter", "expected"), KINDS)
def test_a_value_that_swings_for_a_day_speaks_twice(
    text: str, meter: Meter, expected: list[Reason]
) -> None:
    world, at = World([samples.rule(text)]), START + timedelta(hours=2)
    reasons = said(world, meter(world, CALM), at)
    for number in range(240):
        at += EVERY
        swing = Fraction(round(50 * math.sin(number * 0.7)), 1000)
        reasons += said(world, meter(world, 1 + swing), at)
    for _ in range(12):
        at += EVERY
        reasons += said(world, meter(world, CALM), at)
    assert expected == reasons


_swings = st.lists(
    st.tuples(st.integers(-50, 50), st.sampled_from([1, 1, 7, 60, 600])), min_size=1, max_size=30
)
_simple = st.sampled_from(
    [
        (samples.rule(ROLLING), spend, ONCE),
        (samples.rule(BALANCE), balance, ONCE),
        (samples.rule(PERIOD), spend, [Reason.FIRST, Reason.CORRECTED]),
    ]
)


@settings(max_examples=200)
@given(_simple, _swings)
def test_however_it_swings_it_speaks_twice(
    kind: tuple[Rule, Meter, list[Reason]], swings: list[tuple[int, int]]
) -> None:
    rule, meter, expected = kind
    world, at = World([rule]), START + timedelta(hours=2)
    reasons = said(world, meter(world, CALM), at)
    for swing, minutes in swings:
        at += timedelta(minutes=minutes)
        reasons += said(world, meter(world, 1 + Fraction(swing, 1000)), at)
    reasons += said(world, meter(world, CALM), at)
    crossed = any(swing >= 0 for swing, _ in swings)
    # A period whose sum comes back higher than it ever was says so, in the thread.
    assert (expected if crossed else []) == [each for each in reasons if each is not Reason.REPEAT]
