"""The optional endpoints are asked now and then, and where they refuse the bot goes on."""

from datetime import timedelta

import pytest

from bot.demo.neo import accounts, faults
from rules.money import Money
from tests.jobs import reading
from tests.jobs.reading import KEY, MINUTE, Reading

EMAIL = reading.ADMIN.email


def asked(source: Reading, path: str) -> int:
    return sum(request.path.endswith(path) for request in source.neo.log.requests)


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


async def test_without_a_subscription_the_balance_is_known_all_the_same(source: Reading) -> None:
    source.neo.accounts.close(EMAIL, "billing/subscription", 404)
    await source.poll()
    state = await source.state()
    assert state.balance is not None
    assert state.balance.reset_at is None


async def test_a_fault_there_keeps_no_usage_from_being_read(
    source: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    source.stream(1)
    for path in ("/user", "/billing/credits", "/billing/subscription"):
        source.neo.faults.add(faults.answer(500), when=faults.on(path), times=None)
    assert await source.poll()
    assert source.priced() == await source.kept()
    assert ["an optional part of Neo is refused"] * 3 == caplog.messages


async def test_a_refused_credential_there_is_a_fault_of_the_poll(source: Reading) -> None:
    source.neo.accounts.expire(KEY)
    assert not await source.poll()
    assert "401" in str((await source.state()).last_error)


async def test_a_role_that_changes_is_seen(source: Reading) -> None:
    await source.poll()
    source.neo.accounts.set_role(EMAIL, accounts.Role.SOLO)
    await source.poll(timedelta(hours=1))
    assert "solo" == (await source.state()).role
