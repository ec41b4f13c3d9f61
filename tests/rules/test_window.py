from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import window
from rules.window import Every, Period, Rolling, Span

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
TICK = timedelta(microseconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(start: str, end: str) -> Span:
    return Span(utc(start), utc(end))


@pytest.mark.parametrize(
    ("zone", "at", "expected", "hours"),
    [
        pytest.param(
            "Europe/Berlin",
            "2026-03-29T12:00",
            span("2026-03-28T23:00", "2026-03-29T22:00"),
            23,
            id="Berlin loses an hour in spring",
        ),
        pytest.param(
            "Europe/Berlin",
            "2026-10-25T12:00",
            span("2026-10-24T22:00", "2026-10-25T23:00"),
            25,
            id="Berlin gets it back in autumn",
        ),
        pytest.param(
            "America/New_York",
            "2026-03-08T12:00",
            span("2026-03-08T05:00", "2026-03-09T04:00"),
            23,
            id="New York loses an hour in spring",
        ),
        pytest.param(
            "America/New_York",
            "2026-11-01T12:00",
            span("2026-11-01T04:00", "2026-11-02T05:00"),
            25,
            id="New York gets it back in autumn",
        ),
        pytest.param(
            "Asia/Kathmandu",
            "2026-01-01T20:00",
            span("2026-01-01T18:15", "2026-01-02T18:15"),
            24,
            id="Kathmandu lies a quarter of an hour off",
        ),
        pytest.param(
            "Pacific/Chatham",
            "2026-04-05T00:00",
            span("2026-04-04T10:15", "2026-04-05T11:15"),
            25,
            id="Chatham does so and changes its clocks",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2026-04-05T00:00",
            span("2026-04-04T13:00", "2026-04-05T13:30"),
            24.5,
            id="Lord Howe changes by half an hour",
        ),
        pytest.param(
            "America/Sao_Paulo",
            "2018-11-04T12:00",
            span("2018-11-04T03:00", "2018-11-05T02:00"),
            23,
            id="a day without a midnight begins at one o'clock",
        ),
        pytest.param(
            "Africa/Cairo",
            "2026-04-24T12:00",
            span("2026-04-23T22:00", "2026-04-24T21:00"),
            23,
            id="so it does in Cairo",
        ),
        pytest.param(
            "America/Havana",
            "2026-11-01T12:00",
            span("2026-11-01T04:00", "2026-11-02T05:00"),
            25,
            id="a midnight that comes twice counts once",
        ),
        pytest.param(
            "America/St_Johns",
            "2010-11-07T03:00",
            span("2010-11-07T02:30", "2010-11-08T03:30"),
            25,
            id="a clock that goes back over midnight does not reopen the day before",
        ),
        pytest.param(
            "Pacific/Apia",
            "2011-12-30T09:59",
            span("2011-12-29T10:00", "2011-12-30T10:00"),
            24,
            id="the day before a skipped day ends as usual",
        ),
        pytest.param(
            "Pacific/Apia",
            "2011-12-30T10:00",
            span("2011-12-30T10:00", "2011-12-31T10:00"),
            24,
            id="and the day after it follows at once",
        ),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(
    zone: str, at: str, expected: Span, hours: float
) -> None:
    found = window.span_at(Period(Every.DAY, ZoneInfo(zone)), utc(at))
    assert expected == found
    assert timedelta(hours=hours) == found.length


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        pytest.param(
            "UTC",
            "2026-11-20T12:34:56",
            span("2026-11-20T12:00", "2026-11-20T13:00"),
            id="a plain hour",
        ),
        pytest.param(
            "Asia/Kathmandu",
            "2026-11-20T12:00",
            span("2026-11-20T11:15", "2026-11-20T12:15"),
            id="an hour begins when the zone's clock says so",
        ),
        pytest.param(
            "Europe/Berlin",
            "2026-10-25T00:30",
            span("2026-10-25T00:00", "2026-10-25T01:00"),
            id="the hour that comes twice, once",
        ),
        pytest.param(
            "Europe/Berlin",
            "2026-10-25T01:30",
            span("2026-10-25T01:00", "2026-10-25T02:00"),
            id="the hour that comes twice, again",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2026-04-04T15:10",
            span("2026-04-04T15:00", "2026-04-04T15:30"),
            id="half an hour is left after the clock goes back by half an hour",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2026-10-03T15:40",
            span("2026-10-03T15:30", "2026-10-03T16:00"),
            id="and after it goes forward",
        ),
        pytest.param(
            "Asia/Pyongyang",
            "2015-08-14T14:50",
            span("2015-08-14T14:00", "2015-08-14T15:00"),
            id="an hour ends where its offset ends",
        ),
        pytest.param(
            "Asia/Pyongyang",
            "2018-05-04T14:40",
            span("2018-05-04T14:30", "2018-05-04T15:00"),
            id="even in its middle",
        ),
    ],
)
def test_an_hour_is_cut_at_a_change_of_offset(zone: str, at: str, expected: Span) -> None:
    assert expected == window.span_at(Period(Every.HOUR, ZoneInfo(zone)), utc(at))


@pytest.mark.parametrize(
    ("period", "at", "expected"),
    [
        pytest.param(
            Period(Every.WEEK, ZoneInfo("UTC")),
            "2026-11-20",
            span("2026-11-16", "2026-11-23"),
            id="a week begins on Monday",
        ),
        pytest.param(
            Period(Every.WEEK, ZoneInfo("UTC"), week_starts=6),
            "2026-11-20",
            span("2026-11-15", "2026-11-22"),
            id="or on Sunday",
        ),
        pytest.param(
            Period(Every.WEEK, ZoneInfo("UTC"), week_starts=6),
            "2026-11-22",
            span("2026-11-22", "2026-11-29"),
            id="a Sunday opens its week",
        ),
        pytest.param(
            Period(Every.MONTH, BERLIN),
            "2026-03-31T22:00",
            span("2026-03-31T22:00", "2026-04-30T22:00"),
            id="a month begins in its own zone",
        ),
        pytest.param(
            Period(Every.MONTH, NEW_YORK),
            "2026-11-15",
            span("2026-11-01T04:00", "2026-12-01T05:00"),
            id="a month with a change of clocks on its first day",
        ),
        pytest.param(
            Period(Every.MONTH, ZoneInfo("UTC"), month_starts=31),
            "2026-02-27T23:59:59",
            span("2026-01-31", "2026-02-28"),
            id="a start on the 31st is the last day of February",
        ),
        pytest.param(
            Period(Every.MONTH, ZoneInfo("UTC"), month_starts=31),
            "2026-02-28",
            span("2026-02-28", "2026-03-31"),
            id="and the 31st again in March",
        ),
        pytest.param(
            Period(Every.MONTH, ZoneInfo("UTC"), month_starts=31),
            "2028-02-29",
            span("2028-02-29", "2028-03-31"),
            id="in a leap year the 29th",
        ),
        pytest.param(
            Period(Every.MONTH, ZoneInfo("UTC"), month_starts=15),
            "2026-01-14",
            span("2025-12-15", "2026-01-15"),
            id="a month over the turn of the year",
        ),
        pytest.param(
            Period(Every.QUARTER, ZoneInfo("UTC")),
            "2026-11-20",
            span("2026-10-01", "2027-01-01"),
            id="the last quarter",
        ),
        pytest.param(
            Period(Every.QUARTER, ZoneInfo("UTC"), month_starts=15),
            "2026-01-14",
            span("2025-10-15", "2026-01-15"),
            id="a quarter that begins on the 15th",
        ),
        pytest.param(
            Period(Every.YEAR, BERLIN),
            "2026-07-01",
            span("2025-12-31T23:00", "2026-12-31T23:00"),
            id="a year",
        ),
        pytest.param(
            Period(Every.YEAR, ZoneInfo("UTC"), month_starts=31),
            "2026-01-30",
            span("2025-01-31", "2026-01-31"),
            id="a year that begins on the 31st of January",
        ),
        pytest.param(
            Period(Every.CREDIT_MONTH, BERLIN),
            "2026-11-20",
            span("2026-10-31T23:00", "2026-11-30T23:00"),
            id="a credit month without an anchor is a calendar month",
        ),
        pytest.param(
            Period(Every.CREDIT_MONTH, BERLIN, anchor=utc("2026-01-31T15:00")),
            "2026-02-28T14:59:59",
            span("2026-01-31T15:00", "2026-02-28T15:00"),
            id="a credit month that turned on the 31st",
        ),
        pytest.param(
            Period(Every.CREDIT_MONTH, BERLIN, anchor=utc("2026-01-31T15:00")),
            "2026-02-28T15:00",
            span("2026-02-28T15:00", "2026-03-31T15:00"),
            id="turns at that hour on February's last day",
        ),
        pytest.param(
            Period(Every.CREDIT_MONTH, BERLIN, anchor=utc("2026-01-31T15:00")),
            "2025-12-01",
            span("2025-11-30T15:00", "2025-12-31T15:00"),
            id="and before the anchor too",
        ),
        pytest.param(
            Period(Every.DAY, BERLIN),
            "2028-02-29T12:00",
            span("2028-02-28T23:00", "2028-02-29T23:00"),
            id="a leap day is a day",
        ),
        pytest.param(
            Period(Every.WEEK, ZoneInfo("UTC")),
            "2027-01-01",
            span("2026-12-28", "2027-01-04"),
            id="a week goes on over the turn of the year",
        ),
        pytest.param(
            Period(Every.WEEK, BERLIN),
            "2026-03-29T12:00",
            span("2026-03-22T23:00", "2026-03-29T22:00"),
            id="a week that ends with a change of clocks is an hour shorter",
        ),
        pytest.param(
            Period(Every.WEEK, NEW_YORK, week_starts=6),
            "2026-11-05",
            span("2026-11-01T04:00", "2026-11-08T05:00"),
            id="one that begins with the other change is an hour longer",
        ),
        pytest.param(
            Period(Every.WEEK, ZoneInfo("America/Sao_Paulo"), week_starts=6),
            "2018-11-04T02:59:59",
            span("2018-10-28T03:00", "2018-11-04T03:00"),
            id="a week before a Sunday without a midnight",
        ),
        pytest.param(
            Period(Every.MONTH, ZoneInfo("America/Sao_Paulo"), month_starts=4),
            "2018-11-04T03:00",
            span("2018-11-04T03:00", "2018-12-04T02:00"),
            id="a month that begins without a midnight",
        ),
        pytest.param(
            Period(Every.MONTH, ZoneInfo("Asia/Kathmandu")),
            "2026-11-30T18:14:59",
            span("2026-10-31T18:15", "2026-11-30T18:15"),
            id="a month that ends at a quarter past",
        ),
        pytest.param(
            Period(Every.YEAR, ZoneInfo("Asia/Kathmandu")),
            "2026-12-31T18:15",
            span("2026-12-31T18:15", "2027-12-31T18:15"),
            id="a year that does",
        ),
        pytest.param(
            Period(Every.MONTH, ZoneInfo("Pacific/Apia")),
            "2011-12-30T12:00",
            span("2011-12-01T10:00", "2011-12-31T10:00"),
            id="a December of thirty days",
        ),
        pytest.param(
            Period(Every.MONTH, ZoneInfo("Pacific/Apia"), month_starts=30),
            "2011-12-30T10:00",
            span("2011-12-30T10:00", "2012-01-29T10:00"),
            id="a month that would begin on a skipped day begins after it",
        ),
        pytest.param(
            Period(Every.QUARTER, ZoneInfo("UTC"), month_starts=31),
            "2026-04-30",
            span("2026-04-30", "2026-07-31"),
            id="a quarter that begins on the 31st or the last day",
        ),
        pytest.param(
            Period(Every.CREDIT_MONTH, BERLIN, anchor=utc("2026-01-31T15:00")),
            "2026-04-30T14:59:59",
            span("2026-03-31T15:00", "2026-04-30T15:00"),
            id="a credit month that ends in a month of thirty days",
        ),
        pytest.param(
            Period(Every.CREDIT_MONTH, BERLIN, anchor=utc("2026-01-31T15:00")),
            "2028-02-29T15:00",
            span("2028-02-29T15:00", "2028-03-31T15:00"),
            id="one that turns on a leap day",
        ),
        pytest.param(
            Rolling(timedelta(hours=24), "24h"),
            "2026-11-20T12:34",
            span("2026-11-19T12:34", "2026-11-20T12:34"),
            id="a rolling window ends now",
        ),
    ],
)
def test_a_window_is_a_span(period: window.Window, at: str, expected: Span) -> None:
    assert expected == window.span_at(period, utc(at))


ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
PERIODS = st.builds(
    Period,
    st.sampled_from(Every),
    ZONES,
    week_starts=st.integers(0, 6),
    month_starts=st.integers(1, 31),
    anchor=st.none() | INSTANTS,
)


@given(PERIODS, INSTANTS)
def test_periods_leave_no_gap_and_no_overlap(period: Period, at: datetime) -> None:
    found = window.span_at(period, at)
    assert at in found
    assert found == window.span_at(period, found.start)
    assert found == window.span_at(period, found.end - TICK)
    following = window.span_at(period, found.end)
    assert found.end == following.start
    assert found == window.before(period, following)


CHANGES = {
    "Europe/Berlin": ["2026-03-29T01:00", "2026-10-25T01:00"],
    "America/New_York": ["2026-03-08T07:00", "2026-11-01T06:00"],
    "America/Sao_Paulo": ["2018-11-04T03:00", "2019-02-17T02:00"],
    "Australia/Lord_Howe": ["2026-04-04T15:00", "2026-10-03T15:30"],
    "Pacific/Apia": ["2011-12-30T10:00"],
    "Pacific/Chatham": ["2026-04-04T14:00", "2026-09-26T14:00"],
    "Africa/Cairo": ["2026-04-23T22:00", "2026-10-29T21:00"],
    "America/St_Johns": ["2010-11-07T02:31", "2010-03-14T03:31"],
}
"""When the clocks of some zones change."""


@given(
    st.sampled_from(sorted(CHANGES)).map(ZoneInfo),
    st.sampled_from(Every),
    st.integers(-72, 72),
    st.data(),
)
def test_so_it_is_around_changes_of_the_clock(
    zone: ZoneInfo, every: Every, quarters: int, data: st.DataObject
) -> None:
    change = data.draw(st.sampled_from(CHANGES[zone.key]))
    at = utc(change) + quarters * timedelta(minutes=15)
    period = Period(every, zone)
    found = window.span_at(period, at)
    assert at in found
    assert found.start == window.before(period, found).end
    assert found.end == window.span_at(period, found.end).start


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=400)), INSTANTS)
def test_the_rolling_window_before_ends_where_this_one_begins(
    length: timedelta, at: datetime
) -> None:
    rolling = Rolling(length, "…")
    found = window.span_at(rolling, at)
    assert Span(found.start - length, found.start) == window.before(rolling, found)


