"""Round steps for any amount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chart import axis
from rules.money import NANO, Money


@pytest.mark.parametrize(
    ("highest", "labels"),
    [
        (1, "$0.00 $0.01"),
        (NANO // 4, "$0.00 $0.05 $0.10 $0.15 $0.20 $0.25"),
        (NANO, "$0.00 $0.20 $0.40 $0.60 $0.80 $1.00"),
        (NANO + 1, "$0.00 $0.50 $1.00 $1.50"),
        (4 * NANO, "$0 $1 $2 $3 $4"),
        (410 * NANO, "$0 $100 $200 $300 $400 $500"),
        (1_900 * NANO, "$0 $500 $1,000 $1,500 $2,000"),
        (3_000 * NANO, "$0 $1k $2k $3k"),
        (2_400_000 * NANO, "$0 $500k $1,000k $1,500k $2,000k $2,500k"),
    ],
)
def test_steps_are_round_and_few(highest: int, labels: str) -> None:
    assert labels.split() == [label for _, label in axis.over(Money(highest)).steps()]


@given(st.integers(1, 10**18))
def test_the_highest_value_is_held_and_not_dwarfed(highest: int) -> None:
    found = axis.over(Money(highest))
    assert 1 <= found.count <= 5
    assert highest <= found.top.nano < max(10_000_001, 2 * highest + found.step.nano)
