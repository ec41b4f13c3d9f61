"""Reads until when a silence lasts, as people type it: `2h`, `2 hours`, `until 2:00 pm`, `until the period ends`."""

import re
from collections.abc import Sequence

from rules import quantity

NO_END = "Say how long: `2h`, `until 14:00` or `until period ends`"

_PERIOD = re.compile(r"(?:the )?(?:period ends?|end of (?:the )?period)")
_LONGEST = 5
"""Words of the longest way to say that."""
_NUMBERED = re.compile(r"(\d{1,9})([a-z]*)")
_UNITS = {
    word: unit
    for unit, words in {
        "m": ("m", "min", "mins", "minute", "minutes"),
        "h": ("h", "hr", "hrs", "hour", "hours"),
        "d": ("d", "day", "days"),
        "w": ("w", "week", "weeks"),
    }.items()
    for word in words
}
_TWELVE = re.compile(r"(1[0-2]|0?[1-9])(?::([0-5]\d))? ?(am|pm|a\.m|p\.m)")
_HALVES = ("am", "pm", "a.m", "p.m")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIMES = frozenset((*_HALVES, "until", "tomorrow", *_DAYS, *(day[:3] for day in _DAYS)))


def take(words: Sequence[str]) -> tuple[str, int]:
    """The end that the first words say, written as a silence takes it, and how many words that are; none say none."""
    if words[0] == "until":
        return _until(words[1:])
    begin = 1 if words[0] == "for" else 0
    length, count = _length(words[begin : begin + 2])
    if not count:
        return "", 0
    rest, more = _length(words[begin + count : begin + count + 2])
    if more and quantity.duration(rest) < quantity.duration(length):
        return f"{length} {rest}", begin + count + more
    return length, begin + count


def is_time(words: Sequence[str]) -> bool:
    """Whether the first words would say another end, or more of one."""
    return words[0] in _TIMES or _length(words[:2])[1] > 0


def _length(words: Sequence[str]) -> tuple[str, int]:
    """`2h` and `1h30m` are one word, `2 hours` are two."""
    if not words:
        return "", 0
    number = _NUMBERED.fullmatch(words[0])
    if number and number[2] in _UNITS:
        return f"{number[1]}{_UNITS[number[2]]}", 1
    if number and not number[2] and words[-1] in _UNITS:
        return f"{number[1]}{_UNITS[words[-1]]}", 2
    try:
        quantity.duration(words[0])
    except ValueError:
        return "", 0
    return words[0], 1


def _until(words: Sequence[str]) -> tuple[str, int]:
    """What is no time of day is left for its reader to refuse."""
    for count in range(_LONGEST, 1, -1):
        if _PERIOD.fullmatch(" ".join(words[:count])):
            return "until period ends", 1 + len(words[:count])
    for count in (2, 1):
        if clock := _TWELVE.fullmatch(" ".join(words[:count])):
            hour = int(clock[1]) % 12 + (12 if clock[3].startswith("p") else 0)
            return f"until {hour:02}:{clock[2] or '00'}", 1 + len(words[:count])
    return " ".join(("until", *words[:1])), 1 + len(words[:1])
