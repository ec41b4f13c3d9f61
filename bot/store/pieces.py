"""Cuts a span into whole buckets, whose sums are kept, and the ragged edges that only the ledger knows.

Theory of operation. A bucket is an hour or a day of UTC. Any span is some whole buckets and an edge on either side;
where it holds no whole bucket, it is one edge. So every window of every zone is read exactly, by one mechanism. A span
that is split by local days is cut for each day alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.store import instant
from rules import window
from rules.series import Query

Piece = tuple[int, ...]
"""The part of the answer that it belongs to, its half-open bounds, and after `by_day` its UTC day."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """`whole` is in buckets, `edges` in microseconds; `parts` are the local days of the answer, if it has any."""

    whole: list[Piece]
    edges: list[Piece]
    parts: list[date]


def cut(query: Query, bucket: int) -> Pieces:
    """Cuts the query's span by buckets of so many microseconds; of one there is no bucket, only the ledger's edge."""
    days = window.day_edges(query.days, query.span) if query.days else []
    spans = [span for _, span in days] if query.days else [query.span]
    cut_ = Pieces([], [], [day for day, _ in days])
    for part, span in enumerate(spans):
        low, high = instant.to_micros(span.start), instant.to_micros(span.end)
        first, last = (-(-low // bucket), high // bucket) if bucket > 1 else (0, 0)
        if first < last:
            cut_.whole.append((part, first, last))
            cut_.edges.extend(_some((part, low, first * bucket), (part, last * bucket, high)))
        else:
            cut_.edges.extend(_some((part, low, high)))
    return cut_


def by_day(pieces: list[Piece], bucket: int) -> list[Piece]:
    """The same, cut again at every UTC day; `bucket` is how many of their units make one."""
    return [
        (part, max(low, day * bucket), min(high, (day + 1) * bucket), day)
        for part, low, high in pieces
        for day in range(low // bucket, -(-high // bucket))
    ]


def _some(*pieces: Piece) -> Iterator[Piece]:
    return (piece for piece in pieces if piece[1] < piece[2])
