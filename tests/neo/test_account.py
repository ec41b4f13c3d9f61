"""The account's facts: amounts become exact money, absent ones None."""

import json
from datetime import UTC, datetime

import pytest

from bot.neo import account, pricing
from bot.neo.settings import ByokUnit, MoneySettings
from rules.money import Money

_PRICING = pricing.Pricing.of("acme", MoneySettings(byok_unit=ByokUnit.USD))
_USD = 1_000_000_000


def _parse(model: type[account.A], body: object) -> account.A:
    return account.parse(json.dumps(body).encode(), model, _PRICING)


def test_user_is_read() -> None:
    body = {
        "email": " Ana@Acme.test",
        "features": {},
        "role": "admin",
        "team": {"id": "t", "name": "Acme", "role": "owner", "more": 1},
    }
    user = _parse(account.User, body)
    assert ("ana@acme.test", "admin") == (user.email, user.role)
    assert account.Team(role="owner") == user.team


def test_credits_are_exact_money() -> None:
    body = b"""{"available_credits": 0.12345678905, "issued_credits": 100, "used_credits": 1.5,
        "expires_at": "2026-04-01T00:00:00Z", "is_expired": false, "resource_type": "team"}"""
    read = account.parse(body, account.Credits, _PRICING)
    assert (1_234_567_890, 1000 * _USD) == (read.available.nano, read.issued.nano)
    assert datetime(2026, 4, 1, tzinfo=UTC) == read.expires_at


def test_subscription_may_be_no_more_than_a_no() -> None:
    assert _parse(account.Subscription, {"has_subscription": False}).reset_at is None


@pytest.mark.parametrize(
    ("reset_at", "expected"),
    [
        pytest.param("2026-04-01T00:00:00Z", datetime(2026, 4, 1, tzinfo=UTC), id="a time"),
        pytest.param("0001-01-01T00:00:00Z", None, id="the year that stands for never"),
    ],
)
def test_subscription_says_when_the_credit_month_turns(
    reset_at: str, expected: datetime | None
) -> None:
    body = {"has_subscription": True, "reset_at": reset_at, "per_seat_usage": [{"used": 1}]}
    assert expected == _parse(account.Subscription, body).reset_at


def test_summary_keeps_credits_and_byok_apart() -> None:
    body = {
        "by_model": {"x": {"odd": 1}},
        "by_status": {},
        "total_neo_credits": 3,
        "total_tasks": 7,
        "by_email": [{"email": "Ana@acme.test", "neo_credits": 2, "tasks": 5}],
        "byok": {"total_llm_cost": 4, "total_neo_cost": 1, "total_streams": 9, "total_tasks": 2},
        "neo_credits_expires_at": None,
    }
    read = _parse(account.Summary, body)
    assert (Money(30 * _USD), 7) == (read.credits, read.tasks)
    assert [("ana@acme.test", Money(20 * _USD), 5)] == [
        (share.email, share.credits, share.tasks) for share in read.by_email
    ]
    assert () == _parse(account.Summary, body | {"by_email": None}).by_email
    assert read.byok is not None
    assert (Money(4 * _USD), Money(_USD), 9) == (
        read.byok.llm_cost,
        read.byok.neo_cost,
        read.byok.streams,
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param([], "valid dictionary", id="not an object"),
        pytest.param({"available_credits": 1}, "issued_credits: Field required", id="a field less"),
        pytest.param(
            {"available_credits": "hunter2", "issued_credits": True},
            "available_credits: Value error, expected a number; issued_credits: Value error",
            id="no numbers",
        ),
        pytest.param(
            {"available_credits": 10**30, "issued_credits": 1},
            "available_credits: Value error, an amount is not between",
            id="past all bounds",
        ),
    ],
)
def test_malformed_answer_names_its_fields_without_values(body: object, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        _parse(account.Credits, body)
    assert "hunter2" not in str(caught.value)


def test_amounts_need_their_rates() -> None:
    with pytest.raises(TypeError, match="Pricing as context"):
        account.Credits.model_validate({"available_credits": 1, "issued_credits": 1})
