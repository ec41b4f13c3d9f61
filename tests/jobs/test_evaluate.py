"""One evaluation keeps all that it decided or nothing, and says each thing once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.neo import accounts, usage
from bot.jobs import evaluate
from bot.store import alerts, changes, sources
from bot.store.connection import Connection
from bot.store.error import StoreError
from bot.store.sources import SourceState
from rules.labels import Values
from rules.rule import Rule
from rules.terms import Terms
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
RULES = """
rules:
  - {name: user-spend, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD, critical: 100 USD}}
  - {name: errors, metric: errors, window: 30m, thresholds: {warning: 3}}
"""
WARNING = "🟠 Warning: spend of ana@acme.test at $60.00"


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage.staged(tmp_path, START, RULES) as played:
        assert [] == await played.tick()
        yield played


def kept(db: Connection) -> list[tuple[int, ...]]:
    """How many rows there are that an evaluation may write."""
    tables = ("alert", "decision", "message", "told", "outbox")
    return [db.execute(f"SELECT count(*) FROM {name}").fetchone() for name in tables]


@pytest.mark.slow
async def test_a_thousand_unchanged_ticks_write_and_send_nothing(played: Stage) -> None:
    played.stream(1, usd=60)
    (told,) = await played.tick()
    assert told.startswith(f"post {WARNING}")
    before = await played.bot.database.read(kept)
    for number in range(1000):
        played.clock.advance(timedelta(seconds=5))
        await (played.bot.poll(stage.SOURCE) if number % 12 == 0 else played.bot.judge())
    await played.bot.deliverer.drain()
    assert [] == played.news()
    assert before == await played.bot.database.read(kept)


async def test_what_cannot_all_be_kept_is_not_kept_at_all(played: Stage) -> None:
    played.stream(1, usd=60)
    database = played.bot.database
    before = await database.read(kept)
    await database.write(
        lambda db: db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    )
    with pytest.raises(StoreError):
        await played.tick()
    assert before == await database.read(kept)
    assert await database.read(changes.count)
    await database.write(lambda db: db.execute("DROP TRIGGER full"))
    (told,) = await played.tick()
    assert told.startswith(f"post {WARNING}")


class Broken(Rule):
    """A rule with a fault of ours."""

    def terms(self, values: Values) -> Terms:
        raise RuntimeError(f"no terms for {values}")


async def test_a_rule_that_fails_leaves_the_others_alone_and_is_judged_whole_once_it_works(
    played: Stage,
) -> None:
    bot = played.bot
    whole = bot.standing
    broken = [
        Broken.model_construct(**dict(rule)) if rule.name == "user-spend" else rule
        for rule in whole.rules
    ]
    bot.standing = replace(whole, rules=tuple(broken))
    for number in range(3):
        played.stream(number, usd=20, status="error")
    played.clock.advance(stage.TICK)
    (told,) = await played.tick()
    assert "failed streams of the team at 3" in told
    assert [
        "rule user-spend could not be judged: RuntimeError: no terms for ('ana@acme.test',)"
    ] == [str(fault) for fault in bot.in_force().faults]
    bot.standing = whole
    (told,) = await played.tick()
    assert told.startswith(f"post {WARNING}")
    assert [] == list(bot.in_force().faults)


STEPS = ("poll", "judge", "deliver")


@pytest.mark.parametrize("where", range(3), ids=[f"after {step}" for step in STEPS])
async def test_a_restart_anywhere_loses_and_doubles_nothing(played: Stage, where: int) -> None:
    played.stream(1, usd=60)
    for number, step in enumerate(STEPS):
        await _do(played, step)
        if number == where:
            await played.restart()
    told = [*played.news(), *await played.tick(), *await played.tick()]
    assert 1 == len(told)
    assert told[0].startswith(f"post {WARNING}")
    played.stream(2, usd=60)
    for number, step in enumerate(STEPS):
        await _do(played, step)
        if number == where:
            await played.restart()
    told = [*played.news(), *await played.tick(), *await played.tick()]
    assert ["reply", "edit"] == [line.split()[0] for line in told]


async def _do(played: Stage, step: str) -> None:
    match step:
        case "poll":
            await played.bot.pollers[stage.SOURCE].run(played.clock.now())
        case "judge":
            bot = played.bot
            await evaluate.run(bot.database, bot.standing.terms, played.clock.now())
        case _:
            await played.bot.deliverer.drain()


async def test_an_alert_that_is_pending_is_dropped_without_a_word(tmp_path: Path) -> None:
    rules = """
