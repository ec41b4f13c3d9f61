"""The whole bot, opened: what it does when the world around it fails, and what a webhook gets."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import app, standing
from bot.counts import What
from bot.demo.neo import faults
from bot.demo.workbench import mischief
from bot.neo.error import NeoError
from bot.notify.notification import SinkError
from bot.store import sources
from bot.store.error import StoreError
from bot.store.sources import Backfill
from tests import stage
from tests.jobs.office import Hook

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
RULES = """
rules: [{name: user-spend, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD, critical: 100 USD}}]
"""


async def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    async with stage.staged(tmp_path, START, RULES) as played:
        await played.tick()
        await played.bot.database.write(lambda db: db.execute("PRAGMA max_page_count = 1"))
        for number in range(600):
            played.stream(number, usd="0.14")
        with pytest.raises(StoreError, match="cannot grow because the disk is full; free some"):
            await played.tick()
        assert START == (await played.bot.database.read(sources.load))["acme"].cursor
        await played.bot.database.write(lambda db: db.execute("PRAGMA max_page_count = 100000"))
        played.clock.advance(stage.TICK)
        (told,) = await played.tick()
        assert "spend of ana@acme.test at $84.00" in told


async def test_a_webhook_is_told_of_the_same_things(tmp_path: Path) -> None:
    hook, server = Hook(), web.Application()
    server.router.add_post("/in", hook.take)
    async with TestServer(server) as receiver:
        pager = {"url": str(receiver.make_url("/in")), "allow_http": True, "allow_private": True}
        changes = {
            "receivers": {"finops": {"slack": stage.CHANNEL}, "pager": {"webhook": pager}},
            "notify": {"default": ["finops", "pager"]},
        }
        async with stage.staged(tmp_path, START, RULES, changes) as played:
            await played.tick()
            played.stream(1, usd=60)
            assert 1 == len(await played.tick())
            hook.statuses.append(503)
            played.stream(2, usd=60)
            assert 2 == len(await played.tick())
            await played.restart()
            played.clock.advance(timedelta(seconds=5))
            await played.bot.deliverer.drain()
            played.clock.set_to(START + timedelta(days=1, minutes=1))
            await played.tick()
    assert ["first", "escalated", "escalated", "closed"] == [body["reason"] for _, body in hook.got]
    assert 3 == len({key for key, _ in hook.got})


async def test_alone_only_an_admin_is_offered_to_silence(tmp_path: Path) -> None:
    changes = {
        "receivers": {"owner": {"slack": "dm"}, "finops": {"slack": stage.CHANNEL}},
        "notify": {"default": ["owner"], "fallback": "finops"},
    }
    async with stage.staged(tmp_path, START, RULES, changes) as played:
        await played.tick()
        played.stream(1, usd=60, email="ana@acme.test")
        played.stream(2, usd=60, email="ada@acme.test")
        assert ["dm", "dm"] == [line.split(" ")[0] for line in await played.tick()]
        told = {who: played.bench.workspace.messages(f"D0{who}") for who in ("ANA", "ADA")}
        shown = {who: "Silence…" in str(message.blocks) for who, [message] in told.items()}
        assert {"ANA": False, "ADA": True} == shown


async def test_what_it_does_and_what_it_is_asked_to_wait_for_is_counted(tmp_path: Path) -> None:
    async with stage.staged(tmp_path, START, RULES) as played:
        await played.tick()
        played.neo.faults.add(faults.answer(429, retry_after="1"), times=2)
        played.bench.mischief.add("*", mischief.RateLimited(3), times=1)
        played.stream(1, usd=60)
        await played.tick()
        played.bench.mischief.add("*", mischief.Refuse("is_archived"), times=1)
        played.stream(2, usd=60)
        await played.pass_time(timedelta(minutes=2))
        played.neo.faults.add(faults.answer(500), times=None)
        await played.pass_time(timedelta(minutes=1))
        counted = {
            (what, *count.labels): count.number
            for what in What
            for count in played.bot.counts.of(what)
        }
    assert {
        (What.POLLS, "acme", "complete"): 4,
        (What.POLLS, "acme", "failed"): 1,
        (What.EVALUATIONS, "begun"): 5,
        (What.EVALUATIONS, "done"): 5,
        (What.DELIVERIES, "finops", "sent"): 1,
        (What.DELIVERIES, "finops", "edited"): 1,
        (What.DELIVERIES, "finops", "put off"): 1,
        (What.DELIVERIES, "finops", "refused"): 1,
        (What.RATE_LIMITED, "neo", "acme"): 2,
        (What.RATE_LIMITED, "slack", ""): 1,
        (What.REQUESTS_LIMITED,): 0,
        (What.HEARTBEATS, "failed"): 0,
        (What.HEARTBEATS, "sent"): 0,
        (What.HEARTBEATS, "withheld"): 0,
    } == counted


async def test_history_is_read_for_every_source(tmp_path: Path) -> None:
    async with stage.staged(tmp_path, START, RULES) as played:
        await played.close_bot()
        shown: list[tuple[str, Backfill]] = []
        stands = standing.load(played.folder / "config.yaml", {})
        since = START - timedelta(days=40)
        await app.backfill(
            stands, since, played.clock, lambda name, step: shown.append((name, step))
        )
        assert ("acme", Backfill(since, since, done=True)) == shown[-1]
        played.neo.accounts.expire(stage.KEY)
        with pytest.raises(NeoError, match="refuses the credential"):
            await app.backfill(stands, since - timedelta(days=9), played.clock, lambda *_: None)
        await played.open_bot()


async def test_a_digest_can_be_sent_beside_a_bot_that_runs(tmp_path: Path) -> None:
    changes = {"digests": [{"name": "daily", "to": ["finops"]}]}
    async with stage.staged(tmp_path, START, RULES, changes) as played:
        await played.tick()
        await app.send_digest(played.bot.standing, "daily", played.clock)
        (told,) = played.news()
        assert "digest" in told.lower()
        played.bench.mischief.add("chat.postMessage", mischief.Refuse("is_archived"))
        with pytest.raises(SinkError, match="is_archived"):
            await app.send_digest(played.bot.standing, "daily", played.clock)


@pytest.mark.parametrize(
    ("times", "wait", "slept"),
    [
        pytest.param(1, 7, 7, id="as long as Slack says"),
        pytest.param(3, 7, 21, id="three times"),
        pytest.param(1, 3600, 30, id="half a minute at most"),
    ],
)
async def test_a_digest_waits_where_slack_asks_it_to(
    tmp_path: Path, times: int, wait: int, slept: int
) -> None:
    changes = {"digests": [{"name": "daily", "to": ["finops"]}]}
    async with stage.staged(tmp_path, START, RULES, changes) as played:
        await played.tick()
        played.bench.mischief.add("chat.postMessage", mischief.RateLimited(wait), times=times)
        await app.send_digest(played.bot.standing, "daily", played.clock)
        assert START + timedelta(seconds=slept) == played.clock.now()
        assert 1 == len(played.news())


@pytest.mark.parametrize(
    ("effect", "tries", "says"),
    [
        pytest.param(mischief.RateLimited(1), 4, "finops: Slack asks to wait", id="asked to wait"),
        pytest.param(mischief.DropReply(), 1, "finops: Slack's answer was lost", id="a lost reply"),
    ],
)
async def test_a_digest_that_not_all_got_names_those_that_did(
    tmp_path: Path, effect: mischief.Effect, tries: int, says: str
) -> None:
    changes = {
        "receivers": {"finops": {"slack": stage.CHANNEL}, "leads": {"slack": "G0LEADS"}},
        "digests": [{"name": "daily", "to": ["finops", "leads"]}],
    }
    async with stage.staged(tmp_path, START, RULES, changes) as played:
        await played.tick()
        plan = played.bench.mischief
        plan.add(
            "chat.postMessage", effect, times=4, when=lambda sent: sent["channel"] == "C0SPEND"
        )
        with pytest.raises(SinkError, match=f"^{says}.*; sent to leads$"):
            await app.send_digest(played.bot.standing, "daily", played.clock)
        sent = [call["channel"] for call in played.bench.calls_of("chat.postMessage")]
        assert ["C0SPEND"] * tries + ["G0LEADS"] == sent
        plan.add("chat.postMessage", mischief.Refuse("is_archived"), times=2)
        with pytest.raises(SinkError, match=r"^finops: .*; leads: .*; nobody got it$"):
            await app.send_digest(played.bot.standing, "daily", played.clock)


async def test_a_source_that_is_taken_out_is_not_waited_for(tmp_path: Path) -> None:
    async with stage.staged(tmp_path, START, RULES) as played:
        await played.tick()
        await played.bot.database.write(
            partial(sources.failed, source="old", error="gone", at=START)
        )
        await played.restart()
        assert ["acme"] == list(await played.bot.database.read(sources.load))


async def test_without_slack_the_bot_runs_all_the_same(tmp_path: Path) -> None:
    hook = {"webhook": {"url": "https://127.0.0.1:1/in"}}
    changes: dict[str, Any] = {"receivers": {"pager": hook}, "notify": {}, "slack": None}
    async with stage.staged(tmp_path, START, RULES, changes) as played:
        played.stream(1, usd=60)
        assert [] == await played.tick()
