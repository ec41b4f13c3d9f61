"""A digest goes out once for each period: on time across changes of the clock, late after a short downtime, else not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.demo.workbench import mischief
from tests import stage
from tests.stage import Stage

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)
RULES = "rules: []"


@asynccontextmanager
async def played(folder: Path, zone: str, start: str, **digest: str) -> AsyncIterator[Stage]:
    """A bot that began an hour after the digest of the day before; `start` is a local time."""
    changes = {
        "timezone": zone,
        "digests": [{"name": "daily", "at": "09:00", "to": ["finops"], **digest}],
    }
    at = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    begin = at.astimezone(UTC) - 22 * HOUR
    async with stage.staged(folder, begin, RULES, changes) as opened:
        await opened.tick()
        assert [] == await digests(opened)
        opened.clock.set_to(at.astimezone(UTC))
        await opened.tick()
        opened.news()
        yield opened


async def digests(stage: Stage) -> list[str]:
    """What is sent of digests now, once Neo was read."""
    await stage.tick()
    return await sent(stage)


async def sent(stage: Stage) -> list[str]:
    await stage.bot.digests()
    await stage.bot.deliverer.drain()
    return [line for line in stage.news() if line.startswith("post")]


async def over(stage: Stage, span: timedelta) -> list[datetime]:
    """When digests were sent while time passed, to the minute."""
    times, until = [], stage.clock.now() + span
    while stage.clock.now() < until:
        stage.clock.advance(MINUTE)
        at = stage.clock.now()
        times += [at for _ in await sent(stage)]
    return times


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        pytest.param("Europe/Berlin", "2026-11-18T08:55", id="a plain day"),
        pytest.param("Europe/Berlin", "2026-03-29T08:55", id="Berlin springs forward"),
        pytest.param("Europe/Berlin", "2026-10-25T08:55", id="Berlin falls back"),
        pytest.param("America/New_York", "2026-03-08T08:55", id="New York springs forward"),
        pytest.param("America/New_York", "2026-11-01T08:55", id="New York falls back"),
        pytest.param("Asia/Kathmandu", "2026-11-18T08:55", id="a zone with a quarter of an hour"),
    ],
)
async def test_it_goes_out_once_at_its_local_time(tmp_path: Path, zone: str, start: str) -> None:
    async with played(tmp_path, zone, start) as opened:
        times = await over(opened, timedelta(minutes=20))
        assert ["09:00"] == [f"{at.astimezone(ZoneInfo(zone)):%H:%M}" for at in times]
        opened.clock.advance(timedelta(days=1))
        assert 1 == len(await digests(opened))
        assert [] == await digests(opened)


@pytest.mark.parametrize(
    ("start", "local"),
    [
        pytest.param("2026-03-29T01:55", "03:30", id="the hour that is skipped"),
        pytest.param("2026-10-25T01:55", "02:30", id="the hour that comes twice"),
    ],
)
async def test_it_goes_out_once_in_the_hour_that_the_clock_changes(
    tmp_path: Path, start: str, local: str
) -> None:
    async with played(tmp_path, "Europe/Berlin", start, at="02:30") as opened:
        times = await over(opened, timedelta(minutes=200))
        assert [local] == [f"{at.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" for at in times]
        assert 0 == times[0].astimezone(ZoneInfo("Europe/Berlin")).fold


async def test_a_restart_sends_it_neither_twice_nor_never(tmp_path: Path) -> None:
    async with played(tmp_path, "UTC", "2026-11-18T09:00") as opened:
        await opened.bot.digests()
        await opened.restart()
        assert 1 == len(await sent(opened))
        await opened.restart()
        assert [] == await digests(opened)


@pytest.mark.parametrize(
    ("late", "words"),
    [
        pytest.param(timedelta(hours=6), "", id="late, up to six hours"),
        pytest.param(timedelta(hours=6, minutes=1), "was skipped", id="after that not at all"),
    ],
)
async def test_after_a_downtime(tmp_path: Path, late: timedelta, words: str) -> None:
    async with played(tmp_path, "UTC", "2026-11-18T08:59") as opened:
        await opened.close_bot()
        opened.clock.set_to(opened.clock.now() + MINUTE + late)
        await opened.open_bot()
        (told,) = await digests(opened)
        assert words in told
        assert (words == "") == ("skipped" not in told)
        assert [] == await digests(opened)


@pytest.mark.parametrize(
    ("away", "told"),
    [
        pytest.param(
            timedelta(days=3, hours=1),
            [
                "3 digests daily were skipped, those of Wed 18 Nov 2026, Thu 19 Nov 2026, Fri 20 Nov 2026: the bot was",
                "Daily digest · Fri 20 Nov 2026",
            ],
            id="each that was missed is named, and the last one sent",
        ),
        pytest.param(
            timedelta(days=1, hours=7),
            [
                "2 digests daily were skipped, those of Wed 18 Nov 2026, Thu 19 Nov 2026: the bot was",
                "shows the last.",
            ],
            id="all of them where the last is too late as well",
        ),
        pytest.param(
            timedelta(days=12, hours=7),
            ["13 digests daily were skipped", "Fri 27 Nov 2026, +3 more: the bot"],
            id="of many the first, and how many more",
        ),
    ],
)
async def test_after_a_long_downtime_all_that_were_missed_are_told(
    tmp_path: Path, away: timedelta, told: list[str]
) -> None:
    async with played(tmp_path, "UTC", "2026-11-18T08:59") as opened:
        await opened.bot.digests()
        await opened.close_bot()
        opened.clock.set_to(opened.clock.now() + MINUTE + away)
        await opened.open_bot()
        said = "\n".join(await digests(opened)).replace("`", "")
        assert [words for words in told if words not in said] == []
        assert [] == await digests(opened)


async def test_what_was_not_due_by_other_times_was_not_missed(tmp_path: Path) -> None:
    async with played(tmp_path, "UTC", "2026-11-18T08:59", every="week", weekday="tue") as opened:
        await opened.bot.digests()
        path = tmp_path / "config.yaml"
        text = path.read_text("utf-8")
        path.write_text(
            text.replace('"every": "week", "weekday": "tue"', '"every": "day"'), "utf-8"
        )
        opened.clock.set_to(opened.clock.now() + timedelta(days=3, minutes=1))
        await opened.restart()
        (told,) = await digests(opened)
        assert "Daily digest · Fri 20 Nov 2026" in told


async def test_a_new_digest_waits_for_its_time(tmp_path: Path) -> None:
    changes = {"digests": [{"name": "daily", "at": "09:00", "to": ["finops"]}]}
    start = datetime(2026, 11, 18, 12, tzinfo=UTC)
    async with stage.staged(tmp_path, start, RULES, changes) as opened:
        await opened.tick()
        assert [] == await digests(opened)
        opened.clock.set_to(start + 21 * HOUR)
        assert 1 == len(await digests(opened))


async def test_a_lost_reply_does_not_send_it_twice(tmp_path: Path) -> None:
    async with played(tmp_path, "UTC", "2026-11-18T09:00") as opened:
        opened.bench.mischief.add("chat.postMessage", mischief.DropReply())
        await digests(opened)
        opened.clock.advance(timedelta(seconds=5))
        await opened.bot.deliverer.drain()
        assert 1 == len(opened.bench.workspace.messages(stage.CHANNEL))
        assert 1 == len(opened.bench.calls_of("chat.postMessage"))


async def test_every_destination_gets_it(tmp_path: Path) -> None:
    changes = {
        "receivers": {"finops": {"slack": "#neo-spend"}, "leads": {"slack": "#sec-leads"}},
        "digests": [{"name": "daily", "at": "09:00", "to": ["finops", "leads"]}],
    }
    start = datetime(2026, 11, 18, 8, tzinfo=UTC)
    async with stage.staged(tmp_path, start, RULES, changes) as opened:
        await opened.tick()
        await opened.bot.digests()
        opened.clock.advance(HOUR)
        assert 2 == len(await digests(opened))
        for channel in ("#neo-spend", "#sec-leads"):
            assert 1 == len(opened.bench.workspace.messages(channel))


async def test_weekly_and_monthly_ones_have_their_own_days(tmp_path: Path) -> None:
    changes = {
        "digests": [
            {"name": "weekly", "every": "week", "weekday": "tue", "to": ["finops"]},
            {"name": "monthly", "every": "month", "day": 31, "to": ["finops"]},
        ]
    }
    start = datetime(2026, 11, 20, 10, tzinfo=UTC)
    async with stage.staged(tmp_path, start, RULES, changes) as opened:
        await opened.tick()
        await opened.bot.digests()
        days = []
        for _ in range(12):
            opened.clock.advance(timedelta(days=1, minutes=1))
            days += [opened.clock.now().day for _ in await digests(opened)]
        assert [24, 30, 1] == days


WEEKLY = {"every": "week", "weekday": "mon", "name": "weekly"}


@pytest.mark.parametrize(
    ("zone", "start", "dates"),
    [
        pytest.param("Europe/Berlin", "2026-11-23T08:59", "16 – 22 Nov 2026", id="a plain week"),
        pytest.param("Europe/Berlin", "2026-03-30T08:59", "23 – 29 Mar 2026", id="spring"),
        pytest.param("Europe/Berlin", "2026-10-26T08:59", "19 – 25 Oct 2026", id="autumn"),
        pytest.param("America/New_York", "2027-01-04T08:59", "28 Dec 2026 – 3 Jan 2027", id="year"),
    ],
)
async def test_a_weekly_one_tells_of_seven_local_dates(
    tmp_path: Path, zone: str, start: str, dates: str
) -> None:
    at = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    changes = {"timezone": zone, "digests": [{**WEEKLY, "to": ["finops"]}]}
    begin = datetime.combine(at.date() - 7 * timedelta(days=1), time(12), at.tzinfo)
    async with stage.staged(tmp_path, begin.astimezone(UTC), RULES, changes) as opened:
        midnights = [
            datetime.combine(at.date() - timedelta(days=back), time(), at.tzinfo).astimezone(UTC)
            for back in (14, 7, 0)
        ]
        moments = [edge + step for edge in midnights for step in (-TICK, timedelta(0))]
        # A cent just before the week before, then ten times as much with each edge of a week.
        for number, moment in enumerate(moments):
            opened.stream(number, created=moment, usd=10**number / 100)
        assert [] == await digests(opened)
        opened.clock.set_to(at.astimezone(UTC))
        await opened.tick()
        assert [] == await digests(opened)
        opened.clock.advance(MINUTE)
        (told,) = await digests(opened)
        assert told.startswith(f"post 📊 Weekly digest · last week, {dates}: $110.00 spent.")
        [message] = opened.bench.workspace.messages(stage.CHANNEL)
        assert "*The 7 days before*\\n$1.10  (100.0×)" in str(message.blocks)


async def test_a_monthly_one_tells_of_the_closed_month_once_it_is_settled(tmp_path: Path) -> None:
    changes = {
        "timezone": "Europe/Berlin",
        "poll": {"every": "60s", "backfill": "80d", "settle": "12h"},
        "digests": [{"name": "monthly", "every": "month", "at": "09:00", "to": ["finops"]}],
    }
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 2, tzinfo=zone).astimezone(UTC)
    async with stage.staged(tmp_path, start, RULES, changes) as opened:
        turns = [datetime(2026, month, 1, tzinfo=zone).astimezone(UTC) for month in (9, 10, 11)]
        for number, turn in enumerate(turns):
            opened.stream(number, created=turn, usd=30 * 10**number)
        assert [] == await digests(opened)
        opened.clock.set_to(datetime(2026, 11, 1, 11, 59, tzinfo=zone).astimezone(UTC))
        await opened.tick()
        assert [] == await digests(opened)
        opened.clock.advance(MINUTE)
        await opened.tick()
        (told,) = await digests(opened)
        assert told.startswith("post 📊 Monthly digest · October 2026: $300.00 spent.")
        [message] = opened.bench.workspace.messages(stage.CHANNEL)
        shown = str(message.blocks)
        assert "*September 2026*\\n$30.00  (10.0×)" in shown
        assert "*A day*\\n$9.68, before $1.00  (9.7×)" in shown
        assert "*November 2026 so far*\\n*$3,000.00*" in shown
        assert "may still rise" not in shown
        opened.clock.advance(27 * timedelta(days=1))
        assert [] == await digests(opened)
