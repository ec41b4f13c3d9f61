from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.quiet import Quiet

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(BERLIN, hours=(time(22), time(6)))
NOON = Quiet(BERLIN, hours=(time(12), time(13)))
WEEKEND = Quiet(BERLIN, days=frozenset({5, 6}))
BOTH = Quiet(BERLIN, days=frozenset({5, 6}), hours=(time(22), time(6)))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        pytest.param(NIGHT, "2026-11-17T20:59", None, id="a minute before ten in the evening"),
        pytest.param(NIGHT, "2026-11-17T21:00", "2026-11-18T05:00", id="at ten in the evening"),
        pytest.param(NIGHT, "2026-11-18T04:59", "2026-11-18T05:00", id="just before six"),
        pytest.param(NIGHT, "2026-11-18T05:00", None, id="at six"),
        pytest.param(NOON, "2026-11-18T11:30", "2026-11-18T12:00", id="within hours of one day"),
        pytest.param(NOON, "2026-11-18T12:00", None, id="when such hours end"),
        pytest.param(WEEKEND, "2026-11-20T22:59", None, id="on Friday evening"),
        pytest.param(WEEKEND, "2026-11-20T23:00", "2026-11-22T23:00", id="as Saturday begins"),
        pytest.param(BOTH, "2026-11-20T21:30", "2026-11-23T05:00", id="a night before a weekend"),
        pytest.param(
            NIGHT, "2026-10-24T21:00", "2026-10-25T05:00", id="in the night that has an hour more"
        ),
        pytest.param(
            NIGHT, "2026-03-28T22:00", "2026-03-29T04:00", id="in the night that lacks an hour"
        ),
        pytest.param(
            Quiet(BERLIN, hours=(time(1), time(2, 30))),
            "2026-03-29T00:30",
            "2026-03-29T01:30",
            id="hours that end in what the clock skips",
        ),
    ],
)
def test_it_is_quiet_by_the_clock_on_the_wall(quiet: Quiet, now: str, until: str | None) -> None:
    at = utc(now)
    assert (until is not None) == quiet.at(at)
    assert (at if until is None else utc(until)) == quiet.until(at)


def test_nothing_is_quiet_by_itself() -> None:
    assert not Quiet(BERLIN).at(utc("2026-11-21T03:00"))


def test_what_is_always_quiet_ends_no_later_than_it_is_looked_at() -> None:
    always = Quiet(BERLIN, days=frozenset(range(7)))
    assert utc("2026-11-28T23:00") == always.until(utc("2026-11-20T23:30"))


@given(
    st.integers(0, 365 * 24 * 60),
    st.times(),
    st.times(),
    st.sets(st.integers(0, 6), max_size=5),
)
def test_the_end_is_the_first_loud_moment(
    minutes: int, start: time, end: time, days: set[int]
) -> None:
    if start == end:
        end = time((start.hour + 1) % 24)
    quiet = Quiet(BERLIN, frozenset(days), (start.replace(fold=0), end.replace(fold=0)))
    now = utc("2026-01-01") + timedelta(minutes=minutes)
    until = quiet.until(now)
    assert not quiet.at(until)
    step = (until - now) / 7
    assert all(quiet.at(now + step * number) for number in range(7) if step)
    assert until - now < timedelta(days=8)
