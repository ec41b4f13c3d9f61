"""Tables for a terminal: aligned, with outside text made harmless."""

import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from rules.metric import Value
from rules.money import Money

_CENTS = 2
_LONGEST = 80


def render(head: Sequence[str], rows: Sequence[Sequence[str]], total: Sequence[str] = ()) -> str:
    """Columns under their heads, the last of them to the right; `total` stands below a line."""
    lines = [head, *rows, *([total] if total else [])]
    widths = [max(width(line[place]) for line in lines) for place in range(len(head))]
    ruled = ["─" * column for column in widths]
    shown = [head, ruled, *rows, *([ruled, total] if total else [])]
    return "\n".join(_line(line, widths) for line in shown)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell + " " * (column - width(cell))
        for cell, column in zip(cells[:-1], widths[:-1], strict=True)
    ]
    last = " " * (widths[-1] - width(cells[-1])) + cells[-1]
    return "  ".join([*padded, last])


def column(values: Sequence[Value]) -> list[str]:
    """Values of one metric as one column, with as many digits as the finest of them has: they add up as shown."""
    match values:
        case [Money(), *_]:
            amounts = [value.usd for value in values if isinstance(value, Money)]
            places = max(_places(amount) for amount in amounts)
            return [f"{'-' if amount < 0 else ''}${abs(amount):,.{places}f}" for amount in amounts]
        case [timedelta(), *_]:
            spans = [value for value in values if isinstance(value, timedelta)]
            fine = any(span.microseconds for span in spans)
            return [_clock(span, fine=fine) for span in spans]
        case [Fraction(), *_]:
            return [f"{float(value):.1f}%" for value in values if isinstance(value, Fraction)]
        case _:
            return [f"{value:,}" for value in values if isinstance(value, int)]


def count(number: int, what: str) -> str:
    """`1 rule`, `1,200 rules`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def plain(text: str, longest: int = _LONGEST) -> str:
    """Outside text in one line: what a terminal could obey is gone, and it is cut at 80 characters, or as many."""
    kept = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in text)
    words = " ".join(kept.split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def width(text: str) -> int:
    """How many cells of a terminal the text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _places(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(_CENTS, -exponent) if isinstance(exponent, int) else _CENTS


def _clock(span: timedelta, *, fine: bool) -> str:
    """`26:03:09`, with milliseconds where some value of the column has them."""
    ms = span // timedelta(milliseconds=1)
    seconds, rest = divmod(ms, 1000)
    clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{clock}.{rest:03}" if fine else clock
