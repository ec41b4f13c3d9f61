"""What becomes of alerts when their rules, their sources or their figures are others than they were."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.demo.neo import usage
from bot.store import alerts
from rules.alert import State
from rules.rule import Rule
from tests import stage
from tests.stage import Stage

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PENDING = "rules: [{name: errors, metric: errors, window: 2h, thresholds: {warning: 3}, for: %s}]"
CLEARING = (
    "rules: [{name: errors, metric: errors, window: 30m, thresholds: {warning: 3}, keep: %s}]"
)
CREDITS = "rules: [{name: credits, metric: credit_balance, thresholds: {warning: 1000000 USD}, below: true}]"
ADMIN = "ada@acme.test"


async def reload(played: Stage, rules: str) -> list[str]:
    played.write_rules(rules)
    await played.bot.watch()
    await played.bot.deliverer.drain()
    return played.news()


def fail(played: Stage) -> None:
    for number in range(3):
        played.stream(number, status="error", created=played.clock.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("first", "then", "quiet", "told"),
    [
        pytest.param("60m", "20m", 13, 4, id="shorter"),
        pytest.param("20m", "60m", 53, 4, id="longer"),
        pytest.param("60m", "4m", 0, 0, id="over already"),
    ],
)
async def test_a_pending_alert_goes_by_the_new_for(
    tmp_path: Path, first: str, then: str, quiet: int, told: int
) -> None:
    async with stage.staged(tmp_path, START, PENDING % first) as played:
        await played.tick()
        fail(played)
        assert [] == await played.tick()
        assert [] == await played.pass_time(5 * MINUTE)
        news = await reload(played, PENDING % then)
        assert [] == await played.pass_time(quiet * MINUTE)
        news += await played.pass_time(told * MINUTE)
        assert ["post"] == [line.split()[0] for line in news]


@pytest.mark.parametrize(
    ("first", "then", "quiet", "told"),
    [
        pytest.param("60m", "20m", 13, 4, id="shorter"),
        pytest.param("20m", "60m", 53, 4, id="longer"),
    ],
)
async def test_a_clearing_alert_goes_by_the_new_keep(
    tmp_path: Path, first: str, then: str, quiet: int, told: int
) -> None:
    async with stage.staged(tmp_path, START, CLEARING % first) as played:
        await played.tick()
        fail(played)
        assert 1 == len(await played.tick())
        assert ["edit"] == [line.split()[0] for line in await played.pass_time(36 * MINUTE)]
        assert [] == await reload(played, CLEARING % then)
        assert [] == await played.pass_time(quiet * MINUTE)
        news = await played.pass_time(told * MINUTE)
        assert ["reply", "edit"] == [line.split()[0] for line in news]


async def test_a_balance_that_neo_no_longer_tells_changes_nothing(tmp_path: Path) -> None:
    async with stage.staged(tmp_path, START, CREDITS) as played:
        (told,) = await played.tick()
        assert "Warning" in told
        played.neo.accounts.close(ADMIN, "billing/credits", 403)
        for _ in range(8):
            played.clock.advance(HOUR)
            assert [] == await played.tick()
        (alert,) = await played.bot.database.read(alerts.open_alerts)
        assert State.FIRING is alert.state
        assert [] == await reload(played, CREDITS.replace("1000000", "0.01"))
        assert [] == await played.tick()
        played.neo.accounts.close(ADMIN, "billing/credits", None)
        played.clock.advance(HOUR)
        assert ["reply", "edit"] == [line.split()[0] for line in await played.tick()]


async def test_an_alert_on_a_source_that_is_removed_ends_with_a_word(tmp_path: Path) -> None:
    async with stage.staged(tmp_path, START, CREDITS) as played:
        assert 1 == len(await played.tick())
        await played.close_bot()
        path = played.folder / "config.yaml"
        path.write_text(
            path.read_text("utf-8").replace('"name": "acme"', '"name": "blue"'), "utf-8"
        )
        await played.open_bot()
        await played.bot.judge()
        await played.bot.deliverer.drain()
        reply, edit = played.news()
        assert (True, True) == (reply.startswith("reply"), "Ended" in edit)
        said = str(played.bench.calls_of("chat.update")[-1]["blocks"])
        assert "its source was removed" in said
        await played.bot.judge()
        await played.bot.deliverer.drain()
        assert [] == played.news()


SPEND = "{name: spend, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD}}"
STREAMS = "{name: streams, metric: streams, window: 24h, thresholds: {warning: 2}}"
LATER = "{name: later, metric: streams, window: day, thresholds: {warning: 1}}"


@pytest.mark.parametrize(
    ("people", "ended"),
    [
        pytest.param(1, ["reply 🏁 Ended: spend", "edit 🏁 Ended: spend"], id="one"),
        pytest.param(6, [], id="a table"),
    ],
)
async def test_what_was_said_by_a_rule_that_is_gone_and_cannot_be_read_stops_no_other_rule(
    tmp_path: Path, people: int, ended: list[str]
) -> None:
    async with stage.staged(tmp_path, START, f"rules: [{SPEND}]") as played:
        await played.tick()
        for number in range(people):
            played.stream(number, usd=60, email=f"user-{number}@acme.test")
        assert 1 == len(await played.tick())
        await played.bot.database.write(lambda db: db.execute("UPDATE message SET body = '{}'"))
        news = await reload(played, f"rules: [{LATER}]")
        assert ["post 🟠 Warning: streams", *ended] == [line.split(" of ")[0] for line in news]
        (alert,) = await played.bot.database.read(alerts.open_alerts)
        assert "later" == alert.series.rule


async def test_in_a_table_of_several_rules_each_row_goes_on_naming_its_own(tmp_path: Path) -> None:
    quiet = {"notify": {"default": ["finops"], "quiet": {"hours": "08:00-10:00"}}}
    async with stage.staged(tmp_path, START, f"rules: [{SPEND}, {STREAMS}]", quiet) as played:
        await played.tick()
        for number in range(2):
            played.stream(number, usd=60, email=f"user-{number}@acme.test")
        assert [] == await played.tick()
        (told,) = await played.pass_time(61 * MINUTE, 30 * MINUTE)
        assert "3 alerts that were held back" in told
        assert (await reload(played, f"rules: [{STREAMS}]"))[0].startswith("reply 2 changes: ")
        await played.pass_time(24 * HOUR, 6 * HOUR)
        message, *_ = played.bench.workspace.messages(stage.CHANNEL)
        said = str(message.blocks)
        assert "0 of 3" in said
        assert (2, 1) == (said.count("'spend'"), said.count("'streams'"))


async def test_an_alert_that_goes_on_within_its_limit_says_where_it_is_over(tmp_path: Path) -> None:
    rules = "rules: [{name: team, metric: spend, window: 24h, thresholds: {warning: 50 USD, critical: 100 USD}}]"
    async with stage.staged(tmp_path, START, rules) as played:
        await played.tick()
        played.stream(1, usd=110)
        await played.pass_time(MINUTE)
        played.neo.book.correct(usage.stream_id(1), Decimal("4.6"))
        await played.pass_time(MINUTE)
        (message,) = played.bench.workspace.messages(stage.CHANNEL)
        assert "It is within its limit; it is over only below $45.00." in str(message.blocks)


class Mute(Rule):
    """A rule with a fault of ours, that cannot even say what it must read."""

    def __getattribute__(self, name: str) -> Any:
        if name == "below":
            raise RuntimeError("not now")
        return super().__getattribute__(name)


async def test_a_rule_that_cannot_say_what_it_reads_leaves_the_others_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rules = """
rules:
  - {name: mute, metric: spend, window: day, thresholds: {warning: 50 USD}}
  - {name: errors, metric: errors, window: 30m, thresholds: {warning: 3}}
"""
    async with stage.staged(tmp_path, START, rules) as played:
        await played.tick()
        bot = played.bot
        broken = [
            Mute.model_construct(**dict(rule)) if rule.name == "mute" else rule
            for rule in bot.standing.rules
        ]
        bot.standing = replace(bot.standing, rules=tuple(broken))
        fail(played)
        (told,) = await played.tick()
        assert "failed streams" in told
        faults = ["rule mute could not be judged: RuntimeError: not now"]
        assert faults == [str(fault) for fault in bot.in_force().faults]
        assert ["mute"] == [
            vars(each)["rule"] for each in caplog.records if "could not be judged" in each.message
        ]
