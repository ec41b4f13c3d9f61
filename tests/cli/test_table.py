"""Tables and exact numbers."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import exact, table
from rules.metric import Value
from rules.money import Money

NANO = 1_000_000_000


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([Money(5 * NANO), Money(-1234 * NANO)], ["$5.00", "-$1,234.00"]),
        ([Money(5 * NANO), Money(1_500_000)], ["$5.0000", "$0.0015"]),
        ([Money(100 * NANO)], ["$100.00"]),
        ([Money(0)], ["$0.00"]),
        ([timedelta(hours=26, minutes=3, seconds=9)], ["26:03:09"]),
        ([timedelta(seconds=1), timedelta(milliseconds=250)], ["0:00:01.000", "0:00:00.250"]),
        ([Fraction(100, 3), Fraction(0)], ["33.3%", "0.0%"]),
        ([1234567, 1], ["1,234,567", "1"]),
        ([], []),
    ],
    ids=str,
)
def test_a_column_has_the_digits_of_its_finest_value(
    values: list[Value], expected: list[str]
) -> None:
    assert expected == table.column(values)


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1))
def test_money_adds_up_as_it_is_shown(amounts: list[int]) -> None:
    shown = table.column([*map(Money, amounts), Money(sum(amounts))])
    bare = [round(Fraction(cell.replace("$", "").replace(",", "")) * NANO) for cell in shown]
    assert [*amounts, sum(amounts)] == bare


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Money(61_200_000_000), "61.2"),
        (Money(100 * NANO), "100"),
        (Money(-1), "-0.000000001"),
        (Money(0), "0"),
        (timedelta(milliseconds=1500), "1.5"),
        (timedelta(days=20), "1728000"),
        (Fraction(300, 7), "42.857142857143"),
        (Fraction(100), "100"),
        (12, "12"),
    ],
    ids=str,
)
def test_numbers_are_exact_and_bare(value: Value, expected: str) -> None:
    assert expected == exact.number(value)


def test_wide_and_combining_characters_keep_columns_aligned() -> None:
    shown = table.render(["name", "n"], [["日本", "1"], ["e\u0301a", "22"]])
    assert "name   n\n────  ──\n日本   1\ne\u0301a    22" == shown


@given(st.text())
def test_outside_text_stays_in_its_line(text: str) -> None:
    shown = table.plain(text)
    assert len(shown) <= 80
    assert shown.isprintable()
