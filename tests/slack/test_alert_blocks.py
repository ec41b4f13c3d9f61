"""Words of alerts that are not only theirs."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.notify.facts import Pace
from bot.slack import alert_blocks
from tests.slack.samples import usd


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_the_day_of_the_limit_is_that_of_the_periods_zone(zone: str) -> None:
    begins = datetime(2026, 3, 26, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    heading = Pace(usd("2310"), None, None, begins)
    said = alert_blocks.pace_words(heading, "the limit", zone)
    assert "heading for $2,310.00; reaches the limit on Thu 26 Mar 2026" == said
    never = alert_blocks.pace_words(replace(heading, hit=None), "the limit", zone)
    assert "heading for $2,310.00" == never
