"""Assumption A1, held against what Neo gives: do the streams of one task differ in their time?"""

from collections.abc import Iterable
from datetime import datetime

_ENOUGH = 3
"""At so many different times must streams of one task stand together before it is no coincidence."""


def is_shared(seen: Iterable[tuple[str, datetime]]) -> bool | None:
    """Whether streams carry the time of their task instead of their own; None where that cannot be told.

    `seen` is the task and the time of each stream. One task whose streams differ settles it.
    """
    times: dict[str, list[datetime]] = {}
    for task, at in seen:
        times.setdefault(task, []).append(at)
    several = [found for found in times.values() if len(found) > 1]
    if any(len(set(found)) > 1 for found in several):
        return False
    return True if len({found[0] for found in several}) >= _ENOUGH else None
