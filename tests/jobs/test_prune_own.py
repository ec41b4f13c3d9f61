"""A bot that prunes what it wrote about itself whenever it can tells the same as one that never does, and answers the same."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers import alerts as open_alerts
from bot.answers import restraint, why
from bot.answers.who import Asker
from bot.answers.why import Given
from bot.jobs import prune
from bot.notify.answer import Refusal
from bot.standing import Standing
from bot.store.connection import Connection
from bot.web import metrics
from bot.web.in_force import InForce
from rules.window import Span
from tests.jobs import life
from tests.jobs.life import ANA, BEN, Life, Step

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
YOUNG = [name for name in life.RULES if name not in ("month", "spike")]
"""Rules that look back no further than a day: for others much is kept."""


@dataclass(frozen=True)
class Home:
    """Where lives are led, and what is in force there: nothing is kept that need not be."""

    folder: Path
    stands: Standing


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("life")
    life.prepared(folder)
    stands = life.loaded(folder, YOUNG)
    store = stands.config.store.model_copy(update={"keep": HOUR})
    return Home(folder, replace(stands, config=stands.config.model_copy(update={"store": store})))


async def pruned(lived: Life) -> None:
    await prune.own(lived.bot.database, lived.bot.standing.kept_from, lived.clock.now())


async def led(home: Home, steps: Sequence[Step], *, prunes: bool) -> tuple[Any, ...]:
    """All that was sent, with what is answered in the end, and of which alerts `why` can tell."""
    async with life.opened(home.folder, [home.stands]) as lived:
        for step in steps:
            await lived.arrive(step)
            if prunes:
                await pruned(lived)
            await lived.judge(step)
            if prunes:
                await pruned(lived)
        database, force = lived.bot.database, lived.bot.in_force()
        assert [] == await database.read(halves)
        said = await database.read(answers, force, lived.clock.now())
        return dict(lived.outside.got), said, await database.read(explained, force, lived)


def halves(db: Connection) -> list[str]:
    """Rows of which there is only a part."""
    belongs = {
        "told": ("alert", "alert"),
        "told ": ("message", "message"),
        "outbox": ("message", "message"),
        "ack": ("alert", "alert"),
        "chart": ("message", "message"),
    }
    return [
        f"{table}: {row}"
        for table, (column, owner) in belongs.items()
        for row in db.execute(
            f"SELECT * FROM {table} WHERE {column} NOT IN (SELECT id FROM {owner})"
        )
    ]


def answers(db: Connection, force: InForce, now: Any) -> Any:
    """`status`, the metrics, what is open, and what replay knows of silences."""
    _, asker = _given(force)
    restrained = restraint.read(db, Span(now - DAY, now), force.quiet)
    return metrics.read(db, force, now), open_alerts.answer(db, asker, force.rules, now), restrained


def explained(db: Connection, force: InForce, lived: Life) -> dict[str, Any]:
    """What `why` says of every alert on record, by id."""
    given_, asker = _given(force)
    return {id_: why.of_alert(db, given_, asker, id_, lived.clock.now()) for id_ in on_record(db)}


def on_record(db: Connection) -> list[str]:
    return [id_ for (id_,) in db.execute("SELECT id FROM alert")]


def _given(force: InForce) -> tuple[Given, Asker]:
    terms = Given(force.rules, force.sources, force.stale_after, force.quiet)
    return terms, Asker(None, admin=True, zone=force.zone)


Spent = tuple[str, int, timedelta]
"""By whom, how many dollars, and how long ago."""


def story(*moves: tuple[timedelta, str, list[Spent]]) -> list[Step]:
    """What happens, each so long after the one before, and what somebody does meanwhile."""
    found, now = [], life.START
    for number, (passed, act, spent) in enumerate(moves):
        now += passed
        booked = tuple(
            life.record(f"{number} {user}", user, usd, now - ago) for user, usd, ago in spent
        )
        found.append(Step(passed, booked, act=act))
    return found


NOTHING: list[Spent] = [(ANA, 1, HOUR)]
BEN_GOES_ON = (9 * DAY, "", [(BEN, 60, MINUTE)])
STORIES = {
    "a table is told of until the last of its members is over": story(
        (HOUR, "", [(ANA, 45, MINUTE), (BEN, 60, MINUTE)]),
        (20 * MINUTE, "", NOTHING),
        *[BEN_GOES_ON] * 4,
        (DAY, "", NOTHING),
        (HOUR, "", NOTHING),
    ),
    "nothing gets out for weeks": story(
        (HOUR, "down", [(ANA, 110, MINUTE)]),
        *[(9 * DAY, "down", NOTHING)] * 2,
        (DAY, "", NOTHING),
        BEN_GOES_ON,
        (DAY, "", NOTHING),
    ),
    "what came late is held back for weeks": story(
        (HOUR, "", NOTHING),
        (2 * DAY, "silence for long", [(ANA, 110, DAY)]),
        (15 * DAY, "", NOTHING),
        (16 * DAY, "", NOTHING),
        BEN_GOES_ON,
        (9 * DAY, "", NOTHING),
        (DAY, "", NOTHING),
    ),
    "a day gets late usage as long as it is judged again": story(
        (HOUR, "", [(ANA, 60, MINUTE)]),
        *[(2 * DAY, "", [(BEN, 60, MINUTE), (ANA, 5, 2 * number * DAY)]) for number in range(1, 4)],
        (9 * DAY, "", NOTHING),
        (HOUR, "", [(ANA, 200, 15 * DAY)]),
    ),
}

_passed = [10 * MINUTE, 61 * MINUTE, 700 * MINUTE, DAY, 3 * DAY, 9 * DAY, 9 * DAY, 20 * DAY]
_moves = st.tuples(st.sampled_from(_passed), life.happenings)
_lives = st.lists(_moves, min_size=4, max_size=9).map(lambda moves: life.scripted(*moves))


async def compare(home: Home, steps: Sequence[Step]) -> Counter[str]:
    """How many alerts are on record where nothing is pruned, and where all is; everything else is the same."""
    whole, said, known = await led(home, steps, prunes=False)
    told, answered, left = await led(home, steps, prunes=True)
    assert (whole, said) == (told, answered)
    assert left == {id_: known[id_] for id_ in left}
    return Counter(whole=len(known), pruned=len(left))


@pytest.mark.slow
@settings(max_examples=5)
@given(_lives)
def test_it_tells_and_answers_the_same(home: Home, steps: list[Step]) -> None:
    asyncio.run(compare(home, steps))


@pytest.mark.slow
@pytest.mark.parametrize("steps", STORIES.values(), ids=STORIES)
async def test_it_tells_the_same_of_what_lasts(home: Home, steps: list[Step]) -> None:
    found = await compare(home, steps)
    assert found["whole"] > found["pruned"]


async def test_an_alert_that_was_pruned_is_answered_for(home: Home) -> None:
    """Its message is still there, and so is the button under it."""
    async with life.opened(home.folder, [home.stands]) as lived:
        asked = lived.bot.database.read
        for step in STORIES["a day gets late usage as long as it is judged again"]:
            await lived.arrive(step)
            await lived.judge(step)
        before = await asked(explained, lived.bot.in_force(), lived)
        await pruned(lived)
        after = await asked(explained, lived.bot.in_force(), lived)
        gone = min(before.keys() - after.keys())
        given_, asker = _given(lived.bot.in_force())
        said = await asked(why.of_alert, given_, asker, gone, lived.clock.now())
    assert (
        Refusal(
            f'There is no alert "{gone}" among those that you may see. What ended longer ago than `store.keep` is kept no more.'
            " `alerts` lists what is open."
        )
        == said
    )


async def test_a_clock_that_runs_far_ahead_costs_nothing_that_was_told(home: Home) -> None:
    async with life.opened(home.folder, [home.stands]) as lived:
        for step in STORIES["a day gets late usage as long as it is judged again"][:4]:
            await lived.arrive(step)
            await lived.judge(step)
        before = await lived.bot.database.read(on_record)
        lived.clock.advance(365 * DAY)
        await pruned(lived)
        assert before == await lived.bot.database.read(on_record)
