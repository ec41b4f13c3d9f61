from fractions import Fraction

import pytest

from rules import terms
from rules.money import Money
from rules.quantity import Amount
from rules.terms import Limit, Severity

HALF = Amount("50%", None, Fraction(50))


def test_severities_are_ordered_and_named() -> None:
    assert [Severity.INFO, Severity.WARNING, Severity.CRITICAL] == sorted(Severity)
    assert ["info", "warning", "critical"] == [str(each) for each in Severity]


def test_a_severity_is_read_in_any_case() -> None:
    assert Severity.WARNING is terms.severity("Warning")


def test_what_is_no_severity_names_the_nearest() -> None:
    with pytest.raises(ValueError, match='did you mean "critical"'):
        terms.severity("critcal")


def test_limits_are_listed_by_rising_severity() -> None:
    one, two = Amount("1 USD", Money(1)), Amount("2 USD", Money(2))
    assert (
        Limit(Severity.INFO, Money(1), "1 USD"),
        Limit(Severity.CRITICAL, Money(2), "2 USD"),
    ) == terms.limits({Severity.CRITICAL: two, Severity.INFO: one}, None)
    assert () == terms.limits(None, None)


def test_a_percentage_comes_to_its_share_of_the_budget() -> None:
    found = terms.limit(Severity.INFO, HALF, Amount("1 USD", Money(1000)))
    assert Limit(Severity.INFO, Money(500), "50% of 1 USD") == found


def test_an_amount_is_written_with_the_budget_that_it_is_of() -> None:
    budget = Amount("9 USD", Money(9))
    assert ["50% of 9 USD", "50%", "3 USD"] == [
        terms.text(HALF, budget),
        terms.text(HALF, None),
        terms.text(Amount("3 USD", Money(3)), budget),
    ]


@pytest.mark.parametrize("budget", [None, Amount("?", None)])
def test_a_percentage_of_no_budget_is_no_limit(budget: Amount | None) -> None:
    with pytest.raises(ValueError, match="50% is a percentage of a budget, and there is none"):
        terms.limit(Severity.INFO, HALF, budget)
