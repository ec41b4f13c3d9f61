"""A filter that the contract does not allow is not sent."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.neo import filter as filters
from bot.neo.filter import StreamFilter, TaskFilter


@pytest.mark.parametrize("limit", [0, 201])
def test_limit_is_from_1_to_200(limit: int) -> None:
    with pytest.raises(ValueError, match="limit is 1 to 200"):
        StreamFilter(limit=limit)


def test_offset_is_not_negative() -> None:
    with pytest.raises(ValueError, match="offset not negative"):
        TaskFilter(offset=-1)


def test_times_need_a_zone() -> None:
    with pytest.raises(ValueError, match="need a time zone"):
        StreamFilter(since=datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None))


def test_times_are_sent_in_utc() -> None:
    at = datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert filters.text(at) == "2026-02-28T23:00:00Z"
