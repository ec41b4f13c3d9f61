"""A play that is cut at one crossing at a time, and must end as if it had not been."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.crashes import play, steps, told
from tests.crashes.ground import Ground, Scenery
from tests.crashes.steps import Kill
from tests.crashes.told import Told

_DOWN = timedelta(seconds=20)
_AGAIN = 5
"""Of so many recoveries one is cut as well, somewhere in its first `_FAR` crossings."""

_FAR = 30
_TELLING = ("record", "edit")


@dataclass(frozen=True, slots=True)
class Scene:
    """One process's work, uncut: how it began, what it crossed, what it left. Without an `act` it only starts."""

    name: str
    at: datetime
    before: Scenery
    crossed: tuple[str, ...]
    want: Told
    act: play.Act | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a scene ends before its time, and how its recovery is cut, if it is."""

    scene: Scene
    at: str
    again: Kill = None


async def uncut(ground: Ground) -> list[Scene]:
    """The play without a cut, and with it every crossing that there is."""
    began = ground.taken()
    await ground.start()
    await ground.end()
    scenes = [
        Scene(
            "the first start",
            ground.clock.now(),
            began,
            tuple(ground.crossed),
            told.told(ground),
        )
    ]
    for act in play.ACTS:
        ground.happen(act)
        at, before = ground.clock.now(), ground.taken()
        assert await ground.once()
        assert not ground.failed
        scenes.append(Scene(act.name, at, before, tuple(ground.crossed), told.told(ground), act))
    return scenes


def every_cut(scenes: list[Scene]) -> list[Cut]:
    """Every crossing of the play."""
    chance = random.Random(1)
    return [
        Cut(scene, crossing, None if chance.randrange(_AGAIN) else chance.randint(1, _FAR))
        for scene in scenes
        for crossing in scene.crossed
        # How a store is opened is cut with the first scene.
        if not (scene.act and steps.phase(crossing) == "migration")
    ]


def cut_of_each_kind(scenes: list[Scene]) -> list[Cut]:
    """The first crossing of each kind, and the last of those after which something is told.

    What only reads is not cut: on both sides of it all is as it was after the step before.
    """
    cuts = [cut for cut in every_cut(scenes) if " GET " not in cut.at]
    first = {steps.kind(cut.at): cut for cut in reversed(cuts)}
    last = {steps.kind(cut.at): cut for cut in cuts if steps.phase(cut.at) in _TELLING}
    chosen = [*first.values(), *last.values()]
    return list({(cut.scene.name, cut.at): cut for cut in chosen}.values())


async def after(ground: Ground, cut: Cut) -> tuple[Told, int]:
    """What a scene comes to that is cut, and how often it was."""
    ground.put_back(cut.scene.before)
    ground.clock.set_to(cut.scene.at)
    kills = 0
    for kill in (cut.at, cut.again, None):
        if await _lived(ground, kill, cut.scene.act):
            break
        kills += 1
        ground.clock.advance(_DOWN)
    return told.told(ground), kills


async def _lived(ground: Ground, kill: Kill, act: play.Act | None) -> bool:
    if act:
        ground.on = act
        return await ground.once(kill)
    if not await ground.start(kill):
        return False
    await ground.end()
    return True
