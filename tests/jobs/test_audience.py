"""What silences hold back, and quiet times in turn with them, through the whole bot."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.demo.neo import usage
from bot.jobs import evaluate
from bot.notify.silence import Silence
from bot.store import held, silences
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = """rules:
  - {name: user, metric: spend, window: day, group_by: [user], thresholds: {warning: 50 USD, critical: 90 USD}}
"""


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Stage]:
    receivers = {"finops": {"slack": stage.CHANNEL}, "leads": {"slack": "#sec-leads"}}
    async with stage.staged(tmp_path, START, RULES, {"receivers": receivers}) as played:
        await played.tick()
        now = played.clock.now()
        silence = Silence(0, now, now + 30 * MINUTE, "ada@acme.test", "a migration", rule="us*")
        await played.bot.database.write(silences.add, silence)
        yield played


async def test_what_still_holds_when_a_silence_ends_is_told_once(played: Stage) -> None:
    played.stream(1, usd=60)
    played.stream(2, usd=60, email="ben@acme.test")
    assert [] == await played.pass_time(20 * MINUTE)
    played.neo.book.remove(usage.stream_id(2))
    await played.restart()
    (told,) = await played.pass_time(20 * MINUTE)
    assert told.startswith("post 🟠 Warning: spend of ana@acme.test at $60.00")
    assert [] == await played.pass_time(20 * MINUTE)
    assert [] == await played.bot.database.read(held.load)


async def test_the_peak_decides_who_is_told_when_a_silence_ends(played: Stage) -> None:
    played.write_rules(RULES.replace("window", "notify: {critical: [leads]}, window"))
    await played.bot.watch()
    played.stream(1, usd=100)
    await played.tick()
    played.neo.book.correct(usage.stream_id(1), Decimal(6))
    assert [] == await played.pass_time(10 * MINUTE)
    (told,) = await played.pass_time(30 * MINUTE)
    assert told.startswith("post #sec-leads 🔴 Critical: spend of ana@acme.test at $60.00")


async def test_a_message_is_edited_under_a_silence_and_its_peak_told_after_it(
    played: Stage,
) -> None:
    played.clock.advance(40 * MINUTE)
    played.stream(1, usd=60)
    assert 1 == len(await played.tick())
    now = played.clock.now()
    again = Silence(0, now, now + 5 * MINUTE, "ada@acme.test", "")
    await played.bot.database.write(silences.add, again)
    played.stream(2, usd=40)
    (told,) = await played.tick()
    assert told.startswith("edit 🔴 Critical")
    assert ["reply", "edit"] == [line.split()[0] for line in await played.pass_time(10 * MINUTE)]


async def test_a_table_of_what_was_held_back_goes_on_saying_so(played: Stage) -> None:
    for number, user in enumerate(("ana", "ben"), start=1):
        played.stream(number, usd=60, email=f"{user}@acme.test")
    (told,) = await played.pass_time(40 * MINUTE)
    assert told.startswith("post 🟠 2 alerts")
    played.neo.book.remove(usage.stream_id(1))
    assert ["reply", "edit"] == [line.split()[0] for line in await played.pass_time(5 * MINUTE)]
    message, *_ = played.bench.workspace.messages(stage.CHANNEL)
    assert "while messages were held back" in str(message.blocks)


async def test_what_goes_on_changing_is_told_when_the_silence_ends_to_whom_the_rule_names_then(
    played: Stage,
) -> None:
    played.stream(1, usd=60)
    assert [] == await played.pass_time(5 * MINUTE)
    played.write_rules(RULES.replace("window", "notify: [leads], window"))
    await played.bot.watch()
    for minute in range(30):
        played.stream(10 + minute, usd=0.1, created=played.clock.now() + minute * MINUTE)
    (told,) = await played.pass_time(30 * MINUTE)
    assert told.startswith("post #sec-leads 🟠 Warning: spend of ana@acme.test at $62.")


async def test_what_became_worse_while_it_was_silenced_is_one_message(played: Stage) -> None:
    played.clock.advance(40 * MINUTE)
    people = [f"p{number}@acme.test" for number in range(2)]
    for number, email in enumerate(people):
        played.stream(number, usd=60, email=email)
    await played.tick()
    now = played.clock.now()
    again = Silence(0, now, now + 5 * MINUTE, "ada@acme.test", "")
    await played.bot.database.write(silences.add, again)
    for number, email in enumerate(people, start=10):
        played.stream(number, usd=40, email=email)
    await played.tick()
    posted = [line for line in await played.pass_time(10 * MINUTE) if not line.startswith("edit")]
    assert ["post 🔴 2 changes in user: 2 escalated"] == [
        line.partition(" (")[0] for line in posted
    ]


async def test_a_single_alert_that_was_silenced_has_its_buttons_beside_what_got_worse(
    played: Stage,
) -> None:
    played.clock.advance(40 * MINUTE)
    played.stream(1, usd=60, email="ben@acme.test")
    await played.tick()
    now = played.clock.now()
    again = Silence(0, now, now + 5 * MINUTE, "ada@acme.test", "")
    await played.bot.database.write(silences.add, again)
    played.stream(2, usd=40, email="ben@acme.test")
    played.stream(3, usd=60)
    await played.tick()
    told = await played.pass_time(10 * MINUTE)
    assert [
        "post 🔴 1 alert and 1 change that were held back",
        "edit 🔴 Critical: spend of ben@acme.test",
    ] == [line.partition(" at ")[0] for line in told]
    assert "acknowledged" in await played.press("ada", "ack", "ana@acme.test")
    assert ["edit 🔴 1 alert and 1 change that were held back"] == await played.pass_time(MINUTE)
    table = played.bench.workspace.messages(stage.CHANNEL)[-1]
    assert "Undo acknowledgement" in str(table.blocks)


async def test_a_silence_stays_in_force_when_the_clock_is_set_back(played: Stage) -> None:
    played.clock.advance(-timedelta(hours=1))
    await played.bot.clock_jumped(-timedelta(hours=1))
    played.stream(1, usd=60)
    assert [] == await played.pass_time(5 * MINUTE)
    assert 1 == len(await played.bot.database.read(held.load))


async def test_what_holds_it_back_is_looked_at_only_when_that_is_another_thing(
    played: Stage,
) -> None:
    played.stream(1, usd=60)
    await played.pass_time(MINUTE)
    now, terms = played.clock.now(), played.bot.standing.terms
    assert (await played.bot.database.read(evaluate.prepare, terms, now + MINUTE)).idle
    over = await played.bot.database.read(evaluate.prepare, terms, now + 30 * MINUTE)
    assert [("first", 1)] == [
        (step.transition.reason, len(step.destinations))
        for step in over.heard.passed.steps
        if step.held
    ]
