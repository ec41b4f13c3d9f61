"""Who cannot be reached, where another destination is told of the same alerts anyway: however many, in a few words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_NAMED, _REASONS = 10, 3
_NAME, _REASON = 60, 300
"""How much of a name and of a reason is told: outside words must leave room for the figures behind them."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Those whom nothing reached on one day: the first in the order of names, how many they are, and how many of them for which reason."""

    day: date
    names: tuple[str, ...]
    count: int
    reasons: tuple[tuple[str, int], ...]


def one(name: str, reason: str, day: date) -> Unreachable:
    return Unreachable(day, (_cut(name, _NAME),), 1, ((_cut(reason, _REASON), 1),))


def together(each: Sequence[Unreachable]) -> Unreachable:
    """All of one day, on which each is told of once; the most frequent reason comes first. In whatever order they come it is the same."""
    names = sorted(name for some in each for name in some.names)
    counts = Counter[str]()
    for some in each:
        counts.update(dict(some.reasons))
    reasons = tuple(sorted(counts.items(), key=lambda told: (-told[1], told[0])))
    return Unreachable(
        each[0].day, tuple(names[:_NAMED]), sum(some.count for some in each), reasons
    )


def words(of: Unreachable) -> str:
    """`ana@…, ben@… and 988 more cannot be reached: …`, and of several reasons how many each is about."""
    first, *others = of.reasons
    if not others:
        return f"{_named(of)} cannot be reached: {first[0]}"
    told = [f"{count:,} of them: {reason}." for reason, count in of.reasons[:_REASONS]]
    left = sum(count for _, count in of.reasons[_REASONS:])
    rest = [f"{left:,} of them for other reasons, which are in the log."] if left else []
    return " ".join([f"{_named(of)} cannot be reached.", *told, *rest])


def _named(of: Unreachable) -> str:
    left = of.count - len(of.names)
    *names, last = [*of.names, f"{left:,} more"] if left else of.names
    return f"{', '.join(names)} and {last}" if names else last


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
