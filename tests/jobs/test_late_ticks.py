"""Timers count what time has passed, however late or irregularly an evaluation comes."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.jobs import evaluate, verdicts
from bot.jobs.evaluate import Terms
from bot.notify.routing import Routes
from bot.store import ledger, sources
from bot.store.connection import Connection
from bot.store.sources import Backfill
from rules import loading
from rules.money import Money
from rules.reading import Defaults
from tests.store import usage

START, SECOND = usage.NOON, timedelta(seconds=1)
SPENT, REFUNDED, OVER = 0, 1200, 2000
"""Seconds: it holds from the start, is clear after twenty minutes, and is looked at a little longer."""

RULES = loading.load(
    [
        (
            "rules.yaml",
            """
rules:
  - {name: team, metric: spend, window: 6h, for: 90s, keep: 3m, repeat: 5m, thresholds: {warning: 50 USD}}
""",
        )
    ],
    Defaults(),
).rules
TERMS = Terms(RULES, ("acme",), Routes({}, (), None), ZoneInfo("UTC"), timedelta(minutes=20))

Said = list[tuple[int, str]]


def ticks(gaps: Sequence[int]) -> Iterator[int]:
    """The seconds of evaluations that come so far apart, again and again."""
    return itertools.takewhile(
        lambda second: second <= OVER, itertools.accumulate(itertools.cycle(gaps), initial=0)
    )


def said(seconds: Iterable[int]) -> Said:
    """What is decided to be said, and when."""
    db = usage.fresh()
    long_ago = START - timedelta(days=100)
    sources.backfilled(db, "acme", Backfill(long_ago, long_ago, done=True))
    tick(db, -1)
    spend(db, 60)
    found = []
    for second in seconds:
        if second >= REFUNDED:
            spend(db, 5)
        found += [(second, reason) for reason in tick(db, second)]
    db.close()
    return found


def spend(db: Connection, usd: int) -> None:
    at = START - timedelta(hours=1)
    ledger.add(db, [usage.record(credits=Money.from_usd(usd), at=at)], seen=START, live=True)


def tick(db: Connection, second: int) -> list[str]:
    now = START + second * SECOND
    sources.advance(db, "acme", cursor=now, complete_at=now)
    judged = evaluate.prepare(db, TERMS, now)
    if not judged.idle:
        verdicts.commit(db, judged, now)
    return [str(step.transition.reason) for step in judged.steps if step.transition.reason]


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        pytest.param(
            [1],
            [(90, "first"), (390, "repeat"), (990, "repeat"), (1380, "resolved")],
            id="every second",
        ),
        pytest.param(
            [61],
            [(122, "first"), (427, "repeat"), (1037, "repeat"), (1403, "resolved")],
            id="every 61 seconds",
        ),
        pytest.param([600], [(600, "first"), (1800, "resolved")], id="every ten minutes"),
        pytest.param(
            [1, 61, 299, 2],
            [(361, "first"), (724, "repeat"), (1813, "resolved")],
            id="irregularly",
        ),
        pytest.param(
            [90, 300, 600, 210, 180],
            [(90, "first"), (390, "repeat"), (990, "repeat"), (1380, "resolved")],
            id="only when a timer is due",
        ),
        pytest.param(
            [89, 2, 298, 2, 598, 2, 209, 179, 2],
            [(91, "first"), (391, "repeat"), (991, "repeat"), (1381, "resolved")],
            id="just before and just after",
        ),
    ],
)
def test_timers_count_time_and_not_evaluations(gaps: list[int], expected: Said) -> None:
    assert expected == said(ticks(gaps))
