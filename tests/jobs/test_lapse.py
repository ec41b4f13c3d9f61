"""A message says that its alert is silenced or taken on, for as long as that is so."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.jobs import lapse
from bot.store import alerts
from bot.store.connection import Connection
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = """rules:
  - {name: user, metric: spend, group_by: [user], window: day, thresholds: {warning: 5 USD, critical: 50 USD}}
"""


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage.staged(tmp_path, START, RULES) as opened:
        await opened.tick()
        yield opened


async def fired(played: Stage, *users: str) -> list[str]:
    for number, user in enumerate(users, start=1):
        played.stream(number, usd=9, email=f"{user}@acme.test")
    played.clock.advance(MINUTE)
    return await played.tick()


def said(played: Stage) -> str:
    """What the first message says now."""
    message, *_ = played.bench.workspace.messages(stage.CHANNEL)
    return str(message.blocks)


def shown(played: Stage) -> str:
    """What all messages say now."""
    return str([each.blocks for each in played.bench.workspace.messages(stage.CHANNEL)])


async def later(played: Stage, span: timedelta) -> list[str]:
    played.clock.advance(span)
    return await played.tick()


async def test_an_alert_says_until_when_it_is_silenced(played: Stage) -> None:
    await fired(played, "ana")
    assert "Silenced" not in said(played)
    await played.say("ada", "silence user 10m the *big* scan")
    await played.tick()
    assert "🔇 Silenced by ada@acme.test until <!date^" in said(played)
    assert "*big*" not in said(played)
    assert "scan (`S1`)" in said(played)
    played.news()
    assert [] == await later(played, 9 * MINUTE)
    assert ["edit"] == [line.split(" ")[0] for line in await later(played, MINUTE)]
    assert "Silenced" not in said(played)
    assert [] == await later(played, MINUTE)


async def test_what_is_posted_under_a_silence_of_another_severity_says_so_too(
    played: Stage,
) -> None:
    """A restart and a change of state forget nothing of it."""
    await fired(played, "ana")
    await played.say("ada", "silence user 10m")
    await played.restart()
    played.stream(2, usd=60, email="ana@acme.test")
    await later(played, MINUTE)
    assert "Critical" in said(played)
    assert "Silenced by ada@acme.test" in said(played)
    told = await later(played, 10 * MINUTE)
    assert ["reply", "edit"] == [line.split(" ")[0] for line in told]
    assert "Silenced" not in said(played)


async def test_in_a_table_a_row_is_marked(played: Stage) -> None:
    await fired(played, *"abcdefg")
    await played.say("ada", "silence d@acme.test 10m")
    await played.say("ada", "silence e@acme.test 20m")
    await played.tick()
    assert 2 == said(played).count("🔇")
    await later(played, 10 * MINUTE)
    assert 1 == said(played).count("🔇")


async def test_a_table_counts_also_those_that_it_does_not_show(played: Stage) -> None:
    await fired(played, *"abcdefghijkl")
    found = await played.bot.database.read(alerts.open_alerts)
    hidden = [alert for alert in found if alert.series.values[0] not in said(played)]
    assert 2 == len(hidden)
    await played.say("ada", f"ack {hidden[0].id}")
    await played.say("ada", f"silence {hidden[1].id} 10m")
    assert {"edit"} == {line.split(" ")[0] for line in await played.tick()}
    assert "12 of 12, 1 acknowledged, 1 silenced" in said(played)
    await later(played, 10 * MINUTE)
    assert "12 of 12, 1 acknowledged" in said(played)
    assert "silenced" not in said(played)
    played.write_rules("rules: []")
    await played.bot.watch()
    await later(played, MINUTE)
    assert "0 of 12'" in said(played)


async def test_an_alert_of_a_rule_that_names_one_person_shows_what_mutes_that_person(
    tmp_path: Path,
) -> None:
    rules = f"{RULES}  - {{name: ana, metric: spend, where: {{user: ana@acme.test}}, window: day, thresholds: {{warning: 5 USD}}}}\n"
    async with stage.staged(tmp_path, START, rules) as played:
        await played.tick()
        await fired(played, "ana")
        assert "mutes 2 alerts" in await played.say("ada", "silence ana@acme.test 10m")
        await played.tick()
        assert 2 == shown(played).count("🔇 Silenced by ada@acme.test")
        assert 2 == (await played.say("ada", "alerts")).count("🔇")
        await later(played, 10 * MINUTE)
        assert "🔇 Silenced" not in shown(played)


async def test_a_message_that_cannot_be_read_keeps_no_act_from_being_done(played: Stage) -> None:
    await fired(played, "ana", "ben")

    def spoil(db: Connection) -> None:
        db.execute("UPDATE message SET body = '{}' WHERE id = (SELECT min(id) FROM message)")

    await played.bot.database.write(spoil)
    assert "to everyone" in await played.say("ada", "silence user 10m")
    await played.tick()
    assert 1 == shown(played).count("🔇 Silenced")


async def test_a_silence_that_ended_is_looked_at_once(played: Stage) -> None:
    await played.say("ada", "silence user 10m")
    await played.say("ada", "silence * 10m")
    at = played.clock.now() + 10 * MINUTE
    assert [0, 2, 0] == [
        await lapse.run(played.bot.database, (), moment)
        for moment in (at - MINUTE, at, at + MINUTE)
    ]


async def test_an_alert_says_who_took_it_on_until_it_gets_worse(played: Stage) -> None:
    await fired(played, "ana")
    [alert] = await played.bot.database.read(alerts.open_alerts)
    for typed, shown in ((f"ack {alert.id}", True), (f"ack {alert.id} undo", False)):
        assert "to everyone" in await played.say("ana", typed)
        await played.tick()
        assert shown == ("✋ Acknowledged by ana@acme.test <!date^" in said(played))
    await played.say("ana", f"ack {alert.id}")
    played.stream(2, usd=60, email="ana@acme.test")
    await later(played, MINUTE)
    assert "Acknowledged" not in said(played)
