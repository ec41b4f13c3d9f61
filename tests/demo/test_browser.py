"""The demo as a person meets it: one command, a browser, and nothing else."""

import signal

import pytest
from playwright.async_api import expect

from tests.cli import processes
from tests.demo import browsing
from tests.demo.browsing import Visit

ALERT = "platform cost of BYOK of"

expect.set_options(timeout=browsing.PATIENCE)


@pytest.mark.slow
async def test_what_a_person_sees_and_does_in_the_demo() -> None:
    async with processes.started("demo", "--port", "0") as demo, browsing.browser() as chromium:
        url = await demo.printed(r"Slack workbench +(http://\S+)")
        async with browsing.visiting(chromium, f"{url}/?as=U0ADA") as visit:
            await _is_told(visit)
            await _acknowledges(visit)
            await _asks(visit)
            await _looks_behind_the_alert(visit)
            await _is_somebody_else_in_a_dm(visit)
        assert [] == visit.faults
        assert {url.removeprefix("http://")} == visit.asked
        assert 0 == await demo.ends(signal.SIGTERM)
    assert "" == demo.said


async def _is_told(visit: Visit) -> None:
    for words in ("spend past the limit", "error rate of", ALERT, "Daily digest"):
        await expect(visit.message(words)).to_be_visible()
    await expect(visit.message("Daily digest")).not_to_contain_text("quiet")
    await expect(visit.page.locator("#link")).to_contain_text("HTTP · 127.0.0.1:")


async def _acknowledges(visit: Visit) -> None:
    alert = visit.message(ALERT)
    await expect(alert).not_to_contain_text("Acknowledged")
    await alert.get_by_role("button", name="Acknowledge").click()
    await expect(alert).to_contain_text("Acknowledged by ada@acme.test")
    await expect(alert.get_by_role("button", name="Acknowledge", exact=True)).to_have_count(0)


async def _asks(visit: Visit) -> None:
    await visit.say("/neo-budget top users")
    answer = visit.message("Top users of the team")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer.locator("tr").nth(1)).to_contain_text("maya@acme.test")


async def _looks_behind_the_alert(visit: Visit) -> None:
    alert = visit.message(ALERT)
    await alert.get_by_role("button", name="Details").click()
    await alert.get_by_role("button", name="reply").click()
    await expect(visit.reply("Limits in force")).to_be_visible()


async def _is_somebody_else_in_a_dm(visit: Visit) -> None:
    await visit.become("Ana Silva")
    await expect(visit.message("Top users")).to_have_count(0)
    await visit.open_channel("Neo budget bot")
    await expect(visit.message("Critical: cost of task")).to_contain_text("ana@acme.test")
    await visit.say("/neo-budget spend maya@acme.test")
    await expect(visit.message("Only admins see")).to_contain_text("Only visible to you")
    await visit.say("/neo-budget top users")
    await expect(visit.message("Top users of ana@acme.test")).to_be_visible()
