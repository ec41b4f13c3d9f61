"""A small ledger to ask: three people, two sources, one month, noon on a Sunday in Berlin."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.answers.question import Question
from bot.answers.who import Asker
from bot.store import ledger, sources, tasks
from bot.store.connection import Connection
from bot.store.sources import Backfill
from rules import loading
from rules.money import Money
from rules.reading import Defaults
from rules.record import Record
from rules.rule import Rule
from tests.store import usage

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
POLLED = NOW - timedelta(minutes=1)

ANA, BEN, CI = "ana@acme.test", "ben@acme.test", "ci@acme.test"
ADMIN = Asker(None, admin=True, zone=BERLIN)
AS_ANA = Asker("Ana@Acme.test ", admin=False, zone=BERLIN)
NOBODY = Asker(None, admin=False, zone=BERLIN)


def usd(amount: int | str) -> Money:
    return Money(round(float(amount) * 1_000_000_000))


def spent(
    number: int, ago: timedelta | datetime, cost: Money, user: str = ANA, **facts: Any
) -> Record:
    """A stream of credits that long before NOW, or at a moment; its task is its user's unless it is said."""
    at = NOW - ago if isinstance(ago, timedelta) else ago
    plain = {"task": f"t-{user[:3]}", "credits": cost, **facts}
    return usage.record(key=str(UUID(int=number)), user=user, at=at, **plain)


def add(db: Connection, records: Sequence[Record]) -> None:
    ledger.add(db, records, seen=POLLED, live=True)


def polled(db: Connection, source: str = "acme", *, days: int = 60) -> None:
    """The source was read completely a minute ago, and its history so many days back."""
    sources.advance(db, source, cursor=POLLED, complete_at=POLLED)
    since = NOW - timedelta(days=days)
    sources.backfilled(db, source, Backfill(since, since, done=True))


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def fill(db: Connection) -> None:
    """Today: Ana $20 and $0.01, Ben $5 of BYOK ($1 platform, $4 provider) that failed; yesterday and before: more."""
    polled(db)
    add(
        db,
        [
            spent(1, hours(1), usd(20), model="opus", tools=(("bash", 3, 900), ("nuclei", 1, 50))),
            spent(2, hours(2), usd("0.01"), model="sonnet", agents=(("recon", 2),)),
            spent(
                3,
                hours(3),
                Money(0),
                BEN,
                byok=True,
                neo_cost=usd(1),
                llm_cost=usd(4),
                status="failed",
                error="timed out",
            ),
            spent(4, hours(25), usd(8), CI),
            spent(5, hours(50), usd(3), BEN, status="error", error="timed out"),
            spent(6, days(8), usd(7), status="aborted"),
            spent(7, days(31) + hours(2), usd(50)),
        ],
    )
    tasks.put(db, [usage.task(id="t-ana", title="Assess the shop", user=ANA)])


def ask(asker: Asker = ADMIN, who: str = "", window: str = "") -> Question:
    return Question(asker, NOW, who, window)


def rules(text: str) -> tuple[Rule, ...]:
    loaded = loading.load([("rules.yaml", text)], Defaults(BERLIN))
    assert loaded.faults == (), loaded.faults
    return loaded.rules
