from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.facts import Stretch
from bot.slack import wording
from rules.metric import Value
from rules.money import Money


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        pytest.param(Money(0), Money(100), "▱▱▱▱▱▱▱▱▱▱ 0%", id="nothing yet"),
        pytest.param(Money(42), Money(100), "▰▰▰▰▱▱▱▱▱▱ 42%", id="a part"),
        pytest.param(Money(99_999), Money(100_000), "▰▰▰▰▰▰▰▰▰▱ 99%", id="nearly full is not full"),
        pytest.param(Money(100), Money(100), "▰▰▰▰▰▰▰▰▰▰ 100%", id="full"),
        pytest.param(Money(1250), Money(100), "▰▰▰▰▰▰▰▰▰▰ 1,250%", id="far over"),
        pytest.param(Money(-5), Money(100), "▱▱▱▱▱▱▱▱▱▱ -5%", id="below nothing"),
        pytest.param(5, 0, "▰▰▰▰▰▰▰▰▰▰ 100%", id="something of nothing"),
        pytest.param(timedelta(hours=1), timedelta(hours=4), "▰▰▱▱▱▱▱▱▱▱ 25%", id="time"),
    ],
)
def test_a_bar_shows_how_full_it_is(part: Value, whole: Value, shown: str) -> None:
    assert shown == wording.bar(part, whole)


@given(st.integers(-(10**15), 10**15), st.integers(0, 10**15))
def test_a_bar_is_full_only_at_its_limit(part: int, whole: int) -> None:
    shown = wording.bar(Money(part), Money(whole)).split(" ")[0]
    assert wording.CELLS == len(shown)
    assert (shown == wording.FULL * wording.CELLS) == (part >= whole and (whole > 0 or part > 0))


@pytest.mark.parametrize(
    ("now", "before", "shown"),
    [
        pytest.param(100, 100, "same", id="equal"),
        pytest.param(100, 0, "new", id="nothing before"),
        pytest.param(112, 100, "+12%", id="more"),
        pytest.param(60, 100, "−40%", id="less"),
        pytest.param(420, 100, "4.2×", id="many times more"),
        pytest.param(100_001, 100_000, "about the same", id="rounds to no change"),
        pytest.param(0, 100, "−100%", id="nothing now"),
    ],
)
def test_a_change_in_words(now: int, before: int, shown: str) -> None:
    assert shown == wording.change(Money(now), Money(before))


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (timedelta(days=12, hours=13), "12 days left"),
        (timedelta(days=1, hours=23), "1 day left"),
        (timedelta(days=1), "1 day left"),
        (timedelta(hours=9, minutes=58), "9h 58m left"),
    ],
)
def test_what_is_left_of_a_period(left: timedelta, shown: str) -> None:
    assert shown == wording.left(left)


@pytest.mark.parametrize(
    ("percent", "shown"),
    [(Fraction(0), "0%"), (Fraction(1, 2), "<1%"), (Fraction(33), "33%")],
)
def test_a_share_in_words(percent: Fraction, shown: str) -> None:
    assert shown == wording.share(percent)


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        pytest.param("2026-03-02T23:00", "2026-03-03T23:00", "Tue 3 Mar 2026", id="a day"),
        pytest.param("2026-03-28T23:00", "2026-03-29T22:00", "Sun 29 Mar 2026", id="a short day"),
        pytest.param("2026-02-28T23:00", "2026-03-31T22:00", "1 – 31 Mar 2026", id="a month"),
        pytest.param("2026-02-22T23:00", "2026-03-01T23:00", "23 Feb – 1 Mar 2026", id="a week"),
        pytest.param(
            "2025-12-28T23:00", "2026-01-04T23:00", "29 Dec 2025 – 4 Jan 2026", id="two years"
        ),
        pytest.param("2026-03-03T07:05", "2026-03-03T13:05", "Tue 3 Mar 08:05 – 14:05", id="hours"),
        pytest.param(
            "2026-03-02T13:05",
            "2026-03-03T13:05",
            "Mon 2 Mar 14:05 – Tue 3 Mar 14:05",
            id="across midnight",
        ),
    ],
)
def test_a_span_reads_in_its_own_zone(start: str, end: str, shown: str) -> None:
    stretch = Stretch("", _utc(start), _utc(end), "Europe/Berlin")
    assert shown == wording.span(stretch)


def test_a_period_is_not_named_twice() -> None:
    start, end = _utc("2026-03-02T23:00"), _utc("2026-03-03T23:00")
    named = Stretch("3 Mar 2026", start, end, "Europe/Berlin")
    assert "Tue 3 Mar 2026, Europe/Berlin" == wording.period(named)
    today = Stretch("today", start, end, "Europe/Berlin")
    assert "today: Tue 3 Mar 2026, Europe/Berlin" == wording.period(today)


def test_a_moment_falls_back_to_utc() -> None:
    shown = "<!date^1772543100^{date_short_pretty} {time}|2026-03-03 13:05 UTC>"
    assert shown == wording.moment(_utc("2026-03-03T13:05"))


def _utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)
