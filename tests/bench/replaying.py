"""A replay of some weeks, beside one evaluation of the same rules on the same usage, as the bot runs it each minute."""

import asyncio
import time
from datetime import timedelta
from functools import partial
from random import Random
from statistics import median

from bot.answers import replay as replaying
from bot.answers.replay import Terms
from bot.store import ledger
from bot.store.database import Database
from rules.record import Record
from rules.window import Span
from tests.bench import measure, pages, ticks
from tests.bench.measure import Figures

_A_DAY = 4
"""Streams of a person."""

_MINUTE = timedelta(minutes=1)
_KINDS = (
    ("spend", "user", "day", "5 USD", "10 USD"),
    ("spend", "user", "month", "100 USD", "150 USD"),
    ("spend", "", "month", "8000 USD", "12000 USD"),
    ("error_rate", "user", "24h", "75%", "100%"),
    ("task_cost", "", "24h", "10 USD", "40 USD"),
    ("streams", "model", "day", "240", "280"),
    ("neo_cost", "user", "week", "1 USD", "3 USD"),
    ("tasks", "user", "day", "8", "12"),
    ("spend", "user, model", "7d", "20 USD", "40 USD"),
    ("execution_time", "user", "24h", "2h", "4h"),
)
"""Metric, group, window and two limits that some reach: with limits that nobody comes near there is little to replay."""


def replay(path: str, days: str, people: str, count: str) -> Figures:
    """CPU seconds of the replay, and of a live evaluation after one record changed; how much was visited and said."""
    text, records = _rules(int(count)), _usage(path, int(days), int(people))
    found = asyncio.run(_replayed(path, text, records, int(days)))
    return {**found, "live": median(ticks.timed(path, text, records[-1:]))}


async def _replayed(path: str, text: str, records: list[Record], days: int) -> Figures:
    database = await Database.open(path, write=True)
    await database.write(partial(ledger.add, records=records, seen=pages.END, live=False))
    await database.write(ticks.read, pages.END)
    stretch, rules = Span(pages.END - timedelta(days=days), pages.END), ticks.terms(text).rules
    begun = time.process_time()
    found = await database.read(replaying.replay, rules, stretch, Terms(_MINUTE))
    took = time.process_time() - begun
    await database.close()
    return {"seconds": took, "visits": found.visits, "said": len(found.said)}


def _rules(count: int) -> str:
    lines = [
        f"  - {{name: rule-{number}, metric: {metric}, group_by: [{group}], window: {window},"
        f" min_count: 3, thresholds: {{warning: {low}, critical: {high}}}}}"
        for number in range(count)
        for metric, group, window, low, high in [_KINDS[number % len(_KINDS)]]
    ]
    return "\n".join(["rules:", *lines])


def _usage(path: str, days: int, people: int) -> list[Record]:
    """Streams at any time of those days, oldest first, each known since it was created."""
    chance, number = Random(7), days * people * _A_DAY
    source = f"{path}.pages"
    pages.write(source, str(number))
    kinds = [record for batch in pages.batches(source, number) for record in batch]
    length = timedelta(days=days)
    return [
        record._replace(
            user=f"user{chance.randrange(people):03d}@acme.test",
            at=pages.END - length * (1 - place / number),
        )
        for place, record in enumerate(kinds)
    ]


MEASURES: measure.Measures = {"replay": replay}

if __name__ == "__main__":
    measure.tell(MEASURES)
