"""Credits and their month: what `user`, `billing/credits` and `billing/subscription` answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.demo.neo import accounts, rows, usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A plan: credits for each UTC month, and topped-up ones that are used when those are gone."""

    credits: Decimal = Decimal(250)
    topup: Decimal = Decimal(20)
    topup_lasts: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account's plan holds at an instant."""

    plan: Subscription | None
    now: datetime
    used: Decimal

    @property
    def granted(self) -> Decimal:
        return self.plan.credits if self.plan else Decimal(0)

    @property
    def topup(self) -> Decimal:
        return self.plan.topup if self.plan else Decimal(0)

    @property
    def issued(self) -> Decimal:
        return self.granted + self.topup

    @property
    def available(self) -> Decimal:
        return max(self.issued - self.used, Decimal(0))

    @property
    def topup_remaining(self) -> Decimal:
        return min(self.topup, self.available)

    @property
    def expires_at(self) -> datetime:
        return next_month(self.now)


def month(now: datetime) -> datetime:
    """The first instant of the UTC month."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(now: datetime) -> datetime:
    return month(month(now) + timedelta(days=32))


def used(streams: Iterable[usage.Stream]) -> Decimal:
    """Add up credits; BYOK streams use none."""
    return usage.total(each.credits for each in streams) or Decimal(0)


def summary(balance: Balance) -> rows.Row:
    """Write the part of `usage/summary` that is about credits, not about usage."""
    return {
        "last_credit_reset": rows.instant(month(balance.now)),
        "neo_credits_expires_at": rows.instant(balance.expires_at),
        "neo_credits_is_expired": False,
        "total_available_neo_credits": rows.number(balance.available),
        "total_issued_neo_credits": rows.number(balance.issued),
        "total_neo_credits_post_reset": rows.number(balance.used),
    }


def credits_left(account: accounts.Account, balance: Balance) -> rows.Row:
    return {
        "available_credits": rows.number(balance.available),
        "issued_credits": rows.number(balance.issued),
        "used_credits": rows.number(balance.used),
        "expires_at": rows.instant(balance.expires_at),
        "is_expired": False,
        "resource_type": "user" if account.role is accounts.Role.SOLO else "team",
    }


def subscription(balance: Balance) -> rows.Row:
    plan = balance.plan
    if plan is None:
        return {"has_subscription": False}
    return {
        "has_subscription": True,
        "reset_at": rows.instant(next_month(balance.now)),
        "renews_at": rows.instant(next_month(balance.now)),
        "subscription_credits": rows.number(plan.credits),
        "subscription_used": rows.number(min(balance.used, plan.credits)),
        "subscription_remaining": rows.number(max(plan.credits - balance.used, Decimal(0))),
        "topup_remaining": rows.number(balance.topup_remaining),
        "topup_expires_at": rows.instant(month(balance.now) + plan.topup_lasts),
    }


def seats(
    plan: Subscription, streams: Iterable[usage.Stream], everyone: set[str]
) -> list[rows.Row]:
    """Share the plan's credits out evenly among all who ever used Neo."""
    spent = dict.fromkeys(sorted(everyone), Decimal(0))
    for stream in streams:
        spent[stream.email] += stream.credits or 0
    allotment = plan.credits / len(spent) if spent else Decimal(0)
    return [
        {
            "email": email,
            "allotment": rows.number(allotment),
            "used": rows.number(amount),
            "remaining": rows.number(max(allotment - amount, Decimal(0))),
            "seat_status": "active",
        }
        for email, amount in spent.items()
    ]


def user(account: accounts.Account, spent: Decimal) -> rows.Row:
    """Write who a credential is; `spent` is held against the account's cap, in credits."""
    cap = account.cap
    alone = account.role is accounts.Role.SOLO
    return {
        "email": account.email,
        "features": {"byok": account.neo_cost_rate is not None},
        "role": "admin" if account.role is accounts.Role.ADMIN else "user",
        "neo_cost_rate": rows.number(account.neo_cost_rate),
        "cap": None
        if cap is None
        else {
            "source": "user",
            "limit": rows.number(cap),
            "used": rows.number(spent),
            "remaining": rows.number(max(cap - spent, Decimal(0))),
        },
        "team": None
        if alone
        else {"id": "team-1", "name": account.team, "role": account.role.value},
    }
