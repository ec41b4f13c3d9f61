from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.notify import moment


def test_a_moment_is_told_by_the_clock_of_a_zone() -> None:
    at = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    assert "Wed 4 Mar 2026 00:30, Europe/Berlin" == moment.shown(at, ZoneInfo("Europe/Berlin"))
