"""Hostile words, typed by people and reported by Neo, come back from every verb as harmless text."""

import random
from functools import partial

import pytest

from bot.slack import verbs
from bot.store import ledger
from bot.store.database import Database
from bot.web.desk import Desk
from tests.slack import hostile
from tests.web import office
from tests.web.office import ANA, BEN

WORDS = [each for each in hostile.PIECES if "\ud800" not in each]


def asked(typed: str) -> dict[str, str]:
    return {"user_id": "U0ADA", "team_id": "T0ACME", "command": "/neo-budget", "text": typed}


@pytest.fixture
async def haunted(database: Database) -> Database:
    """A ledger in which nobody and nothing has a decent name."""
    chance = random.Random(7)

    def word() -> str:
        return " ".join(chance.choices(WORDS, k=3))

    records = [
        office.record(
            f"h{number}",
            word(),
            number,
            task=word(),
            model=word(),
            status=word() if number % 2 else "failed",
            error=word(),
            tools=((word(), 2, 300),),
        )
        for number in range(60)
    ]
    await database.write(partial(ledger.add, records=records, seen=office.NOW, live=True))
    await database.write(office.fire, office.alert(ANA), office.alert(BEN))
    return database


READS = [
    "spend team",
    "top users",
    "top models",
    "top tasks",
    "top tools",
    "errors team month",
    "byok team",
    "budgets",
    "forecast",
    "alerts",
    "rules",
    "digest",
    "status",
    f"why {office.alert(ANA).id}",
]


async def test_what_neo_reports_comes_back_harmless(haunted: Database, desk: Desk) -> None:
    for typed in READS:
        message = await desk.command(asked(typed), office.NOW)
        assert "fault" not in message.text
        assert [] == hostile.bites(message)


async def test_what_is_typed_comes_back_harmless(desk: Desk) -> None:
    """Each verb with words of every kind; how they are read decides which of many refusals they meet."""
    chance = random.Random(7)
    for verb in ("", *verbs.VERBS):
        for form in ("{} {}", "{} {} 2h", "{} model={} 2h", "{} S3 {} until {}", "{} a1b2 {}"):
            words = chance.choices(hostile.PIECES, k=2)
            message = await desk.command(asked(form.format(verb, *words)), office.NOW)
            assert [] == hostile.bites(message)
