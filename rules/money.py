"""Money as a whole number of nano-dollars: exact to add, one rounding on the way in."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

NANO = 1_000_000_000
_ONE = Decimal(1)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in nano-dollars (1 USD = 1,000,000,000); may be negative."""

    nano: int

    @classmethod
    def from_usd(cls, amount: Decimal | int | Fraction) -> "Money":
        """The nearest nano-dollar to an amount in USD, ties to even."""
        if isinstance(amount, Decimal):
            return cls(int((amount * NANO).quantize(_ONE, rounding=ROUND_HALF_EVEN)))
        return cls(round(amount * NANO))

    @property
    def usd(self) -> Decimal:
        """The exact amount in USD."""
        return Decimal(self.nano).scaleb(-9)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.nano + other.nano)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.nano - other.nano)

    def __neg__(self) -> "Money":
        return Money(-self.nano)

    def __bool__(self) -> bool:
        return self.nano != 0

    def __str__(self) -> str:
        """As people read it: `$1,234.56`, `-$0.50`; what would round to nothing is `<$0.01`."""
        cents = abs(self.usd).quantize(_CENT, rounding=ROUND_HALF_EVEN)
        if self.nano and not cents:
            return "<$0.01" if self.nano > 0 else ">-$0.01"
        return f"{'-' if self.nano < 0 else ''}${cents:,}"


ZERO = Money(0)


def share(part: Money, whole: Money) -> Fraction:
    """`part` as an exact percentage of `whole`; zero of nothing is zero."""
    return Fraction(part.nano * 100, whole.nano) if whole.nano else Fraction(0)
