"""Killed at any step and started again, the bot loses nothing and says nothing twice."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.crashes import ground, matrix, steps
from tests.crashes.ground import Ground
from tests.crashes.matrix import Scene
from tests.crashes.storm import Storm

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@dataclass(frozen=True, slots=True)
class Played:
    """A ground, and what was played there without a cut."""

    ground: Ground
    scenes: list[Scene]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played() -> AsyncIterator[Played]:
    with ground.folder() as folder:
        async with ground.laid(folder) as laid:
            yield Played(laid, await matrix.uncut(laid))


async def test_a_kill_at_any_step_changes_nothing(played: Played) -> None:
    cuts = matrix.cut_of_each_kind(played.scenes)
    assert set(steps.PHASES) == {steps.phase(cut.at) for cut in cuts}
    found = {}
    for cut in cuts:
        got, kills = await matrix.after(played.ground, cut)
        assert kills, f"nothing was cut at {cut.at}"
        found[cut.at] = got.faults(cut.scene.want)
    assert {} == {at: faults for at, faults in found.items() if faults}


async def test_kills_in_a_storm_of_faults_lose_and_double_nothing(played: Played) -> None:
    first, *_, last = played.scenes
    tally = await Storm(played.ground, 25, seed=1).rage(first.before, last.want)
    assert 25 <= tally.kills
    assert tally.faults
    assert ([], [], []) == (tally.lost, tally.doubled, tally.wrong)
