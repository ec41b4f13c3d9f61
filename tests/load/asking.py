"""People who ask at a steady pace, whatever becomes of their questions."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import cycle

from bot.demo.workbench import commands
from bot.demo.workbench.bench import Bench
from tests import stage

SLACK_WAITS = 3.0
_OWN = ("spend", "top models", "errors 7d", "byok", "budgets", "alerts", "forecast", "help")
_ALL = ("spend team", "top users", "top tasks week", "errors team", "rules", "status", "digest")


class Asking:
    """`took` is how long each answer took, in seconds; `failed` why a person got none, where so."""

    def __init__(self, bench: Bench, people: Sequence[str], admins: Sequence[str]) -> None:
        self.took: list[float] = []
        self.failed: list[str] = []
        self._bench = bench
        self._questions = _questions(people, admins)
        self._open: set[asyncio.Task[None]] = set()

    async def go_on(self, rate: float) -> None:
        """Asks so often a second until it is cancelled; a slow answer delays no question."""
        due = time.monotonic()
        while True:
            task = asyncio.create_task(self._ask(*next(self._questions)))
            self._open.add(task)
            task.add_done_callback(self._open.discard)
            due += 1 / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def end(self) -> None:
        await asyncio.gather(*self._open)

    @property
    def late(self) -> int:
        return sum(each > SLACK_WAITS for each in self.took)

    def quantile(self, share: float) -> float:
        """Seconds that this share of the answers did not take longer than."""
        ordered = sorted(self.took)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    async def _ask(self, who: str, text: str) -> None:
        begun = time.perf_counter()
        outcome = await commands.run(self._bench, who, stage.CHANNEL, f"/neo-budget {text}")
        self.took.append(time.perf_counter() - begun)
        if not outcome.ok:
            self.failed.append(f"{text}: {outcome.error} {outcome.status or ''}")


def _questions(people: Sequence[str], admins: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Everybody asks of themselves in turn; every third question is an admin's."""
    everybody, own, all_ = cycle(people), cycle(_OWN), cycle(_ALL)
    those = cycle(admins)
    while True:
        yield next(everybody), next(own)
        yield next(everybody), next(own)
        yield next(those), next(all_)
