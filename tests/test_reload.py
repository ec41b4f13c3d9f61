"""Rules that are read again every second, whole or with a fault, keep every message and every time as it was."""

import functools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.answers import status
from bot.demo.neo import usage
from bot.web import site
from bot.web.door import AdminDoor
from rules import composer
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
KEYS = "metric: spend, window: 6h, for: 3m, keep: 2m, repeat: 4m, thresholds: {warning: 50 USD}"
PLAIN = f"rules: [{{name: team, {KEYS}}}]"
OTHERWISE = f"# the same\nrules: [{{{KEYS}, summary: What the team spends, name: team}}]"
FAULTY = PLAIN.replace("50 USD", "fifty")


def rules_at(second: int) -> str:
    """What the file says: the same in two ways, and for a minute nothing that could be."""
    if 240 <= second < 300:
        return FAULTY
    return OTHERWISE if second % 2 else PLAIN


@pytest.mark.slow
async def test_rules_that_are_reloaded_every_second_speak_when_they_would_have_spoken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same text is parsed once, since that takes most of a second's time; what is made of it is made each time.
    monkeypatch.setattr(composer, "read", functools.cache(composer.read))
    async with stage.staged(tmp_path, START, PLAIN) as played:
        await played.tick()
        played.stream(1, usd=60, created=START - HOUR)
        told = []
        for second in range(601):
            played.clock.set_to(START + second * SECOND)
            if second == 480:
                played.neo.book.correct(usage.stream_id(1), Decimal(1))
            told += [(second, line.split()[0]) for line in await reloaded(played, second)]
            if second == 299:
                await is_told(played, "rules.yaml:1")
        assert [
            (180, "post"),
            (420, "reply"),
            (420, "edit"),
            (480, "edit"),
            (600, "reply"),
            (600, "edit"),
        ] == told
        assert 60 == caplog.messages.count("the changed configuration is refused")
        assert [] == list(played.bot.in_force().faults)


async def reloaded(played: Stage, second: int) -> list[str]:
    """Reads the rules again, with each minute a poll as well; gives what Slack was told."""
    played.write_rules(rules_at(second))
    await played.bot.reload()
    if second % 60 == 0:
        await played.bot.poll(stage.SOURCE)
    await played.bot.deliverer.drain()
    return played.news()


async def is_told(played: Stage, fault: str) -> None:
    """That the file is refused, in `status` and in health, where it is no reason to be not ready."""
    in_force = played.bot.in_force()
    said = await played.bot.database.read(status.answer, in_force.running, played.clock.now())
    shown = await readyz(played)
    assert (True, []) == (shown["ready"], shown["reasons"])
    for faults in (said.faults, shown["faults"]):
        (words,) = faults
        assert fault in words
    assert in_force.rules[0].every_terms[0].thresholds[0].text == "50 USD"


async def readyz(played: Stage) -> Any:
    door = AdminDoor(played.bot.database, played.bot.in_force, "", local=True)
    async with (
        site.serving(site.admin_app(door, played.clock), "127.0.0.1", 0) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/readyz") as response,
    ):
        return await response.json()
