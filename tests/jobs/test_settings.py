from datetime import time

import pytest
from pydantic import ValidationError

from bot.jobs.settings import DigestEvery, DigestSettings


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({}, (DigestEvery.DAY, 0, 1, time(9)), id="every day at nine"),
        pytest.param(
            {"every": "week", "weekday": "fri", "at": "17:30"},
            (DigestEvery.WEEK, 4, 1, time(17, 30)),
            id="on Fridays",
        ),
        pytest.param(
            {"every": "month", "day": "31"},
            (DigestEvery.MONTH, 0, 31, time(9)),
            id="at a month's end",
        ),
    ],
)
def test_a_digest_is_due(keys: dict[str, str], expected: tuple[object, ...]) -> None:
    found = DigestSettings.model_validate({"name": "a", "to": ["finops"], **keys})
    assert expected == (found.every, found.weekday, found.day, found.at)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"weekday": "mon"}, "weekday is only for a digest of every: week"),
        ({"every": "week", "day": "1"}, "day is only for a digest of every: month"),
        ({"every": "hour"}, "Input should be"),
        ({"at": "9"}, "is not a time of day"),
        ({"to": []}, "at least 1"),
        ({"name": "A digest"}, "is not a name"),
    ],
    ids=str,
)
def test_a_digest_that_cannot_be_due_is_refused(keys: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        DigestSettings.model_validate({"name": "a", "to": ["finops"], **keys})
