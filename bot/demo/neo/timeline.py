"""Keys in the order of their times, so that a window is found by bisection."""

import bisect

LAST = "\U0010ffff"  # sorts behind every id


class Timeline:
    """A sorted list of (microseconds, key). Appending is cheap; the order is mended at the next reading."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}
        self._order: list[tuple[int, str]] = []
        self._sorted = True

    def __contains__(self, key: str) -> bool:
        return key in self._at

    def at(self, key: str) -> int:
        return self._at[key]

    def put(self, key: str, at: int) -> None:
        """Add a key, or move it to another time."""
        if key in self._at:
            self.drop(key)
        self._at[key] = at
        self._order.append((at, key))
        self._sorted = False

    def drop(self, key: str) -> None:
        order = self._in_order()
        del order[bisect.bisect_left(order, (self._at.pop(key), key))]

    def between(self, since: int | None, until: int | None, *, until_inclusive: bool) -> list[str]:
        """List the keys of a window, earliest first. `since` is inclusive; None leaves a side open."""
        order = self._in_order()
        low = 0 if since is None else bisect.bisect_left(order, (since, ""))
        high = (
            len(order)
            if until is None
            else bisect.bisect_left(order, (until, LAST if until_inclusive else ""))
        )
        return [key for _, key in order[low:high]]

    def _in_order(self) -> list[tuple[int, str]]:
        if not self._sorted:
            self._order.sort()
            self._sorted = True
        return self._order
