"""What happens in a play: usage that Neo gets to know, act by act, and the rules and receivers that it meets."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.demo.neo import usage
from bot.demo.neo.book import Book
from tests import stage

START = datetime(2026, 11, 18, 2, 30, 10, tzinfo=UTC)
ANA, BEN, CHLOE = "ana@acme.test", "ben@acme.test", "chloe@acme.test"
CROWD = [f"crowd-{number}@acme.test" for number in range(7)]

RULES = """
rules:
  - {name: user-spend, metric: spend, group_by: [user], window: day, notify: [finops, owner, pager],
     thresholds: {warning: 50 USD, critical: 100 USD}}
  - {name: team-month, metric: spend, window: month, budget: 1000 USD, thresholds: {warning: 90%}}
  - {name: crowd, metric: steps, group_by: [user], window: day, notify: [leads],
     thresholds: {info: 500, warning: 900}}
  - {name: failures, metric: error_rate, group_by: [user], window: 2h, min_count: 3, notify: [leads],
     thresholds: {warning: 30%}}
"""


def settings(hook: str, store: str) -> dict[str, Any]:
    """Sections of the configuration; `hook` is where webhooks go, `store` the file."""
    pager = {"url": hook, "secret": "s", "allow_http": True, "allow_private": True}
    return {
        "receivers": {
            "finops": {"slack": stage.CHANNEL},
            "leads": {"slack": "#sec-leads"},
            "owner": {"slack": "dm"},
            "pager": {"webhook": pager},
        },
        "store": {"path": store, "backups": 1},
        "digests": [{"name": "daily", "every": "day", "at": "09:00", "to": ["finops"]}],
    }


@dataclass(frozen=True, slots=True)
class Act:
    """At a time something about Neo's book changes, and the bot does its chores, polls, judges, sends."""

    name: str
    at: datetime
    change: Callable[[Book, datetime], None]
    chores: tuple[str, ...] = ()


def _history(book: Book, now: datetime) -> None:
    for day in range(1, 13):
        for number, user in enumerate((ANA, BEN, CHLOE)):
            _spend(book, 10 * day + number, user, 20, now - timedelta(days=day))
    for number in range(3):
        _spend(book, 500 + number, ANA, 20, now - timedelta(days=36 + number))
    _spend(book, 1, ANA, 55, now)


def _two_cross(book: Book, now: datetime) -> None:
    _spend(book, 2, BEN, 60, now)
    _spend(book, 3, ANA, 50, now)


def _what_no_poll_reads_changes(book: Book, _: datetime) -> None:
    book.correct(usage.stream_id(500), Decimal(3))
    book.remove(usage.stream_id(501))


def _one_is_corrected(book: Book, now: datetime) -> None:
    book.correct(usage.stream_id(2), Decimal(1))


def _many_cross(book: Book, now: datetime) -> None:
    for number, user in enumerate(CROWD):
        _spend(book, 200 + number, user, 1, now, steps=600)
    for number in range(3):
        _spend(book, 300 + number, CHLOE, 1, now, status="failed")


def _some_are_worse(book: Book, now: datetime) -> None:
    for number, user in enumerate(CROWD[:3]):
        _spend(book, 400 + number, user, 60, now, steps=400)
    book.remove(usage.stream_id(200 + 6))


def _nothing(book: Book, now: datetime) -> None:
    pass


def _spend(book: Book, number: int, user: str, usd: int, now: datetime, **facts: Any) -> None:
    stream = usage.Stream(
        stream_id=usage.stream_id(number),
        task_id=f"task-{number}",
        created=usage.micros(now - timedelta(minutes=1)),
        email=user,
        credits=Decimal(usd) / 10,
    )
    book.add(replace(stream, **facts))


def _at(hour: int, minute: int, days: int = 0) -> datetime:
    return START.replace(hour=hour, minute=minute) + timedelta(days=days)


ACTS = (
    Act("the first start", START, _history, ("reconcile",)),
    Act("two cross", _at(2, 50), _two_cross),
    Act("the night", _at(3, 5), _what_no_poll_reads_changes, ("reconcile", "backup")),
    Act("a digest, and a correction", _at(9, 1), _one_is_corrected),
    Act("many cross", _at(10, 0), _many_cross),
    Act("some get worse", _at(10, 30), _some_are_worse),
    Act("the next day", _at(0, 1, days=1), _nothing, ("backup",)),
)
