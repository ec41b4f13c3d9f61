"""Values as JSON and CSV carry them: exact numbers in USD, percent and seconds, never rounded floats."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from rules.metric import Value
from rules.money import Money

_MICRO = timedelta(microseconds=1)
_DIGITS = 12


def number(value: Value) -> str:
    """Money in USD, a duration in seconds, a percentage from 0 to 100, a count; without needless zeros.

    A percentage that does not end is given to 12 digits after the point.
    """
    match value:
        case Money():
            return _plain(value.usd)
        case timedelta():
            return _plain(Decimal(value // _MICRO).scaleb(-6))
        case Fraction():
            return _plain(Decimal(round(value * 10**_DIGITS)).scaleb(-_DIGITS))
        case _:
            return str(value)


Row = Mapping[str, "Cell"]
Cell = str | Value | bool | Row | list[Row] | None


def objects(rows: Sequence[Row]) -> str:
    """A JSON list of objects, one a line."""
    if not rows:
        return "[]"
    lines = ",\n".join(f"  {_object(row)}" for row in rows)
    return f"[\n{lines}\n]"


def _object(row: Row) -> str:
    return "{" + ", ".join(f"{json.dumps(key)}: {_json(value)}" for key, value in row.items()) + "}"


def _json(value: Cell) -> str:
    match value:
        case str() | bool() | None:
            return json.dumps(value)
        case Mapping():
            return _object(value)
        case list():
            return f"[{', '.join(_object(each) for each in value)}]"
        case _:
            return number(value)


def _plain(amount: Decimal) -> str:
    """`61.2` for 61.200000000, `100` for 1E+2."""
    return f"{amount.normalize() + 0:f}"
