"""Whatever the clock does, each digest and each alert of a period comes once; what was too late for that is said to be skipped."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from tests import stage
from tests.stage import Stage

RULES = """
rules:
  - {name: user-spend, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD}}
  - {name: user-month, metric: spend, group_by: [user], window: month, thresholds: {warning: 55 USD}}
"""
DIGESTS = [
    {"name": "daily", "every": "day", "at": "09:00", "to": ["finops"]},
    {"name": "monthly", "every": "month", "day": 1, "at": "09:00", "to": ["finops"]},
]
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
NOV = "1 – 30 Nov 2026"


class Story(NamedTuple):
    """What a clock does in a zone; times are local, with `Z` in UTC.

    The bot looks at each time of `looks`; at one with `=` the clock is set to it, or the machine wakes after it slept.
    $60 are spent at each time of `spent`. `told` is what is posted, in order: digests by what they are about, alerts by
    their day or month.
    """

    zone: str
    looks: str
    spent: str
    told: list[str]

    def at(self, text: str) -> datetime:
        found = datetime.fromisoformat(text)
        aware = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(self.zone))
        return aware.astimezone(UTC)


STORIES = {
    "set back an hour over the time of a digest": Story(
        BERLIN,
        "2026-11-18T08:50 2026-11-18T09:30 =2026-11-18T08:30 2026-11-18T09:00 2026-11-18T09:31 2026-11-19T09:00",
        "2026-11-18T09:10 2026-11-18T09:20",
        ["Daily of Tue 17 Nov 2026", "Wed 18 Nov 2026", NOV, "Daily of Wed 18 Nov 2026"],
    ),
    "set back an hour over midnight": Story(
        BERLIN,
        "2026-11-18T22:00 2026-11-19T00:30 =2026-11-18T23:30 2026-11-19T00:01 2026-11-19T00:31 2026-11-19T09:00",
        "2026-11-18T21:30 2026-11-19T00:10",
        ["Wed 18 Nov 2026", NOV, "Thu 19 Nov 2026", "Daily of Wed 18 Nov 2026"],
    ),
    "set forward a day": Story(
        BERLIN,
        "2026-11-18T08:50 2026-11-18T09:10 =2026-11-19T09:10 2026-11-19T12:00",
        "2026-11-18T09:05 2026-11-19T11:00",
        [
            "Daily of Tue 17 Nov 2026",
            "Wed 18 Nov 2026",
            NOV,
            "Daily of Wed 18 Nov 2026",
            "Thu 19 Nov 2026",
        ],
    ),
    "Berlin springs forward": Story(
        BERLIN,
        "2026-03-28T22:00 2026-03-29T00:59Z 2026-03-29T01:00Z 2026-03-29T08:59 2026-03-29T09:00 2026-03-30T00:00",
        "2026-03-28T21:30 2026-03-29T00:30Z 2026-03-29T23:30",
        ["Sat 28 Mar 2026", "1 – 31 Mar 2026", "Sun 29 Mar 2026", "Daily of Sat 28 Mar 2026"],
    ),
    "Berlin falls back": Story(
        BERLIN,
        "2026-10-24T22:00 2026-10-25T00:59Z 2026-10-25T01:01Z 2026-10-25T08:59 2026-10-25T09:00 2026-10-26T00:00",
        "2026-10-24T21:30 2026-10-25T00:30Z 2026-10-25T23:30",
        ["Sat 24 Oct 2026", "1 – 31 Oct 2026", "Sun 25 Oct 2026", "Daily of Sat 24 Oct 2026"],
    ),
    "a leap day": Story(
        "UTC",
        "2028-02-28T22:00 2028-02-29T09:00 2028-02-29T23:59 2028-03-01T00:01 2028-03-01T09:00",
        "2028-02-28T21:00 2028-02-29T01:00 2028-03-01T00:00",
        [
            "Mon 28 Feb 2028",
            "1 – 29 Feb 2028",
            "Daily of Mon 28 Feb 2028",
            "Tue 29 Feb 2028",
            "Wed 1 Mar 2028",
            "1 – 31 Mar 2028",
            "Daily of Tue 29 Feb 2028",
            "Monthly of February 2028",
        ],
    ),
    "the end of a year": Story(
        NEW_YORK,
        "2026-12-31T22:00 2026-12-31T23:59 2027-01-01T00:01 2027-01-01T09:00",
        "2026-12-31T21:00 2027-01-01T00:00",
        [
            "Thu 31 Dec 2026",
            "1 – 31 Dec 2026",
            "Fri 1 Jan 2027",
            "1 – 31 Jan 2027",
            "Daily of Thu 31 Dec 2026",
            "Monthly of December 2026",
        ],
    ),
    "asleep for a weekend, awake before the digest": Story(
        BERLIN,
        "2026-11-20T08:50 2026-11-20T09:00 2026-11-20T18:00 =2026-11-23T08:00 2026-11-23T09:00",
        "2026-11-20T12:00 2026-11-21T12:00",
        [
            "Daily of Thu 19 Nov 2026",
            "Fri 20 Nov 2026",
            NOV,
            "skipped: Sat 21 Nov 2026, Sun 22 Nov 2026",
            "Sat 21 Nov 2026",
            "Daily of Sun 22 Nov 2026",
        ],
    ),
    "asleep for a weekend, awake nearly six hours after the digest": Story(
        BERLIN,
        "2026-11-20T08:50 2026-11-20T09:00 2026-11-20T18:00 =2026-11-23T14:59 2026-11-24T09:00",
        "2026-11-22T12:00 2026-11-23T00:00",
        [
            "Daily of Thu 19 Nov 2026",
            "skipped: Sat 21 Nov 2026, Sun 22 Nov 2026",
            "Daily of Sun 22 Nov 2026",
            "Sun 22 Nov 2026",
            "Mon 23 Nov 2026",
            NOV,
            "Daily of Mon 23 Nov 2026",
        ],
    ),
    "asleep until more than six hours after the digest": Story(
        BERLIN,
        "2026-11-20T08:50 2026-11-20T10:00 =2026-11-21T15:01 2026-11-22T09:00",
        "2026-11-20T09:30",
        [
            "Daily of Thu 19 Nov 2026",
            "Fri 20 Nov 2026",
            NOV,
            "skipped: Saturday, 21 November 2026",
            "Daily of Sat 21 Nov 2026",
        ],
    ),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
async def test_each_period_is_told_of_once(story: Story, tmp_path: Path) -> None:
    first, *looks = story.looks.split()
    changes = {"timezone": story.zone, "digests": DIGESTS}
    async with stage.staged(tmp_path, story.at(first), RULES, changes) as played:
        for number, spent in enumerate(story.spent.split()):
            played.stream(number, usd=60, created=story.at(spent))
        told = await looked(played)
        for look in looks:
            until = story.at(look.removeprefix("="))
            by = until - played.clock.now()
            if look.startswith("="):
                played.clock.set_to(until)
                await played.bot.clock_jumped(by)
            else:
                played.clock.advance(by)
            told += await looked(played)
    assert story.told == told


async def looked(played: Stage) -> list[str]:
    """What is posted once everything was woken, digests first: where the bot was away, they come after what it reads."""
    alerts = await played.tick()
    await played.bot.digests()
    await played.bot.deliverer.drain()
    return [_about(line) for line in [*played.news(), *alerts] if line.startswith("post")]


def _about(line: str) -> str:
    """`Daily of Tue 17 Nov 2026`, `Wed 18 Nov 2026`, or which digests were skipped."""
    if skipped := re.search(
        r"The digest daily of (.+), 09:00 was skipped|those of (.+): the bot", line
    ):
        return f"skipped: {skipped[1] or skipped[2]}"
    if digest := re.search(r"(\w+) digest · ([^:]+)", line):
        return f"{digest[1]} of {digest[2]}"
    if alert := re.search(r"(?:day|month): ([^,]+),", line):
        return alert[1]
    return line
