"""A backup is put back after more was told: nothing is lost, and what Slack knows is not told again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.demo.workbench import mischief
from bot.store import copying, restoring
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
RULES = """
rules:
  - {name: daily, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD, critical: 100 USD}}
"""
DIGEST = {"digests": [{"name": "noon", "every": "day", "at": "12:00", "to": ["finops"]}]}


def back_up(played: Stage) -> Path:
    copy = played.folder / "copy.db"
    copying.back_up(played.folder / "bot.db", copy, played.clock.now())
    return copy


async def put_back(played: Stage, copy: Path) -> None:
    await played.close_bot()
    restoring.restore(played.folder / "bot.db", copy, played.clock.now())
    await played.open_bot()
    await played.bot.revive()


def told(played: Stage) -> list[str]:
    """All that stands in the channel and its threads, as it reads now."""
    workspace = played.bench.workspace
    return sorted(
        said.text
        for message in workspace.messages(stage.CHANNEL)
        for said in [message, *workspace.thread(stage.CHANNEL, message.ts)]
    )


async def digests(played: Stage) -> None:
    await played.bot.digests()
    await played.bot.deliverer.drain()


async def test_what_was_told_after_the_backup_is_found_and_told_on(tmp_path: Path) -> None:
    async with stage.staged(tmp_path, START, RULES, DIGEST) as played:
        played.stream(0, usd=5, created=START - timedelta(days=1))
        await played.tick()
        await digests(played)
        played.stream(1, usd=60)
        await played.tick()
        copy = back_up(played)

        played.stream(2, usd=60)
        played.stream(3, usd=70, email="bob@acme.test")
        await played.pass_time(timedelta(hours=4, minutes=1), timedelta(hours=1))
        await digests(played)
        played.news()
        known, charts = told(played), played.bench.calls_of("files.completeUploadExternal")
        assert (1, 1) == (sum("Noon digest" in text for text in known), len(charts))

        await put_back(played, copy)
        news = await played.pass_time(stage.TICK)
        await digests(played)
        assert {"edit"} == {line.split(" ")[0] for line in [*news, *played.news()]}
        assert known == told(played)
        assert charts == played.bench.calls_of("files.completeUploadExternal")

        played.stream(4, usd=50, email="bob@acme.test")
        (reply,) = [line for line in await played.pass_time(stage.TICK) if line[:5] == "reply"]
        assert "bob@acme.test" in reply


async def test_what_waited_when_the_backup_was_made_is_looked_for_before_it_is_sent(
    tmp_path: Path,
) -> None:
    async with stage.staged(tmp_path, START, RULES) as played:
        await played.tick()
        played.bench.mischief.add("chat.postMessage", mischief.Broken(503))
        played.stream(1, usd=60)
        await played.tick()
        waiting = back_up(played)
        played.clock.advance(timedelta(minutes=5))
        (post,) = await played.tick()
        assert post.startswith("post ")

        await put_back(played, waiting)
        played.clock.advance(stage.TICK)
        assert [] == [line for line in await played.tick() if not line.startswith("edit")]

        # Where it is not there it is sent.
        (message,) = played.bench.workspace.messages(stage.CHANNEL)
        played.bench.workspace.delete(message)
        await put_back(played, waiting)
        played.clock.advance(stage.TICK)
        assert ["post"] == [line.split(" ")[0] for line in await played.tick()]


async def test_a_day_after_a_backup_was_put_back_nothing_is_looked_for_any_more(
    tmp_path: Path,
) -> None:
    async with stage.staged(tmp_path, START, RULES) as played:
        await played.tick()
        await put_back(played, back_up(played))
        for days, looked in ((0, 1), (1, 1)):
            played.clock.set_to(START + timedelta(days=days, minutes=5))
            played.stream(days, usd=60)
            await played.tick()
            assert looked == len(played.bench.calls_of("conversations.history"))
            assert days + 1 == len(played.bench.calls_of("chat.postMessage"))
