"""The pieces a schema is made of: each check yields the faults of one JSON value.

A check is called with a value and its JSON pointer. The words of the faults are those of Slack's own answers.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

Check: TypeAlias = Callable[[object, str], Iterator[str]]

HALF = re.compile("[\ud800-\udfff]")
"""One of the two codes that only together are a character."""

URL_SCHEMES = ("http://", "https://", "mailto:", "slack://")


def fault(words: str, pointer: str) -> str:
    return f"{words} [json-pointer:{pointer}]"


def string(longest: int, *, shortest: int = 1) -> Check:
    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield fault("must be a string", pointer)
        elif len(value) > longest:
            yield fault(f"must be less than {longest + 1} characters", pointer)
        elif len(value) < shortest:
            yield fault(f"must be more than {shortest - 1} characters", pointer)
        elif HALF.search(value):
            yield fault("must be text that UTF-8 can hold", pointer)

    return check


def url(longest: int = 3000) -> Check:
    measured = string(longest)

    def check(value: object, pointer: str) -> Iterator[str]:
        yield from measured(value, pointer)
        if isinstance(value, str) and not value.startswith(URL_SCHEMES):
            yield fault("must be a valid URL", pointer)

    return check


def integer(least: int, most: int) -> Check:
    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield fault("must be an integer", pointer)
        elif not least <= value <= most:
            yield fault(f"must be between {least} and {most}", pointer)

    return check


def number(value: object, pointer: str) -> Iterator[str]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield fault("must be a number", pointer)


def boolean(value: object, pointer: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield fault("must be a boolean", pointer)


def one_of(*values: str) -> Check:
    def check(value: object, pointer: str) -> Iterator[str]:
        if value not in values:
            yield fault(f"must be one of: {', '.join(values)}", pointer)

    return check


def nullable(inner: Check) -> Check:
    def check(value: object, pointer: str) -> Iterator[str]:
        if value is not None:
            yield from inner(value, pointer)

    return check


def array(item: Check, *, least: int = 1, most: int) -> Check:
    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield fault("must be an array", pointer)
            return
        if len(value) > most:
            yield fault(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            yield fault(f"no less than {least} items allowed", pointer)
        for index, each in enumerate(value):
            yield from item(each, f"{pointer}/{index}")

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Check an object: every required key, no unknown key. `type` is the business of `tagged`."""
    known = {**required, **(optional or {})}

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield fault("must be an object", pointer)
            return
        yield from (
            fault(f"missing required field: {key}", pointer) for key in required if key not in value
        )
        for key, each in value.items():
            if key in known:
                yield from known[key](each, f"{pointer}/{key}")
            elif key != "type":
                yield fault(f"invalid additional property: {key}", pointer)

    return check


def tagged(checks: Mapping[str, Check]) -> Check:
    """Check an object by the schema that its `type` names."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield fault("must be an object", pointer)
        elif not isinstance(kind := value.get("type"), str):
            yield fault("missing required field: type", pointer)
        elif kind not in checks:
            yield fault(f"unsupported type: {kind}", f"{pointer}/type")
        else:
            yield from checks[kind](value, pointer)

    return check


def both(first: Check, second: Check) -> Check:
    def check(value: object, pointer: str) -> Iterator[str]:
        yield from first(value, pointer)
        yield from second(value, pointer)

    return check


def exactly_one(*keys: str) -> Check:
    def check(value: object, pointer: str) -> Iterator[str]:
        if isinstance(value, dict) and sum(key in value for key in keys) != 1:
            yield fault(f"must provide exactly one of: {', '.join(keys)}", pointer)

    return check
