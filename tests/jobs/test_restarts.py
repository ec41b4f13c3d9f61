"""Whatever happens, a bot that is restarted at any moment decides, keeps and sends the same as one that is not."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.standing import Standing
from tests.jobs import life
from tests.jobs.life import Step

BEFORE_IT_ARRIVES, BEFORE_IT_IS_JUDGED = 0, 1
Restarts = frozenset[tuple[int, int]]
"""Before which step, and where in it."""

NEVER: Restarts = frozenset()
ALWAYS: Restarts = frozenset((step, where) for step in range(9) for where in (0, 1))


@dataclass(frozen=True)
class Home:
    """Where lives are led, and what is in force in two processes that have read the same files."""

    folder: Path
    stands: tuple[Standing, ...]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("life")
    life.prepared(folder)
    return Home(folder, tuple(life.loaded(folder, life.RULES) for _ in range(2)))


async def led(home: Home, rules: list[str], steps: list[Step], restarts: Restarts) -> list[Any]:
    """What was sent, and all that was kept in the end."""
    stands = [life.only(each, rules) for each in home.stands]
    async with life.opened(home.folder, stands) as lived:
        for number, step in enumerate(steps):
            if (number, BEFORE_IT_ARRIVES) in restarts:
                await lived.restart()
            await lived.arrive(step)
            if (number, BEFORE_IT_IS_JUDGED) in restarts:
                await lived.restart()
            await lived.judge(step)
        return [lived.outside.got, await lived.kept()]


_restarts = st.one_of(
    st.just(ALWAYS), st.frozensets(st.tuples(st.integers(0, 6), st.integers(0, 1)), min_size=1)
)


MINUTE = timedelta(minutes=1)
SLOWLY = life.scripted(
    (5 * MINUTE, "ana spends much"),
    (5 * MINUTE, "ana spent less"),
    (20 * MINUTE, "streams fail"),
    (10 * MINUTE, "nothing"),
    (20 * MINUTE, "nothing"),
    (10 * MINUTE, "nothing"),
    (10 * MINUTE, "nothing"),
)
"""One alert is clear for its `keep`, then another has too little to be judged by for a whole window."""


@pytest.mark.slow
@settings(max_examples=200)
@given(life.some_rules, life.steps, _restarts)
@example(["runaway", "rate"], SLOWLY, ALWAYS)
def test_a_restart_at_any_moment_changes_nothing(
    home: Home, rules: list[str], steps: list[Step], restarts: Restarts
) -> None:
    whole = asyncio.run(led(home, rules, steps, NEVER))
    assert whole == asyncio.run(led(home, rules, steps, restarts))
