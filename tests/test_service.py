"""One running bot: what its ticks do, and what is in force."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.demo.workbench import mischief
from bot.store import backups
from rules.window import Every, Period
from tests import stage
from tests.stage import Stage

UTC_ZONE = ZoneInfo("UTC")
START = datetime(2026, 11, 18, 9, tzinfo=UTC)
RULES = "rules: [{name: team, metric: spend, window: day, thresholds: {warning: %s USD}}]"


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Stage]:
    changes = {"digests": [{"name": "daily", "to": ["finops"]}]}
    async with stage.staged(tmp_path, START, RULES % 50, changes) as played:
        await played.tick()
        yield played


async def watch(played: Stage) -> list[str]:
    await played.bot.watch()
    await played.bot.deliverer.drain()
    return played.news()


async def test_everything_that_happens_by_time_is_on_the_timetable(played: Stage) -> None:
    timetable = played.bot.timetable()
    assert [
        "poll acme",
        "judge",
        "deliver",
        "digests",
        "watch",
        "prune",
        "backup",
        "heartbeat",
        "reconcile",
    ] == timetable.names()


async def test_a_changed_rule_is_judged_at_once(played: Stage) -> None:
    played.stream(1, usd=40)
    assert [] == await played.tick()
    assert [] == await watch(played)
    played.write_rules(RULES % 30)
    (told,) = await watch(played)
    assert "spend of the team at $40.00" in told


async def test_credit_months_turn_with_the_plan_from_the_first_judgement_on(played: Stage) -> None:
    turn = datetime(2026, 12, 1, tzinfo=UTC)
    assert turn == played.bot.standing.credit_anchor
    await played.restart()
    await played.bot.judge()
    assert turn == played.bot.standing.credit_anchor


async def test_a_rule_on_credit_months_turns_with_the_plan(played: Stage) -> None:
    played.write_rules((RULES % 50).replace("day", "credit_month"))
    await watch(played)
    for _ in range(2):
        [window] = [rule.window for rule in played.bot.standing.rules if rule.name == "team"]
        assert (
            Period(Every.CREDIT_MONTH, UTC_ZONE, anchor=datetime(2026, 12, 1, tzinfo=UTC)) == window
        )
        await played.restart()
        await played.bot.judge()


async def test_a_bad_file_is_told_in_health_and_the_rules_before_it_stay(played: Stage) -> None:
    played.write_rules("rules: [{name: team}]")
    assert [] == await watch(played)
    in_force = played.bot.in_force()
    assert in_force.faults
    assert {"team", "data-age", "drift"} == {rule.name for rule in in_force.rules}
    played.stream(1, usd=60)
    assert 1 == len(await played.tick())
    played.write_rules(RULES % 50)
    await watch(played)
    assert [] == list(played.bot.in_force().faults)


async def test_a_changed_route_is_taken_from_then_on(played: Stage) -> None:
    text = (played.folder / "config.yaml").read_text(encoding="utf-8")
    (played.folder / "config.yaml").write_text(
        text.replace(stage.CHANNEL, "#sec-leads"), encoding="utf-8"
    )
    await watch(played)
    played.stream(1, usd=60)
    await played.tick()
    assert 1 == len(played.bench.workspace.messages("#sec-leads"))
    assert played.bot.standing.routes == played.bot.deliverer.routes


async def test_two_evaluations_are_never_under_way_at_once(played: Stage) -> None:
    played.stream(1, usd=60)
    await played.bot.pollers[stage.SOURCE].run(played.clock.now())
    await asyncio.gather(*(played.bot.judge() for _ in range(5)))
    await played.bot.deliverer.drain()
    assert 1 == len(played.news())


async def test_what_answers_need_to_know(played: Stage) -> None:
    in_force = played.bot.in_force()
    assert (["acme"], timedelta(minutes=10), ("finops",)) == (
        in_force.sources,
        in_force.stale_after,
        in_force.default,
    )
    assert in_force.digests is not None
    assert ["daily"] == list(in_force.digests)


async def test_a_source_that_is_added_later_is_read_before_anything_is_judged(
    played: Stage,
) -> None:
    played.stream(1, usd=60)
    assert 1 == len(await played.tick())
    await played.close_bot()
    path = played.folder / "config.yaml"
    text = path.read_text(encoding="utf-8")
    first = text[text.index('{"name": "acme"') : text.index("]", text.index('{"name": "acme"'))]
    path.write_text(text.replace(first, f"{first}, {first.replace('acme', 'blue')}"), "utf-8")
    await played.open_bot()
    assert [] == await played.tick()
    played.stream(2, usd=10, created=played.clock.now() - timedelta(minutes=1))
    await played.bot.poll("blue")
    await played.bot.poll(stage.SOURCE)
    await played.bot.deliverer.drain()
    assert [] == played.news()


async def test_a_clock_that_is_set_back_keeps_nothing_waiting(played: Stage) -> None:
    played.bench.mischief.add("*", mischief.Broken(503), times=1_000_000)
    played.stream(1, usd=60)
    assert [] == await played.pass_time(timedelta(minutes=20))
    played.clock.set_to(played.clock.now() - timedelta(hours=1))
    played.bench.mischief.clear()
    await played.bot.clock_jumped(timedelta(hours=-1))
    told = await played.pass_time(timedelta(minutes=10))
    assert ["post"] == [line.split(" ")[0] for line in told]


async def test_what_was_undeliverable_is_told_once_its_cause_is_mended(played: Stage) -> None:
    played.bench.mischief.add("chat.postMessage", mischief.Refuse("invalid_auth"), times=10)
    played.stream(1, usd=60)
    assert [] == await played.pass_time(timedelta(minutes=5))
    played.bench.mischief.clear()
    await played.bot.revive()
    told = await played.pass_time(timedelta(minutes=1))
    assert ["post"] == [line.split(" ")[0] for line in told]


async def test_what_was_done_is_kept_even_if_it_cannot_be_judged(played: Stage) -> None:
    """The next evaluation makes up for it."""
    played.stream(1, usd=60)
    await played.tick()
    await played.bot.database.write(lambda db: db.execute("ALTER TABLE held RENAME TO lost"))
    assert "to everyone" in await played.say("ada", "silence team 1h")
    await played.bot.database.write(lambda db: db.execute("ALTER TABLE lost RENAME TO held"))
    assert "1 silence" in await played.say("ada", "status")


async def test_a_refusal_judges_nothing(played: Stage) -> None:
    judged = played.bot.in_force().judged
    played.clock.advance(timedelta(minutes=1))
    assert "fits no rule" in await played.say("ada", "silence x* 1h")
    assert judged == played.bot.in_force().judged
    assert "to everyone" in await played.say("ada", "silence t* 1h")
    assert played.clock.now() == played.bot.in_force().judged


async def test_a_backup_that_fails_is_told_and_stops_nothing(played: Stage) -> None:
    in_the_way = played.folder / "backups"
    in_the_way.write_text("a file")
    await played.bot.back_up()
    told = await played.say("ada", "status")
    assert "There is no backup of today: " in told
    assert "backups cannot be made: File exists" in told
    assert [] == await played.tick()
    in_the_way.unlink()
    await played.bot.back_up()
    assert "There is no backup of today" not in await played.say("ada", "status")
    assert backups.newest(played.folder / "bot.db") is not None
