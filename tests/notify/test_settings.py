from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from bot.notify.quiet import Quiet
from bot.notify.settings import HeartbeatSettings, NotifySettings, QuietSettings
from rules.terms import Severity


def test_nothing_is_said_to_anybody_by_default() -> None:
    found = NotifySettings()
    assert ((), None, None, None) == (found.default, found.fallback, found.quiet, found.heartbeat)


def test_quiet_times_are_days_hours_and_exceptions() -> None:
    found = QuietSettings.model_validate(
        {"days": ["sat", "Sunday"], "hours": "22:00 - 06:00", "except": ["critical"]}
    )
    assert (5, 6) == found.days
    assert (time(22), time(6)) == found.hours
    assert (Severity.CRITICAL,) == found.except_
    night = (time(22), time(6))
    expected = Quiet(ZoneInfo("UTC"), frozenset({5, 6}), night, frozenset({Severity.CRITICAL}))
    assert expected == found.in_zone(ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ("22:00", "is not a span of hours"),
        ("22-06", "is not a time of day"),
        ("09:00-9:00", "begin and end at the same time"),
    ],
)
def test_hours_are_two_different_times(hours: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        QuietSettings.model_validate({"hours": hours})


def test_a_heartbeat_has_an_address_and_a_pace() -> None:
    found = HeartbeatSettings.model_validate({"url": "https://hc.acme.test/1"})
    assert timedelta(minutes=5) == found.every
    assert (
        timedelta(seconds=30)
        == HeartbeatSettings.model_validate({"url": "https://hc.acme.test/1", "every": "30s"}).every
    )


@pytest.mark.parametrize(
    "keys", [{"url": "hc.acme.test"}, {"url": "https://a.test", "every": "0s"}], ids=str
)
def test_a_heartbeat_that_could_not_beat_is_refused(keys: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        HeartbeatSettings.model_validate(keys)
