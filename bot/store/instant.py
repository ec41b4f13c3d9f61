"""Instants as the store keeps them: whole microseconds since the epoch, in UTC."""

from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(at: datetime) -> int:
    """Raises TypeError when `at` has no time zone."""
    since = at - _EPOCH
    return since.days * DAY + since.seconds * SECOND + since.microseconds


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def to_nullable(at: datetime | None) -> int | None:
    """For a column that may be NULL."""
    return None if at is None else to_micros(at)


def from_nullable(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
