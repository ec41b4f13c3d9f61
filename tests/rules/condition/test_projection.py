import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.condition import projection
from rules.condition.projection import Projection

TODAY = date(2026, 11, 16)  # a Monday
END = date(2026, 12, 1)  # 15 days on


def history(*amounts: int) -> dict[date, int]:
    """The days up to yesterday, oldest first."""
    first = TODAY - timedelta(days=len(amounts))
    return {first + timedelta(days=number): amount for number, amount in enumerate(amounts)}


WEEK = (100, 100, 100, 100, 100, 0, 0)
QUIET_WEEKENDS = history(*WEEK * 16)


@pytest.mark.parametrize(
    ("known", "so_far", "today_so_far", "expected"),
    [
        ({}, 0, 0, 0),
        ({}, 70, 70, 70),
        (history(0, 0, 0), 0, 0, 0),
        (history(0, 0, 30, 10), 40, 0, 40 + 15 * 20),
        (history(5, *[0] * 14), 0, 0, 0),
        (history(*[100] * 20), 1500, 0, 3000),
        (history(*[100] * 60), 1500, 0, 3000),
        (history(*[100] * 60), 1540, 40, 3000),
        (history(*[100] * 60), 1750, 250, 1750 + 14 * 100),
    ],
    ids=[
        "nothing known, nothing expected",
        "a first day counts as what it has",
        "idle days are no beginning",
        "a few days give their mean from the first with usage",
        "idle weeks are expected to stay idle",
        "three weeks go on without a trend",
        "a steady series goes on",
        "a day under way counts as a usual one",
        "a day that has more than usual counts as what it has",
    ],
)
def test_the_expected_total(
    known: dict[date, int], so_far: int, today_so_far: int, expected: int
) -> None:
    found = projection.project(known, TODAY, so_far, END, today_so_far)
    assert expected == found.expected


def test_weekdays_count_as_they_usually_are() -> None:
    monday_to_friday = projection.expected(QUIET_WEEKENDS, TODAY, 0, TODAY + timedelta(days=5))
    weekend_too = projection.expected(QUIET_WEEKENDS, TODAY, 0, TODAY + timedelta(days=7))
    assert 500 == pytest.approx(weekend_too, rel=0.01)
    assert 480 < monday_to_friday < weekend_too


def test_a_series_that_grows_goes_on_growing() -> None:
    growing = history(*[round(1000 * math.exp(0.01 * day)) for day in range(119)])
    flat = 15 * growing[TODAY - timedelta(days=1)]
    assert flat < projection.expected(growing, TODAY, 0, END) < 1.25 * flat


def test_one_enormous_day_does_not_move_what_is_usual() -> None:
    calm = history(*[100] * 60)
    burst = {**calm, TODAY - timedelta(days=3): 100_000}
    assert projection.expected(calm, TODAY, 0, END) == projection.expected(burst, TODAY, 0, END)


def test_a_series_that_went_quiet_long_ago_is_expected_to_stay_so() -> None:
    quiet = history(*[100] * 7, *[0] * 100)
    assert projection.expected(quiet, TODAY, 0, END) < 150


def test_what_is_older_than_the_reach_is_not_looked_at() -> None:
    old = {TODAY - projection.REACH - timedelta(days=1): 1_000_000}
    assert projection.expected(QUIET_WEEKENDS, TODAY, 0, END) == projection.expected(
        {**old, **QUIET_WEEKENDS}, TODAY, 0, END
    )


@pytest.mark.parametrize("until", [TODAY, TODAY - timedelta(days=4)])
def test_a_period_that_is_over_has_its_total(until: date) -> None:
    assert Projection(77, 77, 77) == projection.project(QUIET_WEEKENDS, TODAY, 77, until)
    assert 77 == projection.expected(QUIET_WEEKENDS, TODAY, 77, until)


def uneven(days: int) -> dict[date, int]:
    return history(*[100 + 37 * (number * number % 11) for number in range(days)])


def test_the_range_is_around_the_expected_total() -> None:
    found = projection.project(uneven(102), TODAY, 1000, END)
    assert found.low is not None
    assert found.high is not None
    assert 1000 < found.low < found.expected < found.high


@pytest.mark.parametrize(
    ("days", "has_range"),
    [(28 + 59 + 15 - 1, False), (28 + 59 + 15, True)],
    ids=["59 backtests give no range", "60 backtests give one"],
)
def test_a_range_needs_sixty_backtests(days: int, has_range: bool) -> None:
    found = projection.project(uneven(days), TODAY, 1000, END)
    assert (has_range, has_range) == (found.low is not None, found.high is not None)


def test_backtests_that_foresaw_nothing_do_not_count() -> None:
    late = history(1, *[0] * 150, *[100] * 3)
    assert projection.project(late, TODAY, 300, END).low is None


@given(
    st.lists(st.integers(0, 10**13), max_size=130),
    st.integers(0, 10**13),
    st.integers(0, 40),
)
def test_every_history_has_a_projection(amounts: list[int], today_so_far: int, ahead: int) -> None:
    known = history(*amounts)
    until = TODAY + timedelta(days=ahead)
    found = projection.project(known, TODAY, today_so_far, until, today_so_far)
    assert today_so_far <= found.expected
    if found.low is not None and found.high is not None:
        assert today_so_far <= found.low <= found.expected <= found.high
    assert (
        abs(
            projection.expected(known, TODAY, 0, until)
            - projection.project(known, TODAY, 0, until).expected
        )
        <= 1 + found.expected // 10**9
    )
