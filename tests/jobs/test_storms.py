"""Many alerts that change at once, through the whole bot: few messages, exact totals, and every message true in the end."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.demo.neo import usage
from bot.demo.workbench import mischief
from bot.demo.workbench.message import Message
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULE = "{name: user, metric: spend, window: day, group_by: [user], thresholds: {warning: 50 USD, critical: 100 USD}}"
DAY = "day: Wed 18 Nov 2026, UTC"


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage.staged(tmp_path, START, f"rules: [{RULE}]") as played:
        await played.tick()
        yield played


def spend(played: Stage, users: range, usd: int) -> None:
    """Each of the users has spent as much in the last hour, in a stream of the user's number."""
    for user in users:
        email, task = f"user-{user:04}@acme.test", f"task-{user % 10}"
        created = played.clock.now() - user * timedelta(seconds=2)
        played.stream(user, usd=usd, email=email, task_id=task, created=created)


def correct(played: Stage, users: Iterable[int], usd: int) -> None:
    for user in users:
        played.neo.book.correct(usage.stream_id(user), Decimal(usd) / 10)


async def told(played: Stage) -> tuple[list[str], int]:
    """What is posted and replied a minute later, and how many messages are edited."""
    played.clock.advance(MINUTE)
    lines = await played.tick()
    said = [line for line in lines if not line.startswith("edit")]
    return said, len(lines) - len(said)


async def replied(played: Stage, begins: str) -> None:
    """A minute later one reply comes, which begins so, and one message is edited."""
    [said], edits = await told(played)
    assert (begins, 1) == (said[: len(begins)], edits)


def messages(played: Stage) -> list[Message]:
    return played.bench.workspace.messages(stage.CHANNEL)


async def one_by_one(played: Stage) -> None:
    """Seven alerts with a message each."""
    for users in (range(1, 5), range(5, 8)):
        spend(played, users, 60)
        assert ["post"] * len(users) == [line.split()[0] for line in (await told(played))[0]]


async def test_a_thousand_people_make_one_message_each_time(played: Stage) -> None:
    spend(played, range(1, 1001), 60)
    [posted], _ = await told(played)
    assert posted == f"post 🟠 1,000 alerts: spend past the limit of user ({DAY})"
    assert "*$60,000.00*" in str(messages(played)[0].blocks)
    correct(played, range(1, 1001), 110)
    await replied(played, "reply 1,000 changes in user: 🔴 Escalated to critical: spend of user-")
    correct(played, range(1, 1001), 2)
    await replied(played, "reply 1,000 changes in user: 🟢 Corrected: spend of user-")
    table, *_ = messages(played)
    assert "*$2,000.00*" in str(table.blocks)
    assert "*Still open*\\n0 of 1,000" in str(table.blocks)


async def test_alerts_with_a_message_each_that_change_together_are_told_in_one(
    played: Stage,
) -> None:
    await one_by_one(played)
    correct(played, range(1, 8), 110)
    assert ([f"post 🔴 7 changes in user: 7 escalated ({DAY})"], 7) == await told(played)
    assert "*$770.00*" in str(messages(played)[-1].blocks)
    await played.restart()
    assert ([], 0) == await told(played)
    correct(played, range(1, 3), 120)
    correct(played, range(3, 8), 9)
    said, edited = await told(played)
    assert ["reply 🟢 Corrected"] * 5 == [line.partition(":")[0] for line in said]
    assert 5 == edited
    correct(played, range(1, 3), 8)
    said, edited = await told(played)
    assert (2, 2) == (len(said), edited)


async def test_what_changed_together_is_true_in_the_end(played: Stage) -> None:
    await one_by_one(played)
    correct(played, range(1, 8), 110)
    await told(played)
    correct(played, range(2, 8), 9)
    assert ([f"post 🟢 6 changes in user: 6 corrected ({DAY})"], 6) == await told(played)
    assert "*$54.00*" in str(messages(played)[-1].blocks)
    played.clock.advance(15 * 60 * MINUTE)
    assert ([], 1) == await told(played)
    own = [message.text.partition(":")[0] for message in messages(played)[:7]]
    assert ["🏁 Closed", *["🟢 Corrected"] * 6] == own


async def test_late_money_of_many_is_told_in_one(played: Stage) -> None:
    await one_by_one(played)
    played.clock.advance(16 * 60 * MINUTE)
    assert ([], 7) == await told(played)
    correct(played, range(1, 8), 110)
    played.clock.advance(16 * MINUTE)
    assert ([f"post 🔴 7 changes in user: 7 late ({DAY})"], 7) == await told(played)
    own = [message.text.partition(":")[0] for message in messages(played)[:7]]
    assert ["🔴 Late critical"] * 7 == own


async def test_old_alerts_with_their_tables_and_new_ones_make_two_messages(played: Stage) -> None:
    await one_by_one(played)
    spend(played, range(11, 21), 60)
    await told(played)
    correct(played, [*range(1, 8), *range(11, 21)], 110)
    spend(played, range(31, 41), 60)
    said, _ = await told(played)
    assert [
        f"post 🟠 10 alerts: spend past the limit of user ({DAY})",
        f"post 🔴 17 changes in user: 17 escalated ({DAY})",
    ] == said


async def test_alerts_whose_rule_goes_are_told_of_in_one(played: Stage) -> None:
    await one_by_one(played)
    played.write_rules("rules: []")
    await played.bot.watch()
    assert (["post 🏁 7 changes in user: 7 ended"], 7) == await told(played)
    *own, gathered = messages(played)
    assert ["🏁 Ended"] * 7 == [message.text.partition(":")[0] for message in own]
    assert "user-0007@acme.test" in str(gathered.blocks)


async def test_of_many_whom_slack_does_not_know_the_fallback_is_told_in_one(
    tmp_path: Path,
) -> None:
    rule = RULE.replace("name: user", "name: user, notify: [owner]")
    receivers = {"finops": {"slack": stage.CHANNEL}, "owner": {"slack": "dm"}}
    async with stage.staged(
        tmp_path, START, f"rules: [{rule}]", {"receivers": receivers}
    ) as played:
        await played.tick()
        spend(played, range(1, 31), 60)
        [posted], _ = await told(played)
        assert posted == f"post 🟠 30 alerts: spend past the limit of user ({DAY})"
        [table] = messages(played)
        assert "*$1,800.00*" in str(table.blocks)
        assert "each was meant for somebody else; the last was meant for owner" in str(table.blocks)
        correct(played, range(1, 31), 110)
        await replied(played, "reply 30 changes in user: 🔴 Escalated to critical: spend of user-")
        assert "*$3,300.00*" in str(messages(played)[0].blocks)


async def test_what_became_of_many_is_not_repeated_while_it_waits(tmp_path: Path) -> None:
    rule = RULE.replace("name: user", "name: user, repeat: 2m")
    async with stage.staged(tmp_path, START, f"rules: [{rule}]") as played:
        await played.tick()
        await one_by_one(played)
        played.bench.mischief.add("*", mischief.Broken(503), times=1_000_000)
        correct(played, range(1, 8), 110)
        assert [] == await played.pass_time(9 * MINUTE)
        played.bench.mischief.clear()
        said = [line for line in await played.pass_time(12 * MINUTE) if "edit" not in line]
        assert [
            f"post 🔴 7 changes in user: 7 {why} ({DAY})" for why in ("escalated", "still past it")
        ] == said
