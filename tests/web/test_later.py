"""Work that outlives its request is waited for, but not for ever."""

import asyncio

import pytest

from bot.web.later import Later


async def test_work_is_waited_for() -> None:
    later, go = Later(), asyncio.Event()
    work = later.start(go.wait())
    asyncio.get_running_loop().call_soon(go.set)
    await later.close(60)

    assert work.result()


async def test_what_takes_too_long_is_given_up_and_told(caplog: pytest.LogCaptureFixture) -> None:
    later = Later()
    work = later.start(asyncio.Event().wait())
    await later.close(0)

    assert work.cancelled()
    assert "answers were given up" in caplog.text
    assert 1 == caplog.records[0].__dict__["count"]


async def test_without_work_there_is_nothing_to_wait_for() -> None:
    await Later().close(0)
