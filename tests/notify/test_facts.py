from bot.notify.facts import Split
from rules.money import Money


def test_what_is_spent_is_what_neo_is_paid() -> None:
    assert Money(3) == Split(Money(1), Money(2), Money(4)).spend
