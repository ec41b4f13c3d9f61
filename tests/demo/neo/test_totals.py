from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.demo.neo import billing, state, usage


async def test_the_summary_adds_up_a_window(ask: Any) -> None:
    body = (await ask("usage/summary?from=2026-03-20T14:40:00Z&to=2026-03-20T14:45:00Z")).body

    assert (0.1, 2) == (body["total_neo_credits"], body["total_tasks"])
    assert {"completed": 1, "failed": 1} == body["by_status"]
    assert {
        "claude-sonnet-4-5": {"neo_credits": 0.1, "tasks": 1},
        "gpt-5": {"neo_credits": 0, "tasks": 1},
    } == body["by_model"]
    assert {"total_llm_cost": 2, "total_neo_cost": 0.4, "total_streams": 1, "total_tasks": 1} == (
        body["byok"]
    )


async def test_the_summary_by_email_is_for_admins_and_has_no_byok_cost(ask: Any) -> None:
    assert [
        {"email": "ana@acme.test", "neo_credits": 2.1, "tasks": 2},
        {"email": "wei@acme.test", "neo_credits": 0, "tasks": 1},
    ] == (await ask("usage/summary")).body["by_email"]
    assert "by_email" not in (await ask("usage/summary", "neo_sk_solo")).body


async def test_a_solo_summary_is_of_own_usage(ask: Any) -> None:
    body = (await ask("usage/summary", "neo_sk_solo")).body
    assert (0, 1, 1) == (
        body["total_neo_credits"], body["total_tasks"], body["byok"]["total_streams"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("group_by", "dates"),
    [
        ("day", ["2026-02-22", "2026-03-20"]),
        ("week", ["2026-02-16", "2026-03-16"]),
        ("month", ["2026-02-01", "2026-03-01"]),
    ],
)
async def test_periods_begin_in_utc_and_weeks_on_monday(
    ask: Any, neo: state.Neo, group_by: str, dates: list[str]
) -> None:
    old = neo.book.stream(usage.stream_id(4))
    neo.book.replace(replace(old, created=old.created - 26 * 24 * 3600 * 1_000_000))

    body = (await ask(f"usage/summary?group_by={group_by}")).body

    assert [
        {"date": dates[0], "neo_credits": 0.1, "tasks": 1},
        {"date": dates[1], "neo_credits": 2, "tasks": 2},
    ] == body["by_period"]


async def test_without_grouping_there_are_no_periods(ask: Any) -> None:
    assert "by_period" not in (await ask("usage/summary")).body


async def test_billing_agrees_with_the_usage_of_the_month(ask: Any, neo: state.Neo) -> None:
    neo.plan = billing.Subscription(credits=Decimal(2), topup=Decimal(1))
    last_month = neo.book.stream(usage.stream_id(2))
    neo.book.add(
        replace(
            last_month,
            stream_id=usage.stream_id(9),
            created=last_month.created - 30 * 24 * 3600 * 1_000_000,
        )
    )

    summary = (await ask("usage/summary")).body
    balance = (await ask("billing/credits")).body
    plan = (await ask("billing/subscription")).body

    assert {
        "available_credits": 0.9,
        "issued_credits": 3,
        "used_credits": 2.1,
        "expires_at": "2026-04-01T00:00:00.000000Z",
        "is_expired": False,
        "resource_type": "team",
    } == balance
    assert (2.85, 2.1, 0.9, 3) == (
        summary["total_neo_credits"], summary["total_neo_credits_post_reset"],
        summary["total_available_neo_credits"], summary["total_issued_neo_credits"],
    )  # fmt: skip
    assert (2, 2, 0, 0.9) == (
        plan["subscription_credits"], plan["subscription_used"],
        plan["subscription_remaining"], plan["topup_remaining"],
    )  # fmt: skip
    assert "2026-04-01T00:00:00.000000Z" == plan["reset_at"]
    assert [("ana@acme.test", 1, 2.1, 0), ("wei@acme.test", 1, 0, 1)] == [
        (seat["email"], seat["allotment"], seat["used"], seat["remaining"])
        for seat in plan["per_seat_usage"]
    ]


async def test_seats_are_shown_to_admins_only(ask: Any) -> None:
    assert "per_seat_usage" not in (await ask("billing/subscription", "neo_sk_member")).body


async def test_without_a_plan_there_is_no_subscription(ask: Any, neo: state.Neo) -> None:
    neo.plan = None

    assert {"has_subscription": False} == (await ask("billing/subscription")).body
    assert (await ask("billing/credits")).body["available_credits"] == 0


@pytest.mark.parametrize(
    ("key", "role", "team", "rate"),
    [
        ("neo_sk_admin", "admin", {"id": "team-1", "name": "Acme Security", "role": "admin"}, 0.2),
        (
            "neo_sk_member",
            "user",
            {"id": "team-1", "name": "Acme Security", "role": "member"},
            None,
        ),
        ("neo_sk_solo", "user", None, None),
    ],
)
async def test_the_user_is_told_role_team_and_rate(
    ask: Any, key: str, role: str, team: object, rate: float | None
) -> None:
    body = (await ask("user", key)).body
    assert (role, team, rate) == (body["role"], body["team"], body["neo_cost_rate"])


async def test_a_cap_is_held_against_own_credits(ask: Any, neo: state.Neo) -> None:
    own = replace(
        neo.book.stream(usage.stream_id(4)), stream_id=usage.stream_id(8), email="wei@acme.test"
    )
    neo.book.add(own)

    assert {"source": "user", "limit": 5, "used": 0.1, "remaining": 4.9} == (
        (await ask("user", "neo_sk_solo")).body["cap"]
    )
    assert (await ask("user")).body["cap"] is None
