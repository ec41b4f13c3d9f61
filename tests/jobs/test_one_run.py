"""One id goes through the log: from the poll to its alert, its message, and each try to deliver that."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import journal
from bot.demo.neo import faults, usage
from bot.demo.workbench import mischief
from tests import stage

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
RULES = "rules: [{name: team, metric: spend, window: day, thresholds: {warning: 50 USD}}]"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that is logged while the test runs, as JSON lines."""
    stream, root = io.StringIO(), logging.getLogger()
    before = root.level, root.handlers[:]
    output = logging.StreamHandler(stream)
    output.setFormatter(journal.Json())
    root.addHandler(output)
    root.setLevel("INFO")
    yield stream
    root.setLevel(before[0])
    root.handlers[:] = before[1]


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    """What the bot wrote; the stand-ins' own lines are left out."""
    found = [json.loads(line) for line in written.getvalue().splitlines()]
    return [line for line in found if line["from"].startswith("bot.")]


async def test_one_id_is_followed_from_the_poll_to_the_delivery(
    tmp_path: Path, written: io.StringIO
) -> None:
    async with stage.staged(tmp_path, START, RULES) as played:
        await played.tick()
        played.bench.mischief.add("*", mischief.Broken(503), times=1_000_000)
        played.stream(1, usd=60)
        await played.tick()
        await played.restart()
        played.bench.mischief.clear()
        await played.pass_time(timedelta(minutes=2))
        (alert,) = [line for line in lines(written) if line["what"] == "alert"]
        same = [line for line in lines(written) if line.get("run") == alert["run"]]

    assert ["poll", "alert", "message", "delivery is tried again", "delivered"] == [
        line["what"] for line in same
    ]
    _, _, message, put_off, delivered = same
    assert alert["alert"] == message["alerts"]
    assert message["message_id"] == put_off["message_id"] == delivered["message_id"]
    polls = [line["run"] for line in lines(written) if line["what"] == "poll"]
    assert len(polls) == len(set(polls)) == 4


async def test_a_figure_that_only_rises_is_no_line(tmp_path: Path, written: io.StringIO) -> None:
    async with stage.staged(tmp_path, START, RULES) as played:
        await played.tick()
        for number in (1, 2, 3):
            played.stream(number, usd=60)
            await played.tick()
        alerts = [line for line in lines(written) if line["what"] == "alert"]

    assert [("firing", "first")] == [(line["state"], line["reason"]) for line in alerts]


async def test_an_edit_belongs_to_no_run_that_happens_to_be_there(
    tmp_path: Path, written: io.StringIO
) -> None:
    """It says what is so by now, whatever came of whichever run."""
    async with stage.staged(tmp_path, START, RULES) as played:
        await played.tick()
        played.stream(1, usd=60)
        await played.tick()
        played.neo.book.remove(usage.stream_id(1))
        played.bench.mischief.add("chat.update", mischief.Broken(503), times=2)
        await played.pass_time(timedelta(minutes=2))
    (first, *_) = edits = [each for each in lines(written) if each["what"] == "edit is tried again"]
    assert [None] * len(edits) == [each.get("run") for each in edits]
    assert first["message_id"] in [
        each["message_id"] for each in lines(written) if each["what"] == "message"
    ]


async def test_what_fails_carries_the_id_of_its_run(tmp_path: Path, written: io.StringIO) -> None:
    async with stage.staged(tmp_path, START, RULES) as played:
        await played.tick()
        played.neo.faults.add(faults.answer(503), times=None)
        for _ in range(2):
            await played.tick()
    failed = [line for line in lines(written) if line["what"] == "poll failed"]
    assert 2 == len({line["run"] for line in failed})
