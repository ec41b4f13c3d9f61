"""Measured values on their way through JSON: a unit and exact numbers."""

from datetime import timedelta
from fractions import Fraction
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from rules.metric import Value
from rules.money import Money


def encode(value: Value) -> str:
    """`usd:61200000000`, `n:15`, `%:300/7`, `us:5400000000`; exact."""
    match value:
        case Money():
            return f"usd:{value.nano}"
        case Fraction():
            return f"%:{value}"
        case timedelta():
            return f"us:{value // timedelta(microseconds=1)}"
        case _:
            return f"n:{value}"


def decode(text: str) -> Value:
    """The value that `encode` wrote."""
    unit, _, number = text.partition(":")
    match unit:
        case "usd":
            return Money(int(number))
        case "%":
            return Fraction(number)
        case "us":
            return timedelta(microseconds=int(number))
        case "n":
            return int(number)
        case _:
            raise ValueError(f"{text!r} is not a figure")


Figure = Annotated[
    Value,
    PlainSerializer(encode, return_type=str),
    PlainValidator(lambda value: decode(value) if isinstance(value, str) else value),
]
"""A Value that JSON can carry."""