rules:
  - {name: errors, metric: errors, window: day, thresholds: {warning: 3}, for: 10m}
"""
    async with stage.staged(tmp_path, START, rules) as played:
        await played.tick()
        for number in range(3):
            played.stream(number, status="error")
        assert [] == await played.tick()
        assert 1 == len(await played.bot.database.read(alerts.open_alerts))
        played.neo.book.set_status(usage.stream_id(1), "completed")
        assert [] == await played.pass_time(timedelta(minutes=20))
        assert [] == await played.bot.database.read(alerts.open_alerts)


async def test_a_timer_fires_although_nothing_changes(tmp_path: Path) -> None:
    rules = """
rules:
  - {name: errors, metric: errors, window: day, thresholds: {warning: 3}, for: 10m}
"""
    async with stage.staged(tmp_path, START, rules) as played:
        await played.tick()
        for number in range(3):
            played.stream(number, status="error")
        assert [] == await played.tick()
        assert [] == await played.pass_time(timedelta(minutes=9))
        (told,) = await played.pass_time(timedelta(minutes=2))
        assert told.startswith("post 🟠 Warning: failed streams of the team at 3")


async def test_a_member_is_told_of_once_and_what_to_do(played: Stage) -> None:
    played.neo.accounts.set_role("ada@acme.test", accounts.Role.MEMBER)
    told = await played.pass_time(timedelta(minutes=50))
    assert 1 == len(told)
    assert "acme" in told[0]
    (sent,) = played.bench.calls_of("chat.postMessage")
    assert "use a credential of a team admin" in str(sent["blocks"])


async def test_what_fails_from_the_start_is_told_too(tmp_path: Path) -> None:
    async with stage.staged(tmp_path, START, RULES) as played:
        played.neo.accounts.expire(stage.KEY)
        told = await played.pass_time(timedelta(minutes=50))
        assert 1 == len(told)
        (sent,) = played.bench.calls_of("chat.postMessage")
        assert "Neo refuses the credential" in str(sent["blocks"])


async def test_a_table_names_the_worst_ten_and_the_exact_total(played: Stage) -> None:
    for number in range(1000):
        played.stream(number, usd="51.000000001", email=f"u{number}@acme.test")
    (told,) = await played.tick()
    assert "1,000 alerts" in told
    (sent,) = played.bench.calls_of("chat.postMessage")
    shown = str(sent["blocks"])
    assert "990 more" in shown
    assert "$51,000.00" in shown


async def test_the_members_of_a_table_end_with_their_rule(played: Stage) -> None:
    for number in range(7):
        played.stream(number, usd=60, email=f"u{number}@acme.test")
    (told,) = await played.tick()
    assert "7 alerts" in told
    played.write_rules("rules: []")
    await played.bot.watch()
    await played.bot.deliverer.drain()
    assert ["reply", "edit"] == [line.split()[0] for line in played.news()]
    assert [] == await played.tick()


async def test_nothing_is_judged_before_history_is_read(played: Stage, tmp_path: Path) -> None:
    def unread(db: Connection) -> None:
        db.execute(
            "UPDATE source_state SET cursor = NULL, backfill_done = 0, backfill_at = backfill_from + 1"
        )

    played.stream(1, usd=60)
    await played.bot.pollers[stage.SOURCE].run(played.clock.now())
    await played.bot.database.write(unread)
    await played.bot.judge()
    await played.bot.deliverer.drain()
    assert [] == played.news()
    (told,) = await played.tick()
    assert told.startswith(f"post {WARNING}")


@pytest.mark.parametrize(
    ("state", "stale"),
    [
        pytest.param(SourceState(), True, id="never read"),
        pytest.param(SourceState(last_complete=START), False, id="just read"),
        pytest.param(
            SourceState(last_complete=START - timedelta(minutes=10)), False, id="ten minutes ago"
        ),
        pytest.param(
            SourceState(last_complete=START - timedelta(minutes=11)), True, id="longer ago"
        ),
    ],
)
async def test_when_a_source_is_stale(played: Stage, state: SourceState, stale: bool) -> None:
    def put(db: Connection) -> None:
        db.execute("DELETE FROM source_state")
        if state.last_complete is not None:
            sources.advance(db, stage.SOURCE, cursor=START, complete_at=state.last_complete)

    await played.bot.database.write(put)
    played.clock.set_to(START)
    verdicts = await played.bot.database.read(
        evaluate.prepare, played.bot.standing.terms, played.clock.now()
    )
    assert ({stage.SOURCE} if stale else set()) == verdicts.stale
