"""Reads values with their units, as people write them: `50 USD`, `5 credits`, `20%`, `15`, `1h30m`, `4x`."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from rules.metric import Unit, Value
from rules.money import Money

_NUMBER = re.compile(r"\d[\d_]*(?:\.\d+)?|\.\d+")
_QUANTITY = re.compile(rf"({_NUMBER.pattern})\s*([A-Za-z%]*)")
_DURATION = re.compile(r"(?:\d+(?:ms|[smhdw])\s*)+")
_PART = re.compile(r"(\d+)(ms|[smhdw])")
_SIZES = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_LONGEST = timedelta(days=3660)

EXPECTED = {
    Unit.MONEY: "an amount with its unit, such as `50 USD` or `5 credits`",
    Unit.COUNT: "a whole number, such as `15`",
    Unit.DURATION: "a duration, such as `30m`, `24h` or `1h30m`",
    Unit.PERCENT: "a percentage, such as `20%`",
}


@dataclass(frozen=True, slots=True)
class Amount:
    """A limit as it was written and what it comes to: a value, or with `percent` that much of a budget."""

    text: str
    value: Value | None
    percent: Fraction | None = None


def amount(text: str, unit: Unit, usd_per_credit: Decimal, *, of_budget: bool) -> Amount:
    """Reads a limit for a metric of `unit`; with `of_budget` a percentage is taken of the budget.

    Raises ValueError that says what was expected.
    """
    text = " ".join(text.split())
    if of_budget and unit is not Unit.PERCENT and text.endswith("%"):
        return Amount(text, None, percent(text))
    return Amount(text, _value(text, unit, usd_per_credit))


def of_budget(share: Fraction, budget: Value) -> Value:
    """What a percentage of a budget comes to, in the budget's unit; a count is rounded up to what reaches it."""
    match budget:
        case Money():
            return Money(round(budget.nano * share / 100))
        case timedelta():
            return timedelta(
                microseconds=round(Fraction(budget // timedelta(microseconds=1)) * share / 100)
            )
        case _:
            return -int(-(budget * share / 100) // 1)


def duration(text: str) -> timedelta:
    """Reads `90s`, `30m`, `24h`, `7d`, `2w` and runs of them; up to ten years."""
    text = text.strip()
    if not _DURATION.fullmatch(text):
        raise ValueError(f"`{text}` is not {EXPECTED[Unit.DURATION]}")
    span = sum(int(number) * _SIZES[unit] for number, unit in _PART.findall(text))
    if span > _LONGEST // timedelta(milliseconds=1):
        raise ValueError(f"`{text}` is longer than ten years")
    return timedelta(milliseconds=span)


def percent(text: str) -> Fraction:
    """Reads `20%` as the exact number 20."""
    number, unit = _split(text, "a percentage, such as `20%`")
    if unit != "%":
        raise ValueError(f"`{text}` is not a percentage, such as `20%`")
    return Fraction(number)


def factor(text: str) -> Fraction:
    """Reads `4x` as the exact number 4."""
    number, unit = _split(text, "a factor, such as `4x`")
    if unit.lower() != "x" or number <= 0:
        raise ValueError(f"`{text}` is not a factor, such as `4x`")
    return Fraction(number)


def _split(text: str, expected: str) -> tuple[Decimal, str]:
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"`{text}` is not {expected}")
    return Decimal(match[1].replace("_", "")), match[2]


def _value(text: str, unit: Unit, usd_per_credit: Decimal) -> Value:
    if unit is Unit.DURATION:
        return duration(text)
    number, written = _split(text, EXPECTED[unit])
    match unit, written.lower():
        case Unit.MONEY, "usd":
            return Money.from_usd(number)
        case Unit.MONEY, "credits" | "credit":
            return Money.from_usd(number * usd_per_credit)
        case Unit.COUNT, "" if number == int(number):
            return int(number)
        case Unit.PERCENT, "%":
            return Fraction(number)
        case _:
            raise ValueError(f"`{text}` is not {EXPECTED[unit]}")
