"""The one error of the Neo edge."""

from datetime import timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What went wrong."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    LIMITED = "limited"
    BROKEN = "broken"
    INVALID = "invalid"


_PASSING = frozenset({Kind.UNREACHABLE, Kind.LIMITED, Kind.BROKEN})


class NeoError(Exception):
    """Neo did not give what was asked. The message says what, where and how to mend it.

    `retry_after` is how long Neo wants to be left alone, where it says so.
    """

    def __init__(self, message: str, kind: Kind, *, retry_after: timedelta | None = None):
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later with nothing mended."""
        return self.kind in _PASSING
