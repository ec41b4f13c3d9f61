"""Damage to what was valid: to any value inside of JSON, and to any place of a text."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

_NUMBERS = (0, -1, 1.5, 1e308, -1e308, 2**63, 10**40, 0.1 + 0.2)
_WORDS = (
    "",
    " ",
    "\x00",
    "\u202e",
    "\ud800",
    "null",
    "NaN",
    "0",
    "-0.0",
    "1e999",
    "x" * 3_000,
    "🔥",
)
_TIMES = ("2026-02-30T00:00:00Z", "2026-11-18", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z")
odd = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(_NUMBERS),
    st.sampled_from(_WORDS + _TIMES),
    st.text(max_size=12),
    st.just([]),
    st.just({}),
    st.just([[[[]]]]),
    st.just({"a": {"b": [None]}}),
)
"""What may stand where something else was expected."""


@st.composite
def damaged(draw: st.DrawFn, whole: Any, most: int = 3) -> Any:
    """JSON in which up to so many values are other ones, are missing, or are there twice."""
    found = deepcopy(whole)
    for _ in range(draw(st.integers(1, most))):
        if paths := [*_paths(found)]:
            _change(draw, found, draw(st.sampled_from(paths)))
    return found


@st.composite
def broken(draw: st.DrawFn, text: str, bits: st.SearchStrategy[str]) -> str:
    """A text with a few places cut out, doubled, or with something else put in."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        part = draw(st.sampled_from(["", text[start:end] * 2]) | bits)
        text = text[:start] + part + text[end:]
    return text


def written(whole: Any) -> bytes:
    """As JSON, in which a lone surrogate stays one."""
    return json.dumps(whole, allow_nan=True).encode("utf-8", "surrogatepass")


def _paths(found: Any, above: Path = ()) -> Iterator[Path]:
    pairs = found.items() if isinstance(found, dict) else enumerate(found)
    for key, each in pairs:
        path = (*above, key)
        yield path
        if isinstance(each, dict | list):
            yield from _paths(each, path)


def _change(draw: st.DrawFn, found: Any, path: Path) -> None:
    *above, key = path
    for step in above:
        found = found[step]
    match draw(st.sampled_from(["other", "gone", "twice"])):
        case "gone":
            del found[key]
        case "twice" if isinstance(found, list):
            found.insert(int(key), deepcopy(found[int(key)]))
        case _:
            found[key] = deepcopy(draw(odd))
