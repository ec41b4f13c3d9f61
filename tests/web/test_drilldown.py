"""One task, asked of Neo: who may see it, which source has it, and what the ledger says while Neo is silent."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.answers.who import Asker
from bot.neo.client import Client
from bot.neo.settings import MoneySettings, SourceSettings
from bot.neo.transport import Patience
from bot.notify.answer import Origin, Refusal, TaskAnswer
from bot.secret import Secret
from bot.store import sources, tasks
from bot.store.database import Database
from bot.web import drilldown
from rules.money import Money
from rules.record import Task
from tests.neo import server
from tests.neo.server import SmallNeo
from tests.web import office
from tests.web.office import ANA, BEN, NOW

ADA_ASKS = Asker("ada@acme.test", admin=True, zone=office.BERLIN)
ANA_ASKS = Asker(ANA, admin=False, zone=office.BERLIN)


@pytest.fixture
async def blue() -> AsyncIterator[SmallNeo]:
    """The Neo of a second source."""
    async with server.serving(server.says(404)) as running:
        yield running


@pytest.fixture
def clients(neo: SmallNeo, blue: SmallNeo, session: aiohttp.ClientSession) -> dict[str, Client]:
    return {
        name: Client(
            SourceSettings(name=name, base_url=each.url, api_key=Secret("neo_sk_1")),
            session,
            MoneySettings(),
            patience=Patience(tries=1),
        )
        for name, each in (("acme", neo), ("blue", blue))
    }


def tells(neo: SmallNeo, task: str, **facts: Any) -> None:
    """Neo knows a task by now."""
    row = server.row(task_id=task, task_title="Scan the shop", neo_credits=3.5, **facts)
    neo.replies[:] = [server.says(200, row)]


async def test_a_task_is_as_neo_tells_it(
    database: Database, clients: dict[str, Client], neo: SmallNeo
) -> None:
    tells(neo, "task-a1", email=ANA)
    said = await drilldown.answer(database, clients, ANA_ASKS, " task-a1 ")

    assert isinstance(said, TaskAnswer)
    assert (Origin.LIVE, "Scan the shop", Money.from_usd(35)) == (
        said.origin,
        said.title,
        said.split.spend,
    )


async def test_a_task_of_somebody_else_is_not_told_apart_from_none(
    database: Database, clients: dict[str, Client], neo: SmallNeo
) -> None:
    tells(neo, "task-x", email=BEN)
    refused = await drilldown.answer(database, clients, ANA_ASKS, "task-x")
    neo.replies[:] = [server.says(404)]

    assert isinstance(refused, Refusal)
    assert refused == await drilldown.answer(database, clients, ANA_ASKS, "task-x")


async def test_of_two_sources_the_one_with_the_asker_s_task_counts(
    database: Database, clients: dict[str, Client], neo: SmallNeo, blue: SmallNeo
) -> None:
    tells(neo, "task-x", email=BEN)
    tells(blue, "task-x", email=ANA)
    said = await drilldown.answer(database, clients, ANA_ASKS, "task-x")

    assert isinstance(said, TaskAnswer)
    assert ANA == said.user


async def test_only_the_source_that_listed_a_task_is_asked_for_it(
    database: Database, clients: dict[str, Client], neo: SmallNeo, blue: SmallNeo
) -> None:
    listed = Task("blue", "task-x", "", ANA, "opus", "completed", False, NOW, Money(0), 1)
    await database.write(lambda db: tasks.put(db, [listed]))
    tells(blue, "task-x", email=ANA)
    said = await drilldown.answer(database, clients, ADA_ASKS, "task-x")

    assert isinstance(said, TaskAnswer)
    assert ([], 1) == (neo.asked, len(blue.asked))


OWNERS = {
    "a team's admin's key": ({"role": "admin", "account": "ada@acme.test"}, "unknown"),
    "an own key": ({"role": "solo", "account": ANA}, ANA),
    "an own key of nobody in particular": ({"role": "solo", "account": None}, "me"),
}


@pytest.mark.parametrize(("account", "expected"), OWNERS.values(), ids=OWNERS.keys())
async def test_a_row_without_an_email_belongs_to_the_account_that_is_alone(
    database: Database,
    clients: dict[str, Client],
    neo: SmallNeo,
    account: dict[str, Any],
    expected: str,
) -> None:
    await database.write(lambda db: sources.identify(db, "acme", **account))
    tells(neo, "task-x", email=None)
    said = await drilldown.answer(database, clients, ADA_ASKS, "task-x")

    assert isinstance(said, TaskAnswer)
    assert expected == said.user


@pytest.mark.parametrize("known", [False, True], ids=["gone from Neo", "somebody else's there"])
async def test_what_neo_does_not_show_to_the_asker_is_told_by_the_ledger_as_such(
    database: Database, clients: dict[str, Client], neo: SmallNeo, known: bool
) -> None:
    if known:
        tells(neo, "task-a1", email=BEN)
    said = await drilldown.answer(database, clients, ANA_ASKS, "task-a1")

    assert isinstance(said, TaskAnswer)
    assert (Origin.GONE, ANA, Money.from_usd(11)) == (said.origin, said.user, said.split.spend)


async def test_while_neo_is_down_the_ledger_answers(
    database: Database, clients: dict[str, Client], neo: SmallNeo, caplog: pytest.LogCaptureFixture
) -> None:
    neo.replies[:] = [server.says(503)]
    known = await drilldown.answer(database, clients, ANA_ASKS, "task-a1")
    unknown = await drilldown.answer(database, clients, ANA_ASKS, "task-new")

    assert isinstance(known, TaskAnswer)
    assert (Origin.SILENT, Money.from_usd(11)) == (known.origin, known.split.spend)
    assert isinstance(unknown, Refusal)
    assert "Neo does not answer just now" in unknown.text
    assert ["acme", "acme"] == [record.__dict__["source"] for record in caplog.records]


async def test_a_neo_that_says_nothing_is_not_waited_for(
    database: Database,
    clients: dict[str, Client],
    neo: SmallNeo,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def silent(request: Any) -> Any:
        await asyncio.Event().wait()

    neo.replies[:] = [silent]
    monkeypatch.setattr(drilldown, "PATIENCE", 0)
    said = await drilldown.answer(database, clients, ANA_ASKS, "task-a1")

    assert isinstance(said, TaskAnswer)
    assert Origin.SILENT is said.origin
    assert "no answer in 0 s" in caplog.records[0].__dict__["error"]
