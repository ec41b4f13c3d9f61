"""The axis of money: round steps that hold the highest value, and their labels."""

from collections.abc import Iterator
from dataclasses import dataclass

from rules.money import NANO, Money

_STEPS = 5
"""How many steps there are at most."""
_THOUSAND = 1_000
_ROUND = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Axis:
    """From nothing to `count` steps of `step`."""

    step: Money
    count: int

    @property
    def top(self) -> Money:
        return Money(self.step.nano * self.count)

    def steps(self) -> list[tuple[Money, str]]:
        """Each step with how it is written: `$0`, `$250`, `$2.5k`."""
        return [
            (amount := Money(self.step.nano * number), _text(amount, self.step))
            for number in range(self.count + 1)
        ]


def over(highest: Money) -> Axis:
    """The axis with the finest steps that do for a value above nothing."""
    found = (Axis(step, -(-highest.nano // step.nano)) for step in _steps())
    return next(axis for axis in found if axis.count <= _STEPS)


def _steps() -> Iterator[Money]:
    """1, 2 and 5 cents, 10, 20, 50 …"""
    power = NANO // 100
    while True:
        yield from (Money(power * number) for number in _ROUND)
        power *= 10


def _text(amount: Money, step: Money) -> str:
    if step.nano % NANO:
        return f"${amount.usd:,.2f}"
    dollars = amount.nano // NANO
    if step.nano >= _THOUSAND * NANO:
        return f"${dollars // _THOUSAND:,}k" if dollars else "$0"
    return f"${dollars:,}"
