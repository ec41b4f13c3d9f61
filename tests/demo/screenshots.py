"""The pictures of docs/, taken of the whole bot in the workbench: `make screenshots`."""

import asyncio
import random
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import FloatRect, Locator, Page

from bot import app
from bot.demo.neo import cast, dice, generate, usage
from tests import stage
from tests.demo import browsing
from tests.demo.browsing import Visit
from tests.house import tree
from tests.stage import Stage

START = datetime(2026, 10, 14, 7, 0, tzinfo=UTC)
"""A Wednesday, nine in the morning in Berlin: a picture is the same whenever it is taken."""

CHANGES = {
    "timezone": "Europe/Berlin",
    "digests": [{"name": "daily", "every": "day", "at": "09:00", "to": ["finops"]}],
}
RULES = """
rules:
  - name: user-daily-spend
    summary: One person's spend in a day
    metric: spend
    group_by: [user]
    window: day
    thresholds: {warning: 50 USD, critical: 100 USD}
  - name: team-monthly-budget
    summary: The team's spend in a month
    metric: spend
    window: month
    budget: 2000 USD
    thresholds: {info: 50%, warning: 80%, critical: 100%}
  - name: user-error-rate
    summary: The share of one person's streams that fail
    metric: error_rate
    group_by: [user]
    window: 1h
    min_count: 10
    thresholds: {warning: 20%, critical: 40%}
    recover: 15%
"""
STORM = (61.2, 118.75, 84.1, 71.05, 52.8, 55.4, 63.9, 58.3, 53.2)
"""What each of so many people spends at once, in USD."""

CHANNEL, THREAD = 1010, 800
"""How wide the window is for a channel, and for a thread, which covers the channel then."""

HEIGHT = 4000
LOOKS = {
    "viewport": {"width": CHANNEL, "height": HEIGHT},
    "device_scale_factor": 1.5,
    "timezone_id": "Europe/Berlin",
    "locale": "en-US",
}


@dataclass(frozen=True, slots=True)
class Camera:
    """Takes pictures of what the workbench shows now."""

    visit: Visit
    on: Stage
    folder: Path

    async def take(self, name: str, *messages: str) -> None:
        """Messages of the channel, from the first one with its words to the last with its own."""
        page = await self._look(CHANNEL)
        await self._save(page, name, [self.visit.message(words) for words in messages])

    async def take_thread(self, name: str, message: str) -> None:
        """A message and its thread."""
        page = await self._look(THREAD)
        await self.visit.message(message).get_by_role("button", name="Last reply").click()
        await page.wait_for_load_state("networkidle")  # a file in the thread
        await page.mouse.move(0, 0)
        thread = page.locator("#thread-log .message")
        await self._save(page, name, [thread.first, thread.last])

    async def _look(self, width: int) -> Page:
        page = self.visit.page
        await page.clock.set_fixed_time(self.on.clock.now())
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        await page.goto("about:blank")
        await page.goto(f"{self.on.bench.url}/?still&as=U0ADA#C0SPEND")
        await page.locator("#log .message").first.wait_for()
        return page

    async def _save(self, page: Page, name: str, shown: list[Locator]) -> None:
        boxes = [box for each in shown if (box := await each.bounding_box())]
        top, end = boxes[0]["y"], boxes[-1]["y"] + boxes[-1]["height"]
        clip = FloatRect(x=boxes[0]["x"], y=top, width=boxes[0]["width"], height=end - top)
        path = self.folder / f"{name}.png"
        await page.screenshot(path=path, clip=clip)
        smaller = ("pngquant", "--speed", "1", "--strip", "--force", "--ext", ".png", str(path))
        subprocess.run(smaller, check=True)


@dataclass(frozen=True, slots=True)
class Morning:
    """What happens on that day, and is photographed."""

    on: Stage
    camera: Camera
    chance: random.Random = field(default_factory=lambda: dice.seeded("pictures"))

    async def passes(self) -> None:
        self.on.neo.book.add(*generate.history(START))
        await self.on.tick()
        await self._digest()
        await self._alert()
        await self._escalation()
        await self._resolve()
        await self._storm()
        await self._commands()

    async def _digest(self) -> None:
        await app.send_digest(self.on.bot.standing, "daily", self.on.clock)
        await self.camera.take_thread("digest", "Daily digest")

    async def _alert(self) -> None:
        self._is(4)
        for usd in (31.2, 14.05, 6.9):
            self._spends(cast.ANA, usd)
        await self.on.tick()
        await self.camera.take("alert", "Warning: spend of ana")

    async def _escalation(self) -> None:
        self._is(27)
        self._spends(cast.ANA, 52.1, streams=14)
        await self.on.tick()
        await self.camera.take("escalation", "Limit (critical)", "Escalated")

    async def _resolve(self) -> None:
        self._is(40)
        self._runs(cast.PRIYA, 24, failing=12)
        await self.on.tick()
        self._is(75)
        self._runs(cast.PRIYA, 200, failing=0)
        await self.on.tick()
        await self.camera.take_thread("resolve", "Resolved")

    async def _storm(self) -> None:
        self._is(120)
        people = [each for each in cast.PEOPLE if each is not cast.ANA]
        for person, usd in zip(people, STORM, strict=False):
            self._spends(person, usd)
        await self.on.tick()
        await self.camera.take("table", "alerts: spend")

    async def _commands(self) -> None:
        await self.on.say("ada", "top users")
        await self.camera.take("command", "Top users")
        await self.on.say("ada", "help")
        await self.camera.take("help", "What you can ask")

    def _is(self, minutes: int) -> None:
        """It is so many minutes past nine."""
        self.on.clock.advance(START + timedelta(minutes=minutes) - self.on.clock.now())

    def _spends(self, person: cast.Person, usd: float, streams: int = 6) -> None:
        """One task, paid with credits, that costs this in all."""
        self._task(replace(person, byok=False), [0] * streams, usd / streams)

    def _runs(self, person: cast.Person, streams: int, failing: int) -> None:
        """One task that costs little, and of which so many streams fail."""
        self._task(person, [1] * failing + [0] * (streams - failing), 0.04)

    def _task(self, person: cast.Person, failing: Sequence[float], usd: float) -> None:
        work = dice.job(self.chance, person)
        now = usage.micros(self.on.clock.now() - timedelta(minutes=1))
        price = dice.exact(usd / 10)
        self.on.neo.book.add(
            *(dice.stream(self.chance, work, now, price, share) for share in failing)
        )


async def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        async with (
            stage.staged(Path(home), START, RULES, CHANGES) as on,
            browsing.browser() as chromium,
            browsing.visiting(chromium, on.bench.url, **LOOKS) as visit,
        ):
            await Morning(on, Camera(visit, on, folder)).passes()


if __name__ == "__main__":
    asyncio.run(main(tree.ROOT / "docs"))
