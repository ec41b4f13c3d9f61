"""Signed slash commands through the bot's own door: what each verb costs, and how long one takes while history is read."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, NoReturn, cast

from aiohttp import web

from bot.jobs.passes import Pass, Reader, nothing_more
from bot.neo import page
from bot.store import ledger
from bot.store.database import Database
from bot.web import signed, site
from rules.money import Money
from rules.window import Span
from tests.bench import asking, measure, office, pages
from tests.bench.asking import Order
from tests.bench.measure import Figures

_POLL = 1.0
"""Seconds between two polls that bring something new: in life it is a minute, and answers stay true for longer."""

_NEWS = 20
_FEWEST = 3
_RUSH = ("spend", "spend team")
"""What is asked over many connections at once."""

VERBS = {
    "spend": "spend",
    "top": "top users month",
    "errors": "errors team 24h",
    "byok": "byok team month",
    "task": "task {task}",
    "budgets": "budgets",
    "forecast": "forecast",
    "alerts": "alerts",
    "why": "why {alert}",
    "ack": "ack {alert}{undo}",
    "silence": "silence user=user{number:05d}@acme.test 2h",
    "unsilence": "unsilence user=user{number:05d}@acme.test",
    "rules": "rules",
    "digest": "digest",
    "status": "status",
    "help": "help",
}
"""What is typed of each verb: where it may be about the whole team, it is."""


def bare(number: str) -> Figures:
    """What aiohttp alone answers a second, and what a request costs that only has to be signed."""

    async def plain(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"text": "ok"})

    async def checked(request: web.Request) -> web.Response:
        now = pages.END
        known = await signed.body(request, office.SECRET, now) is not None
        return web.json_response({"text": "ok"}, status=200 if known else 401)

    async def run() -> Figures:
        said = [(office.admin(each), "spend team") for each in range(int(number))]
        async with asking.asking() as ask:
            async with _answering(plain) as port:
                found = await ask(office.order_to(port, said))
            async with _answering(checked) as port:
                cost = await _cost(ask, office.order_to(port, said))
        return {"per_second": found["per_second"], "cost": cost}

    return asyncio.run(run())


def verbs(path: str, number: str) -> Figures:
    """What the bot answers from its ledger: of `spend` how many a second, of each verb the seconds that one answer costs.

    Beside the rush a poll brings news every second, so nothing that was read is good for longer; after it nothing is good
    for another answer.
    """

    async def run() -> Figures:
        found: Figures = {}
        async with office.serving(path, int(number)) as opened, asking.asking() as ask:
            async with _meanwhile(_polls(opened.database, path)):
                for typed in _RUSH:
                    found[typed] = (await ask(opened.order(typed, int(number), 8)))["per_second"]
            opened.fresh.set()
            for verb, typed in VERBS.items():
                order = opened.order(typed, max(_FEWEST, int(number) // 20), 1)
                found[f"cost of {verb}"] = await _cost(ask, order)
        return found

    return asyncio.run(run())


def beside(path: str, source: str, number: str) -> Figures:
    """How long a command takes while history is read as fast as it can be, one after another."""

    async def run() -> Figures:
        async with (
            office.serving(path, int(number)) as opened,
            asking.asking() as ask,
            _meanwhile(_backfill(opened.database, source)),
        ):
            return await ask(opened.order("spend team", int(number), 1))

    return asyncio.run(run())


async def _cost(ask: asking.Ask, order: Order) -> float:
    """CPU seconds that one answer takes here."""
    begun = time.process_time()
    await ask(order)
    return (time.process_time() - begun) / len(order.said)


@asynccontextmanager
async def _answering(handler: Any) -> AsyncIterator[int]:
    alone = web.Application()
    alone.router.add_post("/slack/commands", handler)
    async with site.serving(alone, office.HOST, 0) as port:
        yield port


@asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, NoReturn]) -> AsyncIterator[None]:
    """Does the work beside what is measured. If it ended, nothing was measured."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _polls(database: Database, path: str) -> NoReturn:
    """Every second the costs of some records change."""
    source = f"{path}.pages"
    pages.write(source, str(_NEWS))
    records = next(pages.batches(source, _NEWS))
    number = 0
    while True:
        number += 1
        changed = [each._replace(credits=each.credits + Money(number)) for each in records]
        await database.write(partial(ledger.add, records=changed, seen=pages.END, live=True))
        await asyncio.sleep(_POLL)


class _Shelf:
    """A Neo whose pages lie ready."""

    source = SimpleNamespace(name=pages.SOURCE)

    def __init__(self, path: str) -> None:
        self._path = path

    async def every_stream(self, *_: object) -> AsyncIterator[page.Page[Any]]:
        for body in pages.bodies(self._path):
            await asyncio.sleep(0)  # where the network would be waited for
            yield page.parse(body, pages.convert)


async def _backfill(database: Database, source: str) -> NoReturn:
    reader = Reader(cast("Any", _Shelf(source)), database)
    everything = Span(pages.END - timedelta(days=365), pages.END)
    while True:
        await reader.records(Pass(everything, pages.END, "unknown", live=False), nothing_more)


MEASURES: measure.Measures = {"bare": bare, "verbs": verbs, "beside": beside}

if __name__ == "__main__":
    measure.tell(MEASURES)
