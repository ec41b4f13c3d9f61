"""Words of alerts that are not only theirs."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.notify.facts import Pace
from bot.slack import alert_blocks
from tests.slack import samples
from tests.slack.samples import usd


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_the_day_of_the_limit_is_that_of_the_periods_zone(zone: str) -> None:
    begins = datetime(2026, 3, 26, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    heading = Pace(usd("2310"), None, None, begins)
    said = alert_blocks.pace_words(heading, "the limit", zone)
    assert "heading for $2,310.00; reaches the limit on Thu 26 Mar 2026" == said
    never = alert_blocks.pace_words(replace(heading, hit=None), "the limit", zone)
    assert "heading for $2,310.00" == never


ANA = {"user": "ana@acme.test"}


@pytest.mark.parametrize(
    ("labels", "period", "asked"),
    [
        pytest.param(ANA, "6h", "errors ana@acme.test 6h", id="a person over a length"),
        pytest.param(ANA, "day", "errors ana@acme.test today", id="a person's day"),
        pytest.param({}, "month", "errors team month", id="the team's month"),
        pytest.param(ANA, "30m", "errors ana@acme.test", id="a length that cannot be asked for"),
        pytest.param({"model": "opus-4"}, "6h", "task 7f3c2a", id="a model"),
        pytest.param({"user": "a`b c"}, "6h", "task 7f3c2a", id="a name that cannot be typed"),
    ],
)
def test_of_failures_the_next_step_shows_their_messages(
    labels: dict[str, str], period: str, asked: str
) -> None:
    stretch = replace(samples.SIX_HOURS, name=period)
    facts = replace(samples.ERROR_RATE, labels=labels, period=stretch)
    said = json.dumps(alert_blocks.alert(facts, "/neo-budget").blocks)
    assert f"`/neo-budget {asked}` shows" in said
    assert "Dearest failed tasks" in said


def test_blocked_tasks_are_named_without_a_price_that_is_not_known() -> None:
    tasks = [replace(task, cost=usd("0"), streams=0) for task in samples.ERROR_RATE.tasks]
    facts = replace(samples.ERROR_RATE, metric="blocked", tasks=tuple(tasks))
    said = json.dumps(alert_blocks.alert(facts, "/neo-budget").blocks)
    assert "$0.00" not in said
    assert "Blocked tasks" in said
    assert "`/neo-budget task 7f3c2a` shows a blocked task" in said
