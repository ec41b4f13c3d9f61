from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify import due
from bot.notify.due import Timing
from rules import quantity, window
from rules.window import Every, Period

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NINE = time(9)


def timing(
    every: Every = Every.DAY, at: time = NINE, zone: ZoneInfo = BERLIN, *, day: int = 1
) -> Timing:
    return Timing(every, weekday=0, day=day, at=at, zone=zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DAILY, WEEKLY = timing(), timing(Every.WEEK)


@pytest.mark.parametrize(
    ("of", "now", "expected"),
    [
        pytest.param(DAILY, "2026-11-20T08:00", "2026-11-20T08:00", id="on time"),
        pytest.param(DAILY, "2026-11-20T07:59", "2026-11-19T08:00", id="a minute before"),
        pytest.param(DAILY, "2026-11-20T23:30", "2026-11-20T08:00", id="on the next local date"),
        pytest.param(
            timing(at=time(0, 30)), "2026-11-20T23:30", "2026-11-20T23:30", id="just past midnight"
        ),
        pytest.param(WEEKLY, "2026-11-23T08:00", "2026-11-23T08:00", id="on Monday"),
        pytest.param(WEEKLY, "2026-11-23T07:59", "2026-11-16T08:00", id="the Monday before"),
        pytest.param(WEEKLY, "2026-11-22T12:00", "2026-11-16T08:00", id="on Sunday"),
        pytest.param(
            timing(Every.MONTH), "2026-11-30T12:00", "2026-11-01T08:00", id="the first of a month"
        ),
        pytest.param(
            timing(Every.MONTH, day=15), "2026-11-15T08:00", "2026-11-15T08:00", id="the 15th"
        ),
        pytest.param(
            timing(Every.MONTH, day=31), "2026-11-30T08:00", "2026-11-30T08:00", id="the last day"
        ),
        pytest.param(
            timing(Every.MONTH, day=31), "2026-03-31T06:59", "2026-02-28T08:00", id="of February"
        ),
        pytest.param(
            timing(Every.MONTH, day=31), "2028-03-01T00:00", "2028-02-29T08:00", id="of a leap year"
        ),
        pytest.param(
            timing(Every.MONTH, day=31), "2026-01-31T07:59", "2025-12-31T08:00", id="31 days ago"
        ),
    ],
)
def test_when_a_digest_was_last_due(of: Timing, now: str, expected: str) -> None:
    assert utc(expected) == due.last_due(of, utc(now))


@pytest.mark.parametrize(
    ("zone", "at", "day", "expected"),
    [
        pytest.param(BERLIN, NINE, "2026-03-28", "08:00", id="before Berlin's summer"),
        pytest.param(BERLIN, NINE, "2026-03-29", "07:00", id="as Berlin's summer begins"),
        pytest.param(BERLIN, NINE, "2026-10-24", "07:00", id="before Berlin's winter"),
        pytest.param(BERLIN, NINE, "2026-10-25", "08:00", id="as Berlin's winter begins"),
        pytest.param(NEW_YORK, NINE, "2026-03-08", "13:00", id="as New York's summer begins"),
        pytest.param(NEW_YORK, NINE, "2026-11-01", "14:00", id="as New York's winter begins"),
        pytest.param(BERLIN, time(2, 30), "2026-03-29", "01:30", id="a time that is skipped"),
        pytest.param(NEW_YORK, time(2), "2026-03-08", "07:00", id="the first that is skipped"),
        pytest.param(BERLIN, time(2, 30), "2026-10-25", "00:30", id="a time that comes twice"),
        pytest.param(NEW_YORK, time(1, 30), "2026-11-01", "05:30", id="twice in New York"),
    ],
)
def test_a_digest_is_due_across_changes_of_the_clock(
    zone: ZoneInfo, at: time, day: str, expected: str
) -> None:
    moment = utc(f"{day}T{expected}")
    of = timing(at=at, zone=zone)
    assert moment == due.last_due(of, moment)
    assert moment == due.last_due(of, moment + timedelta(hours=20))
    assert moment > due.last_due(of, moment - timedelta(seconds=1))


_timings = st.builds(
    Timing,
    every=st.sampled_from([Every.DAY, Every.WEEK, Every.MONTH]),
    weekday=st.integers(0, 6),
    day=st.integers(1, 31),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Africa/Cairo")]),
    settle=st.sampled_from(
        [timedelta(0), timedelta(hours=2), timedelta(days=3), timedelta(days=40)]
    ),
)
_moments = st.integers(0, 6 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(_timings, _moments, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_what_is_due_never_goes_back_and_is_never_far(
    of: Timing, now: datetime, passed: timedelta
) -> None:
    moment = due.last_due(of, now)
    longest = {Every.DAY: 1, Every.WEEK: 7, Every.MONTH: 31 + 7}[of.every]
    assert timedelta(0) <= now - moment <= timedelta(days=longest, hours=1)
    assert moment <= due.last_due(of, now + passed)
    assert moment == due.last_due(of, moment)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param(DAILY, Period(Every.DAY, BERLIN), id="yesterday"),
        pytest.param(WEEKLY, Period(Every.WEEK, BERLIN), id="the week"),
        pytest.param(
            Timing(Every.WEEK, 4, 1, NINE, BERLIN),
            Period(Every.WEEK, BERLIN, week_starts=4),
            id="the seven dates before its own weekday",
        ),
        pytest.param(
            timing(Every.MONTH, day=31), Period(Every.MONTH, BERLIN), id="the calendar month"
        ),
        pytest.param(timing(day=31), Period(Every.DAY, BERLIN), id="a day of no month"),
    ],
)
def test_what_a_digest_tells_of(of: Timing, expected: Period) -> None:
    assert expected == due.period(of)


@given(_timings, _moments)
def test_a_digest_tells_of_a_period_that_is_over(of: Timing, now: datetime) -> None:
    moment = due.last_due(of, now)
    span = window.before(due.period(of), window.span_at(due.period(of), moment))
    least, most = timedelta(0), timedelta(hours=25)
    if of.every is Every.MONTH:
        least, most = min(of.settle, due.LONGEST_SETTLING), timedelta(days=31, hours=1)
    assert least <= moment - span.end < most


@given(_timings, _moments)
def test_a_weekly_digest_tells_of_the_seven_local_dates_before_its_day(
    of: Timing, now: datetime
) -> None:
    of = replace(of, every=Every.WEEK)
    moment = due.last_due(of, now)
    span = window.before(due.period(of), window.span_at(due.period(of), moment))
    sent = moment.astimezone(of.zone).date()
    assert [sent - timedelta(days=back) for back in range(7, 0, -1)] == [
        day for day, _ in window.day_edges(of.zone, span)
    ]


@pytest.mark.parametrize(
    ("settle", "now", "expected"),
    [
        pytest.param("0h", "2026-11-01T00:00", "2026-10-31T23:30", id="settled at once"),
        pytest.param("2h", "2026-11-01T00:59", "2026-10-01T00:00", id="not before it is settled"),
        pytest.param("2h", "2026-11-01T01:00", "2026-11-01T01:00", id="once it is settled"),
        pytest.param("72h", "2026-11-03T22:59", "2026-10-03T22:00", id="days later"),
        pytest.param("72h", "2026-11-03T23:00", "2026-11-03T23:00", id="and then"),
        pytest.param("900h", "2026-11-07T22:59", "2026-10-07T22:00", id="a week later at most"),
        pytest.param("900h", "2026-11-07T23:00", "2026-11-07T23:00", id="but not longer"),
    ],
)
def test_a_monthly_digest_waits_until_its_month_is_settled(
    settle: str, now: str, expected: str
) -> None:
    of = replace(timing(Every.MONTH, at=time(0, 30)), settle=quantity.duration(settle))
    assert utc(expected) == due.last_due(of, utc(now))
