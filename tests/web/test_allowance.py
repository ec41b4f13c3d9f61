"""Who may ask how often: a burst at once, then steadily, each person apart."""

from datetime import timedelta

import pytest

from bot.web import allowance
from bot.web.allowance import Allowance
from tests.web.office import NOW, SECOND

NONE = timedelta(0)


def three() -> Allowance:
    """Three at once, and one every ten seconds after that."""
    return Allowance(3, 10 * SECOND)


def test_so_many_are_granted_at_once_and_then_one_each_time() -> None:
    bucket = three()
    assert [NONE] * 3 + [10 * SECOND] == [bucket.wait("U0ANA", NOW) for _ in range(4)]
    assert 4 * SECOND == bucket.wait("U0ANA", NOW + 6 * SECOND)
    waits = [bucket.wait("U0ANA", NOW + each * SECOND) for each in (10, 11, 20)]
    assert [NONE, 9 * SECOND, NONE] == waits


def test_what_is_refused_does_not_make_the_wait_longer() -> None:
    bucket = three()
    assert [10 * SECOND] * 5 == [bucket.wait("U0ANA", NOW) for _ in range(8)][3:]


def test_after_a_rest_there_is_a_burst_again() -> None:
    bucket = three()
    for _ in range(3):
        bucket.wait("U0ANA", NOW)
    later = NOW + 30 * SECOND
    assert [NONE] * 3 + [10 * SECOND] == [bucket.wait("U0ANA", later) for _ in range(4)]


def test_nobody_pays_for_another() -> None:
    bucket = three()
    for _ in range(4):
        bucket.wait("U0ANA", NOW)
    assert NONE == bucket.wait("U0BEN", NOW)


def test_a_clock_that_is_set_back_holds_nobody_up_for_long() -> None:
    bucket = three()
    bucket.wait("U0ANA", NOW + timedelta(hours=1))
    assert 10 * SECOND == bucket.wait("U0ANA", NOW)


def test_no_more_people_are_remembered_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(allowance, "MOST", 5)
    bucket = three()
    for number in range(9):
        bucket.wait(f"U{number}", NOW)
    assert 5 == len(bucket)
    bucket.wait("U0ANA", NOW + timedelta(hours=1))
    assert 1 == len(bucket)
