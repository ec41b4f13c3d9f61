"""Who cannot be reached, in a few words however many they are."""

from datetime import date

import pytest

from bot.notify import unreachable
from bot.notify.unreachable import Unreachable

DAY = date(2026, 11, 18)
UNKNOWN, GONE = "Slack knows nobody with the email", "the person was deactivated"


def missed(count: int, reason: str = UNKNOWN, start: int = 0) -> list[Unreachable]:
    return [
        unreachable.one(f"u{number}@x.test", reason, DAY) for number in range(start, start + count)
    ]


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        pytest.param(missed(1), f"u0@x.test cannot be reached: {UNKNOWN}", id="one"),
        pytest.param(missed(2), f"u0@x.test and u1@x.test cannot be reached: {UNKNOWN}", id="two"),
        pytest.param(
            missed(10),
            f"{', '.join(f'u{n}@x.test' for n in range(9))} and u9@x.test cannot be reached: {UNKNOWN}",
            id="as many as are named",
        ),
        pytest.param(
            missed(1_500),
            f"{', '.join(sorted(f'u{n}@x.test' for n in range(1_500))[:10])}"
            f" and 1,490 more cannot be reached: {UNKNOWN}",
            id="more are counted",
        ),
        pytest.param(
            [*missed(1, GONE), *missed(2, start=1)],
            f"u0@x.test, u1@x.test and u2@x.test cannot be reached. 2 of them: {UNKNOWN}. 1 of them: {GONE}.",
            id="reasons that differ",
        ),
        pytest.param(
            [each for n in range(5) for each in missed(1, f"reason {n}", start=n)],
            "u0@x.test, u1@x.test, u2@x.test, u3@x.test and u4@x.test cannot be reached."
            " 1 of them: reason 0. 1 of them: reason 1. 1 of them: reason 2."
            " 2 of them for other reasons, which are in the log.",
            id="more reasons than are told",
        ),
    ],
)
def test_what_is_said(each: list[Unreachable], expected: str) -> None:
    assert expected == unreachable.words(unreachable.together(each))


def test_more_come_to_those_that_were_put_together_before() -> None:
    """However they come, the first are named and all are counted."""
    each = [*missed(12), *missed(3, GONE, start=12)]
    whole = each[0]
    for one in each[1:]:
        whole = unreachable.together([whole, one])
    assert unreachable.together(each) == whole
    assert unreachable.together(each[::-1]) == whole
    assert (15, 10, ((UNKNOWN, 12), (GONE, 3))) == (whole.count, len(whole.names), whole.reasons)


def test_long_words_leave_room_for_the_figures() -> None:
    said = unreachable.words(
        unreachable.together(
            [unreachable.one("n" * 300 + str(n), "r" * 900, DAY) for n in range(20)]
        )
    )
    assert "… and 10 more cannot be reached: r" in said
    assert len(said) < 1_000
