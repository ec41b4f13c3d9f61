"""Prints what kills come to: each crossing of a play cut once, then a storm of kills and faults. `make soak`.

Ends with 1 where anything was lost, doubled or wrong; what it was stands below the tables.
"""

import argparse
import asyncio
import sys
from collections import Counter
from dataclasses import dataclass, field

from tests.crashes import ground, matrix, steps
from tests.crashes.ground import Ground
from tests.crashes.matrix import Scene
from tests.crashes.storm import Storm, Tally

_WIDTH = 12


@dataclass(slots=True)
class Row:
    """What cuts in one phase come to."""

    steps: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    expected: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0


async def cut(laid: Ground, scenes: list[Scene]) -> list[str]:
    """The crash matrix, every crossing of it; gives what was found wrong."""
    rows, faults = {name: Row() for name in steps.PHASES}, list[str]()
    for each in matrix.every_cut(scenes):
        got, kills = await matrix.after(laid, each)
        row, want = rows[steps.phase(each.at)], each.scene.want
        row.steps[each.at.split(" ", 1)[1]] += 1
        row.kills += kills
        row.expected += want.said.total()
        row.lost += len(got.lost(want))
        row.doubled += len(got.doubled(want))
        row.wrong += len(got.wrong(want))
        faults += [f"{each.scene.name}, {each.at}: {line}" for line in got.faults(want)]
    _print("cut at", "crossings", "kills", "expected", "lost", "doubled", "wrong")
    for name, row in rows.items():
        _print(name, row.steps.total(), row.kills, row.expected, row.lost, row.doubled, row.wrong)
    return faults


async def storm(laid: Ground, scenes: list[Scene], kills: int, seed: int) -> list[str]:
    """Kills at random, and Slack's faults; gives what was found wrong."""
    first, *_, last = scenes
    tally = await Storm(laid, kills, seed).rage(first.before, last.want)
    _print("storm", "plays", "kills", "expected", "lost", "doubled", "wrong")
    _print(
        f"seed {seed}",
        *(tally.plays, tally.kills, tally.expected),
        *map(len, (tally.lost, tally.doubled, tally.wrong)),
    )
    print()
    for name, times in sorted(tally.faults.items()):
        print(f"{times:>7,}  {name}")
    return _told(tally)


def _told(tally: Tally) -> list[str]:
    lost = [f"lost: {each}" for each in tally.lost]
    return [*lost, *(f"doubled: {each}" for each in tally.doubled), *tally.wrong]


def _print(name: str, *cells: object) -> None:
    shown = (
        f"{each:>{_WIDTH},}" if isinstance(each, int) else f"{each:>{_WIDTH}}" for each in cells
    )
    print(f"{name:<18}{''.join(shown)}", flush=True)


async def soak(kills: int, seed: int, *, every: bool) -> list[str]:
    with ground.folder() as folder:
        async with ground.laid(folder) as laid:
            scenes = await matrix.uncut(laid)
            faults = await cut(laid, scenes) if every else []
            return faults + await storm(laid, scenes, kills, seed)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="kills in the storm")
    parser.add_argument("--seed", type=int, default=1, help="the same brings the same storm")
    parser.add_argument("--storm", action="store_true", help="the storm alone")
    given = parser.parse_args()
    faults = asyncio.run(soak(given.kills, given.seed, every=not given.storm))
    print("\n".join(["", *faults] if faults else ["", "nothing lost, nothing doubled"]))
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
