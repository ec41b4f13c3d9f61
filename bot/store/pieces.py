"""Cuts a span into whole buckets, whose sums are kept, and the ragged edges that only the ledger knows.

Theory of operation. A bucket is an hour or a day of UTC. Any span is some whole buckets and what is missing at either
end, or what is too much there and is taken away again, whichever is less to read; the ends are cut the same way into
finer buckets, and at last into the ledger's records. So every window of every zone is read exactly, by one mechanism.
What is counted and not added up cannot be taken away: its buckets lie inside the span. Spans that are asked of together
are cut each alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bot.store import instant
from rules.window import Span


class Piece(NamedTuple):
    """Half-open bounds, the span that it is a part of, and whether it is added, 1, or taken away, -1."""

    part: int
    sign: int
    low: int
    high: int


def cut(
    spans: Sequence[Span], buckets: Sequence[int], *, counted: bool = False
) -> list[list[Piece]]:
    """Cuts spans by buckets of so many microseconds, coarsest first; the last are single microseconds.

    Gives the pieces of each level, in its buckets. `counted` is what cannot be taken away.
    """
    levels: list[list[Piece]] = [[] for _ in buckets]
    for part, span in enumerate(spans):
        rest = [Piece(part, 1, instant.to_micros(span.start), instant.to_micros(span.end))]
        for bucket, level in zip(buckets[:-1], levels, strict=False):
            rest = [finer for piece in rest for finer in _fill(level, bucket, piece, not counted)]
        levels[-1] += [piece for piece in rest if piece.low < piece.high]
    return levels


def _fill(level: list[Piece], bucket: int, piece: Piece, nearest: bool) -> list[Piece]:  # noqa: FBT001 - of a query's
    """Puts the whole buckets of a piece into a level; gives what is left for the next."""
    part, sign, low, high = piece
    up, down = (bucket // 2, bucket // 2) if nearest else (bucket - 1, 0)
    first, last = (low + up) // bucket, (high + down) // bucket
    start, end = first * bucket, last * bucket
    if first >= last or abs(start - low) + abs(end - high) >= high - low > 0:
        return [piece] if low < high else []
    level.append(Piece(part, sign, first, last))
    edges = (_edge(part, sign, low, start), _edge(part, sign, end, high))
    return [edge for edge in edges if edge.low < edge.high]


def _edge(part: int, sign: int, low: int, high: int) -> Piece:
    return Piece(part, sign, low, high) if low <= high else Piece(part, -sign, high, low)
