from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from rules import quantity
from rules.metric import Unit, Value
from rules.money import Money
from rules.quantity import Amount

RATE = Decimal(10)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        pytest.param("50 USD", Unit.MONEY, Money.from_usd(50), id="dollars"),
        pytest.param(
            "50usd", Unit.MONEY, Money.from_usd(50), id="in any case, with or without a space"
        ),
        pytest.param("5 credits", Unit.MONEY, Money.from_usd(50), id="credits at their price"),
        pytest.param("1 credit", Unit.MONEY, Money.from_usd(10), id="one credit"),
        pytest.param("4.10 USD", Unit.MONEY, Money.from_usd(Decimal("4.1")), id="cents"),
        pytest.param(".5 USD", Unit.MONEY, Money.from_usd(Decimal("0.5")), id="no leading zero"),
        pytest.param("10_000 USD", Unit.MONEY, Money.from_usd(10000), id="digits in groups"),
        pytest.param("15", Unit.COUNT, 15, id="a count"),
        pytest.param("15.0", Unit.COUNT, 15, id="a whole number with a point"),
        pytest.param("20%", Unit.PERCENT, Fraction(20), id="a percentage"),
        pytest.param("12.5 %", Unit.PERCENT, Fraction(25, 2), id="a broken percentage is exact"),
        pytest.param("1h30m", Unit.DURATION, timedelta(minutes=90), id="a duration"),
    ],
)
def test_a_limit_is_read_in_its_unit(text: str, unit: Unit, expected: Value) -> None:
    assert Amount(text, expected) == quantity.amount(text, unit, RATE, of_budget=False)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("50", Unit.MONEY),
        ("50 EUR", Unit.MONEY),
        ("50%", Unit.MONEY),
        ("-5 USD", Unit.MONEY),
        ("five USD", Unit.MONEY),
        ("1.5", Unit.COUNT),
        ("15 USD", Unit.COUNT),
        ("20", Unit.PERCENT),
        ("20", Unit.DURATION),
        ("30 minutes", Unit.DURATION),
        ("", Unit.DURATION),
    ],
)
def test_a_limit_in_another_unit_says_what_was_expected(text: str, unit: Unit) -> None:
    with pytest.raises(ValueError, match=f"`{text}` is not {quantity.EXPECTED[unit][:12]}"):
        quantity.amount(text, unit, RATE, of_budget=False)


def test_a_percentage_of_a_budget_waits_for_the_budget() -> None:
    assert Amount("80%", None, Fraction(80)) == quantity.amount(
        "80%", Unit.MONEY, RATE, of_budget=True
    )


def test_with_a_budget_plain_limits_are_still_read() -> None:
    found = quantity.amount("8 USD", Unit.MONEY, RATE, of_budget=True)
    assert Amount("8 USD", Money.from_usd(8)) == found


def test_white_space_is_evened_out() -> None:
    assert "50 USD" == quantity.amount(" 50   USD ", Unit.MONEY, RATE, of_budget=False).text


@pytest.mark.parametrize(
    ("share", "budget", "expected"),
    [
        pytest.param(80, Money(2000), Money(1600), id="of money"),
        pytest.param(50, timedelta(hours=3), timedelta(minutes=90), id="of a duration"),
        pytest.param(50, 10, 5, id="of a count"),
        pytest.param(50, 5, 3, id="of an odd count, rounded up to what reaches it"),
    ],
)
def test_a_share_of_a_budget(share: int, budget: Value, expected: Value) -> None:
    assert expected == quantity.of_budget(Fraction(share), budget)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("250ms", timedelta(milliseconds=250)),
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        (" 1h 30m ", timedelta(minutes=90)),
        ("3660d", timedelta(days=3660)),
    ],
)
def test_a_duration_is_read(text: str, expected: timedelta) -> None:
    assert expected == quantity.duration(text)


def test_a_duration_has_an_end() -> None:
    with pytest.raises(ValueError, match="longer than ten years"):
        quantity.duration("3661d")


@pytest.mark.parametrize("text", ["20", "20 USD", "x%", "20%%"])
def test_what_is_no_percentage_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="is not a percentage, such as `20%`"):
        quantity.percent(text)


def test_a_factor_is_exact() -> None:
    assert Fraction(9, 2) == quantity.factor("4.5x")
    assert Fraction(4) == quantity.factor("4X")


@pytest.mark.parametrize("text", ["4", "0x", "x", "4%"])
def test_what_is_no_factor_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="is not a factor, such as `4x`"):
        quantity.factor(text)
