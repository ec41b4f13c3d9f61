from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify import figure
from rules.metric import Value
from rules.money import Money

_values = st.one_of(st.integers().map(Money), st.integers(), st.fractions(), st.timedeltas())


@given(_values)
def test_a_value_comes_back_exactly(value: Value) -> None:
    found = figure.decode(figure.encode(value))
    assert (type(value), value) == (type(found), found)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Money(61_200_000_000), "usd:61200000000"),
        (15, "n:15"),
        (Fraction(300, 7), "%:300/7"),
        (Fraction(20), "%:20"),
        (timedelta(hours=1, microseconds=1), "us:3600000001"),
    ],
)
def test_a_value_is_written_with_its_unit(value: Value, text: str) -> None:
    assert text == figure.encode(value)


@pytest.mark.parametrize("text", ["", "15", "eur:5"])
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a figure"):
        figure.decode(text)