@given(ZONES, INSTANTS, st.timedeltas(TICK, timedelta(days=40)))
def test_the_days_of_a_span_cover_it_without_gaps(
    zone: ZoneInfo, start: datetime, length: timedelta
) -> None:
    whole = Span(start, start + length)
    days = window.days(zone, whole)
    assert days[0].start <= whole.start < days[0].end
    assert days[-1].start < whole.end <= days[-1].end
    assert [day.end for day in days[:-1]] == [day.start for day in days[1:]]
    edges = window.day_edges(zone, whole)
    assert whole.length == sum((part.length for _, part in edges), timedelta(0))
    assert sorted({day for day, _ in edges}) == [day for day, _ in edges]


def test_a_skipped_day_is_no_day() -> None:
    around = span("2011-12-29T12:00", "2011-12-30T12:00")
    days = [day for day, _ in window.day_edges(ZoneInfo("Pacific/Apia"), around)]
    assert [date(2011, 12, 29), date(2011, 12, 31)] == days


def test_windows_are_written_as_in_yaml() -> None:
    assert "credit_month (by the calendar)" == str(Period(Every.CREDIT_MONTH, BERLIN))
    known = Period(Every.CREDIT_MONTH, BERLIN, anchor=utc("2026-01-31T15:00"))
    assert "credit_month" == str(known)
    assert "24h" == str(Rolling(timedelta(hours=24), "24h"))


@pytest.mark.parametrize(
    ("looks_at", "expected"),
    [
        pytest.param(Period(Every.DAY, BERLIN), True, id="a day"),
        pytest.param(Rolling(timedelta(hours=24), "24h"), True, id="a day's length"),
        pytest.param(Period(Every.WEEK, BERLIN), False, id="a week"),
        pytest.param(Rolling(timedelta(hours=23), "23h"), False, id="another length"),
        pytest.param(None, False, id="this moment"),
    ],
)
def test_a_day_is_a_day_or_its_length(looks_at: window.Window | None, expected: bool) -> None:
    assert expected is window.is_a_day(looks_at)
