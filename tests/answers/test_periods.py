"""Window words: what they mean, and what they are compared with."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import periods
from bot.notify.facts import Stretch
from rules import window
from rules.window import Every, Period, Rolling, Span

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 11, 22, 11, tzinfo=UTC)

WORDS = [*periods.WORDS, "1h", "24h", "7d", "90d"]
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]).map(
    ZoneInfo
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 - made aware at once
    lambda at: at.replace(tzinfo=UTC)
)


def day(*date: int) -> datetime:
    return datetime(*date, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[arg-type, misc] # a date in parts


@pytest.mark.parametrize(
    ("word", "name", "start", "end"),
    [
        ("today", "today", day(2026, 11, 22), day(2026, 11, 23)),
        ("yesterday", "yesterday", day(2026, 11, 21), day(2026, 11, 22)),
        ("week", "this week", day(2026, 11, 16), day(2026, 11, 23)),
        ("last-week", "last week", day(2026, 11, 9), day(2026, 11, 16)),
        ("Last  Week", "last week", day(2026, 11, 9), day(2026, 11, 16)),
        ("month", "this month", day(2026, 11, 1), day(2026, 12, 1)),
        ("last-month", "last month", day(2026, 10, 1), day(2026, 11, 1)),
        ("24h", "last 24h", SUNDAY - timedelta(hours=24), SUNDAY),
        ("7D", "last 7d", SUNDAY - timedelta(days=7), SUNDAY),
    ],
)
def test_a_word_means_a_stretch(word: str, name: str, start: datetime, end: datetime) -> None:
    assert Stretch(name, start, end, "Europe/Berlin") == periods.stretch(word, BERLIN, SUNDAY)


@pytest.mark.parametrize(
    ("word", "name", "start", "end"),
    [
        ("today", "yesterday by this time", day(2026, 11, 21), day(2026, 11, 21, 12)),
        ("yesterday", "the day before", day(2026, 11, 20), day(2026, 11, 21)),
        ("week", "last week by this time", day(2026, 11, 9), day(2026, 11, 15, 12)),
        ("last-week", "the week before", day(2026, 11, 2), day(2026, 11, 9)),
        ("month", "last month by this time", day(2026, 10, 1), day(2026, 10, 22, 12)),
        ("last-month", "the month before", day(2026, 9, 1), day(2026, 10, 1)),
        ("24h", "the 24h before", SUNDAY - timedelta(hours=48), SUNDAY - timedelta(hours=24)),
    ],
)
def test_it_is_compared_with_as_much_of_what_was_before(
    word: str, name: str, start: datetime, end: datetime
) -> None:
    assert Stretch(name, start, end, "Europe/Berlin") == periods.before(word, BERLIN, SUNDAY)


def test_who_asks_in_the_same_minute_compares_with_the_same() -> None:
    minute, seconds = timedelta(minutes=1), timedelta(seconds=59, microseconds=999_999)
    first = periods.before("month", BERLIN, SUNDAY)
    assert first == periods.before("month", BERLIN, SUNDAY + seconds)
    assert first.end + minute == periods.before("month", BERLIN, SUNDAY + minute).end


def test_a_long_month_is_compared_with_all_of_a_short_one() -> None:
    found = periods.before("month", BERLIN, day(2026, 3, 30, 9))
    assert (day(2026, 2, 1), day(2026, 3, 1)) == (found.start, found.end)


def test_the_same_time_of_day_is_compared_across_a_change_of_clocks() -> None:
    found = periods.before("week", BERLIN, day(2026, 10, 30, 9))
    assert day(2026, 10, 23, 9) == found.end


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("yesterdy", 'did you mean "yesterday"?'),
        ("", "expected today, yesterday, week"),
        ("0h", '"0h" is not a window'),
        ("7", '"7" is not a window'),
        ("7w", '"7w" is not a window'),
        ("90000d", "longer than ten years"),
        ("7d; drop", "is not a window"),
    ],
)
def test_an_unknown_word_is_answered_with_the_words_there_are(word: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("?", r"\?")) as caught:
        periods.stretch(word, BERLIN, SUNDAY)
    assert periods.EXPECTED in str(caught.value)


@given(st.sampled_from(WORDS), zones, moments)
def test_what_is_compared_ends_before_and_is_never_longer_by_more_than_a_clock_change(
    word: str, zone: ZoneInfo, now: datetime
) -> None:
    this, earlier = periods.stretch(word, zone, now), periods.before(word, zone, now)
    assert earlier.start < earlier.end <= this.start or earlier.start == earlier.end
    if now < this.end:
        assert earlier.end - earlier.start <= now - this.start + timedelta(hours=2)


@pytest.mark.parametrize(
    ("every", "starts", "name"),
    [
        (Every.HOUR, 1, "22 Nov 2026, 12:00"),
        (Every.DAY, 1, "22 Nov 2026"),
        (Every.WEEK, 1, "week of 16 Nov 2026"),
        (Every.MONTH, 1, "November 2026"),
        (Every.MONTH, 15, "month from 15 Nov 2026"),
        (Every.QUARTER, 1, "Q4 2026"),
        (Every.QUARTER, 5, "quarter from 5 Oct 2026"),
        (Every.YEAR, 1, "2026"),
        (Every.YEAR, 2, "year from 2 Jan 2026"),
        (Every.CREDIT_MONTH, 1, "credit month from 1 Nov 2026 (by the calendar)"),
    ],
)
def test_a_span_has_a_name_that_stays_true(every: Every, starts: int, name: str) -> None:
    period = Period(every, BERLIN, month_starts=starts)
    found = periods.called(period, window.span_at(period, SUNDAY), BERLIN)
    assert (name, "Europe/Berlin") == (found.name, found.zone)


def test_a_rules_span_goes_by_its_own_word_and_zone() -> None:
    month, day_long = Period(Every.MONTH, BERLIN), Rolling(timedelta(hours=24), "24h")
    span = Span(SUNDAY, SUNDAY + timedelta(hours=1))
    utc = ZoneInfo("UTC")
    assert Stretch("month", *_ends(span), "Europe/Berlin") == periods.of_rule(month, span, utc)
    assert Stretch("24h", *_ends(span), "UTC") == periods.of_rule(day_long, span, utc)
    assert Stretch("24h", *_ends(span), "UTC") == periods.called(day_long, span, utc)


def _ends(span: Span) -> tuple[datetime, datetime]:
    return span.start, span.end
