from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import money
from rules.money import Money


@pytest.mark.parametrize(
    ("amount", "nano"),
    [
        pytest.param(1, 1_000_000_000, id="a whole dollar"),
        pytest.param(Decimal("0.1") + Decimal("0.2"), 300_000_000, id="decimals are exact"),
        pytest.param(
            Decimal("0.0000000005"), 0, id="half a nano-dollar goes to the even neighbour"
        ),
        pytest.param(Decimal("0.0000000015"), 2, id="one and a half goes to two"),
        pytest.param(Decimal("-0.0000000025"), -2, id="negative halves go to even too"),
        pytest.param(Fraction(1, 3), 333_333_333, id="a fraction goes to the nearest"),
    ],
)
def test_an_amount_in_usd_is_rounded_once(amount: Decimal | int | Fraction, nano: int) -> None:
    assert Money(nano) == Money.from_usd(amount)


@given(st.integers(-(10**18), 10**18))
def test_usd_gives_back_every_nano_dollar(nano: int) -> None:
    assert Money(nano) == Money.from_usd(Money(nano).usd)


def test_money_adds_subtracts_and_orders() -> None:
    two, five = Money.from_usd(2), Money.from_usd(5)
    assert Money.from_usd(7) == two + five
    assert Money.from_usd(-3) == two - five
    assert Money.from_usd(-2) == -two
    assert two < five
    assert two
    assert not money.ZERO


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        pytest.param("0", "$0.00", id="nothing"),
        pytest.param("1234.56", "$1,234.56", id="thousands are grouped"),
        pytest.param("-0.5", "-$0.50", id="the sign stands before the dollar"),
        pytest.param("0.005", "<$0.01", id="what rounds to nothing is still something"),
        pytest.param("-0.004", ">-$0.01", id="a tiny credit is still something"),
        pytest.param("0.015", "$0.02", id="cents round half to even"),
        pytest.param("0.025", "$0.02", id="down as well as up"),
    ],
)
def test_money_is_written_as_people_read_it(usd: str, text: str) -> None:
    assert text == str(Money.from_usd(Decimal(usd)))


def test_a_share_is_an_exact_percentage() -> None:
    assert Fraction(100, 3) == money.share(Money(1), Money(3))
    assert Fraction(0) == money.share(Money(1), money.ZERO)
