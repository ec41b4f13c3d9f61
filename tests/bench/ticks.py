"""One evaluation of the rules, as the bot runs it each minute."""

import asyncio
import gc
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from zoneinfo import ZoneInfo

from bot.jobs import evaluate
from bot.jobs.evaluate import Terms
from bot.notify.notification import Destination, Via
from bot.notify.routing import Routes
from bot.store import ledger, sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import Backfill
from rules import loading
from rules.money import Money
from rules.reading import Defaults
from rules.record import Record
from tests.bench import measure, pages
from tests.bench.measure import Figures

_CHANGED = 500
_LAST_PAGES = 20
"""They know more people than change."""

_ROUNDS = 9
_BERLIN = ZoneInfo("Europe/Berlin")
_MINUTE = timedelta(minutes=1)
_KINDS = (
    ("spend", "user", "day", "1000 USD"),
    ("spend", "user", "month", "10000 USD"),
    ("spend", "", "month", "10000000 USD"),
    ("error_rate", "user", "6h", "100%"),
    ("task_cost", "", "24h", "1000 USD"),
    ("streams", "model", "day", "1000000"),
    ("neo_cost", "user", "week", "1000 USD"),
    ("tasks", "user", "day", "1000"),
    ("spend", "user, model", "7d", "10000 USD"),
    ("execution_time", "user", "24h", "1000h"),
)
"""Metric, group, window, and a limit that next to nobody reaches: what is measured is the judging."""

_PLACES = ("finops", "security")


def rules(count: int, kinds: int = len(_KINDS)) -> str:
    """So many rules of so many kinds; those of one kind differ in their severity and `for`."""
    lines = [
        f"  - {{name: rule-{number}, metric: {metric}, group_by: [{group}], window: {window},"
        f" min_count: 3, for: {number // kinds}m, thresholds: {{critical: {limit}}}}}"
        for number in range(count)
        for metric, group, window, limit in [_KINDS[number % kinds]]
    ]
    return "\n".join(["rules:", *lines])


def tick(source: str, path: str, count: str, kinds: str) -> Figures:
    """CPU milliseconds of a tick after 500 records of different people changed; the median of some."""
    took = timed(path, rules(int(count), int(kinds)), _latest(source))
    return {"ms": 1000 * median(took), "peak": measure.peak()}


def timed(path: str, text: str, changing: Sequence[Record]) -> list[float]:
    """CPU seconds of each of some ticks, before which the cost of those records changed."""

    async def run() -> list[float]:
        database = await Database.open(path, write=True)
        judged, now, took = terms(text), pages.END, []
        await database.write(read, now)
        await evaluate.run(database, judged, now)
        for number in range(_ROUNDS):
            now += _MINUTE
            changed = [
                record._replace(credits=record.credits + Money(number)) for record in changing
            ]
            await database.write(partial(ledger.add, records=changed, seen=now, live=True))
            await database.write(read, now)
            gc.collect()
            gc.freeze()  # as `run` does
            begun = time.process_time()
            await evaluate.run(database, judged, now)
            took.append(time.process_time() - begun)
        await database.close()
        return took

    return asyncio.run(run())


def storm(path: str, count: str) -> Figures:
    """Messages for so many people who pass the limits of two rules in one tick, at two destinations."""
    text = """
rules:
  - {name: daily, metric: spend, group_by: [user], window: day, thresholds: {warning: 1 USD}}
  - {name: rolling, metric: spend, group_by: [user], window: 24h, thresholds: {warning: 1 USD}}
"""
    template = next(pages.batches(_some(path), 1))[0]
    records = [
        template._replace(
            key=f"stream-{number}",
            user=f"user{number}@acme.test",
            credits=Money.from_usd(5),
        )
        for number in range(int(count))
    ]

    async def run() -> Figures:
        database = await Database.open(path, write=True)
        judged, now = terms(text), records[0].at + 2 * _MINUTE
        await database.write(read, now - _MINUTE)
        await evaluate.run(database, judged, now - _MINUTE)
        await database.write(partial(ledger.add, records=records, seen=now, live=True))
        await database.write(read, now)
        begun = time.process_time()
        await evaluate.run(database, judged, now)
        took = time.process_time() - begun
        alerts, messages = await database.read(_counts)
        await database.close()
        return {"alerts": alerts, "messages": messages, "seconds": took, "most": 2 * len(_PLACES)}

    return asyncio.run(run())


def _some(path: str) -> str:
    source = f"{path}.pages"
    pages.write(source, "1")
    return source


def _latest(source: str) -> list[Record]:
    """The newest records of as many people."""
    found = {record.user: record for record in pages.latest(source, _LAST_PAGES)}
    return sorted(found.values(), key=lambda record: record.at)[-_CHANGED:]


def terms(text: str) -> Terms:
    loaded = loading.load([("bench.yaml", text)], Defaults(_BERLIN))
    if loaded.faults:
        raise ValueError("; ".join(map(str, loaded.faults)))
    places = {name: Destination(name, Via.SLACK, f"#{name}") for name in _PLACES}
    return Terms(
        loaded.rules, (pages.SOURCE,), Routes(places, _PLACES, None), _BERLIN, timedelta(minutes=10)
    )


def read(db: Connection, now: datetime) -> None:
    """The source was read completely, now and back to its beginning."""
    sources.advance(db, pages.SOURCE, cursor=now, complete_at=now)
    begins = now - timedelta(days=400)
    sources.backfilled(db, pages.SOURCE, Backfill(begins, begins, done=True))


def _counts(db: Connection) -> tuple[int, int]:
    alerts, messages = db.execute(
        "SELECT (SELECT count(*) FROM alert WHERE state = 'firing'), (SELECT count(*) FROM message)"
    ).fetchone()
    return int(alerts), int(messages)


MEASURES: measure.Measures = {"tick": tick, "storm": storm}

if __name__ == "__main__":
    measure.tell(MEASURES)
