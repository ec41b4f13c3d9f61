"""Moments are spans since the start, or local times."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.rehearsal import when
from bot.rehearsal.when import Origin

BERLIN = ZoneInfo("Europe/Berlin")
ORIGIN = Origin(datetime(2026, 11, 18, 8, tzinfo=UTC), BERLIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0", ORIGIN.start, id="the start itself"),
        pytest.param("1h30m", ORIGIN.start + timedelta(minutes=90), id="a span after it"),
        pytest.param("-28d", ORIGIN.start - timedelta(days=28), id="a span before it"),
        pytest.param("2026-11-18 09:10", ORIGIN.start + timedelta(minutes=10), id="a local time"),
        pytest.param("2026-11-18T09:00:05", None, id="seconds only after a blank"),
        pytest.param("2026-11-18 09:00:05", ORIGIN.start + timedelta(seconds=5), id="seconds"),
        pytest.param("2026-07-01", datetime(2026, 6, 30, 22, tzinfo=UTC), id="a day in summer"),
        pytest.param("1999-01-01", None, id="too long ago"),
        pytest.param("tomorrow", None, id="a word"),
        pytest.param("-tomorrow", None, id="a word after a minus"),
    ],
)
def test_a_moment_is_read(text: str, expected: datetime | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="is not a"):
            when.read(text)
    else:
        assert expected == ORIGIN.moment(when.read(text))


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    twice = when.read_local("2026-10-25 02:30")
    assert datetime(2026, 10, 25, 0, 30, tzinfo=UTC) == when.local(twice, BERLIN)
