"""Whether streams have times of their own is told from tasks with several of them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.jobs import arrival

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def seen(*streams: tuple[str, int]) -> list[tuple[str, datetime]]:
    return [(task, NOON + timedelta(minutes=minute)) for task, minute in streams]


SHARED = [("a", 1), ("a", 1), ("b", 2), ("b", 2), ("c", 3), ("c", 3)]


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        pytest.param([], None, id="nothing was seen"),
        pytest.param([("a", 1), ("b", 2), ("c", 3)], None, id="every task has one stream"),
        pytest.param(SHARED, True, id="the streams of three tasks stand together"),
        pytest.param(SHARED[:4], None, id="two tasks may be a coincidence"),
        pytest.param(
            [(task, 1) for task, _ in SHARED], None, id="so may many tasks in one instant"
        ),
        pytest.param([*SHARED, ("d", 4), ("d", 5)], False, id="one task with two times settles it"),
        pytest.param([("a", 1), ("a", 2)], False, id="even alone"),
    ],
)
def test_streams_share_the_time_of_their_task(
    streams: list[tuple[str, int]], expected: bool | None
) -> None:
    assert expected is arrival.is_shared(seen(*streams))
