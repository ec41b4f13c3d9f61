"""Whatever keeps Neo or Slack away: nothing resolves by it, no storm follows, and what comes late says so."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.demo.neo import faults, wire
from bot.demo.workbench import mischief
from rules import quantity
from tests import stage
from tests.neo import server
from tests.stage import Stage

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RULES = """
rules:
  - {name: errors, metric: errors, group_by: [user], window: 30m, thresholds: {warning: 3}}
  - {name: user-spend, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD}}
"""

_LATE = re.compile(r"Delivered ([^']+) late")

Trouble = Callable[[Stage], Any]


async def moved(played: Stage, url: str) -> None:
    """The source is looked for at another address, from a restart on."""
    path = played.folder / "config.yaml"
    text = path.read_text(encoding="utf-8")
    known = played.bot.standing.config.sources[0].base_url
    path.write_text(text.replace(known, url), encoding="utf-8")
    await played.restart()


@asynccontextmanager
async def broken(played: Stage, act: faults.Act) -> AsyncIterator[None]:
    played.neo.faults.add(act, times=None)
    yield
    played.neo.faults.clear()


@asynccontextmanager
async def elsewhere(played: Stage, url: str) -> AsyncIterator[None]:
    known = played.bot.standing.config.sources[0].base_url
    await moved(played, url)
    yield
    await moved(played, known)


@asynccontextmanager
async def distrusted(played: Stage) -> AsyncIterator[None]:
    async with (
        server.serving(server.says(200), tls=server.self_signed()) as strange,
        elsewhere(played, strange.url),
    ):
        yield
    assert [] == strange.asked


TROUBLES = {
    "Neo has a fault": lambda played: broken(played, faults.answer(503)),
    "connections are reset in the middle of a page": lambda played: broken(
        played, faults.send(wire.reset())
    ),
    "its name cannot be resolved": lambda played: elsewhere(played, "https://neo.invalid"),
    "its certificate is not trusted": distrusted,
}


def begins(told: list[str]) -> list[tuple[str, str]]:
    """What each line is, and about what: the kind of message, and the words that tell one alert from another."""
    about = ("new data from source acme", "failed streams", "spend of")
    return [(line.split(" ")[0], words) for line in told for words in about if words in line]


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
async def test_six_hours_without_neo_are_one_alert_that_resolves_once(
    trouble: Trouble, tmp_path: Path
) -> None:
    async with stage.staged(tmp_path, START, RULES) as played, AsyncExitStack() as away:
        await played.tick()
        for number in range(4):
            played.stream(number, status="error", usd=1, created=START - MINUTE)
        assert [("post", "failed streams")] == begins(await played.tick())
        await away.enter_async_context(trouble(played))
        played.stream(10, usd=60, created=START + HOUR)
        told = await played.pass_time(6 * HOUR, every=3 * HOUR)
        data_age = "new data from source acme"
        assert [("post", data_age)] == begins(told)
        await away.aclose()
        told = await played.tick()
        said = [each for each in begins(told) if each[0] != "edit"]
        assert [
            ("post", "spend of"),
            ("reply", "failed streams"),
            ("reply", data_age),
        ] == sorted(said)
        assert [] == await played.pass_time(2 * HOUR, every=HOUR)


def late(played: Stage) -> list[tuple[str, int]]:
    """What each message in the channel is about, and how many half hours late it says that it is."""
    found = []
    for each in played.bench.workspace.messages(stage.CHANNEL):
        said = _LATE.search(str(each.blocks))
        by = quantity.duration(said[1].replace(" ", "")) if said else timedelta(0)
        found.append((each.text[2:].partition(":")[0], by // (30 * MINUTE)))
    return sorted(found)


async def test_what_slack_did_not_take_for_two_hours_comes_once_and_says_that_it_is_late(
    tmp_path: Path,
) -> None:
    digests = [{"name": "daily", "every": "day", "at": "09:30", "to": ["finops"]}]
    async with stage.staged(tmp_path, START, RULES, {"digests": digests}) as played:
        await played.tick()
        await played.bot.digests()
        played.bench.mischief.add("*", mischief.Broken(503), times=1_000_000)
        for number in range(12):
            played.stream(number, status="error", usd=2, email=f"u{number % 3}@acme.test")
        played.stream(40, usd=60, created=START + 90 * MINUTE)
        played.stream(41, usd=60, created=START + 119 * MINUTE, email="ben@acme.test")
        for _ in range(8):
            assert [] == await played.pass_time(15 * MINUTE, every=15 * MINUTE)
            await played.bot.digests()
        played.bench.mischief.clear()
        await played.pass_time(6 * MINUTE, every=2 * MINUTE)
        said = late(played)
        assert [] == await played.pass_time(HOUR, every=HOUR / 2)
    assert [
        ("Daily digest · Tue 17 Nov 2026", 3),
        ("Warning", 0),
        ("Warning", 1),
        *[("Was warning", 3)] * 3,
    ] == said
