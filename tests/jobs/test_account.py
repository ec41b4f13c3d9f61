"""The optional endpoints are asked now and then, and where they refuse the bot goes on."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web

from bot.demo.neo import accounts, faults, wire
from bot.jobs import account
from bot.store import sources, sums
from rules.labels import EVERYTHING, Label
from rules.metric import Reads
from rules.money import Money
from rules.series import Query
from rules.window import Span
from tests.jobs import reading
from tests.jobs.reading import KEY, MINUTE, Reading

EMAIL = reading.ADMIN.email
OPTIONAL = ("/user", "/billing/credits", "/billing/subscription")


def asked(source: Reading, path: str) -> int:
    return sum(request.path.endswith(path) for request in source.neo.log.requests)


async def users(source: Reading) -> set[str]:
    day = Span(reading.NOW - timedelta(days=1), reading.NOW + timedelta(days=1))
    query = Query(Reads.RECORDS, day, (Label.USER,), EVERYTHING)
    return {user for (user,) in await source.database.read(sums.answer, query, None)}


async def test_what_is_left_and_who_asks_is_kept(source: Reading) -> None:
    await source.poll()
    state = await source.state()
    assert ("admin", EMAIL) == (state.role, state.account)
    assert state.balance is not None
    assert state.balance.issued > Money(0)
    assert state.balance.reset_at is not None
    assert source.clock.now() == state.balance.checked_at


async def test_it_is_asked_once_an_hour(source: Reading) -> None:
    for _ in range(60):
        await source.poll(MINUTE)
    assert 1 == asked(source, "/user")
    await source.poll(MINUTE)
    assert 2 == asked(source, "/user") == asked(source, "/billing/credits")


async def test_the_clock_may_be_set_back(source: Reading) -> None:
    await source.poll()
    source.clock.set_to(source.clock.now() - timedelta(days=1))
    await source.poll()
    assert 2 == asked(source, "/user")


@pytest.mark.parametrize("status", [403, 404])
async def test_what_is_refused_is_said_once(
    source: Reading, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("user", "billing/credits", "billing/subscription"):
        source.neo.accounts.close(EMAIL, path, status)
    for _ in range(3):
        assert await source.poll(timedelta(hours=2))
    said = [each for each in caplog.records if "optional" in each.message]
    assert ["user", "billing/credits", "billing/subscription"] == [
        vars(each)["endpoint"] for each in said
    ]
    state = await source.state()
    assert (None, None) == (state.role, state.balance)


@pytest.mark.parametrize("path", ["/usage/summary", "/usage/streams"], ids=["streams", "tasks"])
async def test_who_is_shown_emails_is_an_admin_though_neo_does_not_say_so(
    source: Reading, path: str
) -> None:
    source.neo.accounts.close(EMAIL, "user", 403)
    source.neo.faults.add(faults.answer(403), when=faults.on(path), times=None)
    source.stream(1, MINUTE, task_id="task-1", email="ben@acme.test")
    source.stream(2, MINUTE, task_id="task-2", email="")
    await source.poll()
    state = await source.state()
    assert (sources.ADMIN, None) == (state.role, state.account)
    assert {"ben@acme.test", "unknown"} == await users(source)
    await source.poll(timedelta(hours=2))
    assert sources.ADMIN == (await source.state()).role


async def test_where_neo_shows_no_emails_and_not_who_asks_usage_is_of_me(source: Reading) -> None:
    source.neo.accounts.set_role(EMAIL, accounts.Role.SOLO)
    source.neo.accounts.close(EMAIL, "user", 404)
    source.stream(1, MINUTE, email=EMAIL)
    await source.poll()
    assert (await source.state()).role is None
    assert {"me"} == await users(source)


async def test_without_a_subscription_the_balance_is_known_all_the_same(source: Reading) -> None:
    source.neo.accounts.close(EMAIL, "billing/subscription", 404)
    await source.poll()
    state = await source.state()
    assert state.balance is not None
    assert state.balance.reset_at is None


async def test_the_plan_s_turn_needs_no_balance_and_is_not_forgotten(source: Reading) -> None:
    source.neo.accounts.close(EMAIL, "billing/credits", 403)
    await source.poll()
    turn = await source.database.read(sources.credit_turn)
    assert turn is not None
    assert (await source.state()).balance is None
    source.neo.accounts.close(EMAIL, "billing/subscription", 403)
    await source.poll(timedelta(hours=2))
    assert turn == await source.database.read(sources.credit_turn)


async def test_a_fault_there_keeps_no_usage_from_being_read(
    source: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    source.stream(1)
    for path in OPTIONAL:
        source.neo.faults.add(faults.answer(500), when=faults.on(path), times=None)
    assert await source.poll()
    assert source.priced() == await source.kept()
    assert ["an optional part of Neo could not be asked"] * 3 == caplog.messages


async def test_an_outage_is_said_once_however_it_is_worded_and_anew_after_it_ended(
    source: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    for status in (500, 502, 200, 503):
        source.neo.faults.clear()
        if status != 200:
            source.neo.faults.add(faults.answer(status), when=faults.on("/user"), times=None)
        assert await source.poll(timedelta(hours=1))
    said = [vars(each)["error"] for each in caplog.records if "optional" in each.message]
    assert [True, True] == ["answered 500" in said[0], "answered 503" in said[1]]
    assert 2 == len(said)


async def test_a_refusal_that_follows_an_outage_is_said(
    source: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    source.neo.faults.add(faults.answer(500), when=faults.on("/user"), times=None)
    await source.poll()
    source.neo.faults.clear()
    source.neo.accounts.close(EMAIL, "user", 403)
    await source.poll(timedelta(hours=1))
    assert [
        "an optional part of Neo could not be asked",
        "an optional part of Neo is refused",
    ] == caplog.messages


async def test_what_hangs_is_given_up_soon_and_asked_after_the_usage(
    source: Reading, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(account, "PATIENCE", 0.05)
    for path in OPTIONAL:
        source.neo.faults.add(faults.send(wire.hang), when=faults.on(path), times=None)
    source.stream(1)
    assert await source.poll()
    assert source.priced() == await source.kept()
    assert 3 == len(
        [each for each in caplog.records if "no answer in 0.05 s" == vars(each)["error"]]
    )
    source.neo.log.requests.clear()
    assert await source.poll(timedelta(hours=1))
    paths = [request.path.removeprefix("/api/v1") for request in source.neo.log.requests]
    assert set(OPTIONAL) == set(paths[-3:])
    assert set(OPTIONAL).isdisjoint(paths[:-3])


async def test_the_optional_parts_are_asked_side_by_side(
    source: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    await source.poll()
    together = asyncio.Barrier(len(OPTIONAL))

    async def held(request: web.Request, reply: wire.Reply) -> web.StreamResponse:
        await together.wait()
        return await wire.whole(request, reply)

    for path in OPTIONAL:
        source.neo.faults.add(faults.send(held), when=faults.on(path))
    assert await source.poll(timedelta(hours=1))
    assert [] == caplog.messages
    state = await source.state()
    assert state.balance is not None
    assert source.clock.now() == state.balance.checked_at


async def test_when_neo_asks_to_wait_the_usage_is_not_asked_for_either(source: Reading) -> None:
    source.neo.faults.add(faults.answer(429, retry_after="600"), when=faults.on("/user"))
    assert not await source.poll()
    assert ["/api/v1/user"] == [request.path for request in source.neo.log.requests]
    assert not await source.poll(9 * MINUTE)
    assert 1 == len(source.neo.log.requests)
    assert await source.poll(MINUTE)
    assert "admin" == (await source.state()).role


async def test_a_wait_that_a_balance_was_asked_for_holds_for_the_next_poll_too(
    source: Reading,
) -> None:
    source.neo.faults.add(faults.answer(429, retry_after="600"), when=faults.on("/credits"))
    assert await source.poll()
    known = len(source.neo.log.requests)
    assert not await source.poll(8 * MINUTE)
    assert "left alone for another 120 s" in str((await source.state()).last_error)
    assert known == len(source.neo.log.requests)
    assert await source.poll(2 * MINUTE)


async def test_a_credential_that_only_the_balance_refuses_keeps_no_usage_from_being_read(
    source: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    source.stream(1)
    source.neo.faults.add(faults.answer(401), when=faults.on("/billing/credits"), times=None)
    assert await source.poll()
    assert source.priced() == await source.kept()
    assert ["an optional part of Neo could not be asked"] == caplog.messages


async def test_a_refused_credential_there_is_a_fault_of_the_poll(source: Reading) -> None:
    source.neo.accounts.expire(KEY)
    assert not await source.poll()
    assert "401" in str((await source.state()).last_error)


async def test_a_role_that_changes_is_seen(source: Reading) -> None:
    await source.poll()
    source.neo.accounts.set_role(EMAIL, accounts.Role.SOLO)
    await source.poll(timedelta(hours=1))
    assert "solo" == (await source.state()).role


async def test_a_role_that_may_not_read_usage_any_more_is_seen(source: Reading) -> None:
    await source.poll()
    source.neo.accounts.set_role(EMAIL, accounts.Role.MEMBER)
    assert not await source.poll(timedelta(hours=1))
    assert "member" == (await source.state()).role
