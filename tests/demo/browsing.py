"""The workbench in Debian's chromium, driven by Playwright: what a person sees and does there."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 30_000
"""Milliseconds after which something that does not appear is given up."""

_LOOPBACK_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@dataclass(slots=True)
class Visit:
    """One page of the workbench: `faults` is what its console said, `asked` where it sent requests."""

    page: Page
    faults: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def message(self, words: str) -> Locator:
        """The last message of the channel with these words."""
        return self.page.locator("#log .message", has_text=words).last

    def reply(self, words: str) -> Locator:
        return self.page.locator("#thread-log .message", has_text=words).last

    async def say(self, line: str) -> None:
        await self.page.locator("#line").fill(line)
        await self.page.locator("#line").press("Enter")

    async def open_channel(self, name: str) -> None:
        await self.page.locator("#sidebar").get_by_role("button", name=name).click()

    async def become(self, person: str) -> None:
        """Acts as another person from now on."""
        option = self.page.locator("#viewer option", has_text=person)
        await self.page.locator("#viewer").select_option(await option.get_attribute("value"))


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """The system's chromium, which can reach no other machine."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "no chromium was found; `make browser` installs one"
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=found, args=[_LOOPBACK_ONLY])
        yield running
        await running.close()


@asynccontextmanager
async def visiting(running: Browser, url: str, **looks: Any) -> AsyncIterator[Visit]:
    """A page on `url` in a profile of its own; `looks` are size, zone and colours, as Playwright names them."""
    context = await running.new_context(**looks)
    visit = Visit(await context.new_page())
    visit.page.set_default_timeout(PATIENCE)
    _watch(visit)
    await visit.page.goto(url)
    yield visit
    await context.close()


def _watch(visit: Visit) -> None:
    def hear(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            visit.faults.append(said.text)

    visit.page.on("console", hear)
    visit.page.on("pageerror", lambda error: visit.faults.append(str(error)))
    visit.page.on("request", lambda request: visit.asked.add(urlsplit(request.url).netloc))
