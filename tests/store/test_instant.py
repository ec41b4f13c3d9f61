"""Instants become whole microseconds, and come back as they were."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import instant


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_comes_back_as_it_was(at: datetime) -> None:
    assert at == instant.from_micros(instant.to_micros(at))
    assert at == instant.from_nullable(instant.to_nullable(at))


def test_an_instant_is_counted_from_the_epoch_in_utc() -> None:
    east = timezone(timedelta(hours=2))
    at = datetime(1970, 1, 2, 2, 0, 0, 5, tzinfo=east)
    assert (instant.DAY + 5, instant.DAY + 5) == (instant.to_micros(at), instant.to_nullable(at))


def test_no_instant_is_null() -> None:
    assert (None, None) == (instant.to_nullable(None), instant.from_nullable(None))


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        instant.to_micros(datetime(2026, 11, 18))  # noqa: DTZ001 - what is refused
