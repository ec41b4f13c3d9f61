"""Plays every scenario: usage on a timeline and rules in, what Slack is told out, through the whole bot."""

from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.demo.neo import faults, usage
from bot.demo.workbench import mischief
from rules import quantity
from tests import stage
from tests.stage import Stage

_SCENARIOS = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("path", _SCENARIOS, ids=[path.stem for path in _SCENARIOS])
async def test_slack_is_told_what_the_scenario_says(path: Path, tmp_path: Path) -> None:
    scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
    start = scenario["start"].astimezone(UTC)
    rules = yaml.safe_dump({"rules": scenario["rules"]})
    async with stage.staged(tmp_path, start, rules, scenario.get("config")) as played:
        for step in scenario["steps"]:
            told = await _play(played, step)
            assert _expected(step, told) == told, (
                f"{path.name} at {played.clock.now()}: {step.get('note', '')}"
            )
        assert [] == played.neo.log.violations


async def _play(played: Stage, step: dict[str, Any]) -> list[str]:
    """Lets time pass up to the step, then does what it says, then ticks; gives all that Slack was told by it."""
    told = []
    if "after" in step:
        told += await played.pass_time(quantity.duration(step["after"]))
    if "rules" in step:
        played.write_rules(yaml.safe_dump({"rules": step["rules"]}))
        await played.bot.watch()
    if step.get("restart"):
        await played.restart()
    _change(played, step)
    return [*told, *await played.tick()]


def _change(played: Stage, step: dict[str, Any]) -> None:
    _switch(played, step)
    for entry in step.get("usage", []):
        fields = dict(entry)
        if "created" in fields:
            fields["created"] = fields["created"].astimezone(UTC)
        first = fields.pop("number")
        for number in range(first, first + fields.pop("times", 1)):
            played.stream(number, **fields)
    for number, usd in step.get("correct", {}).items():
        played.neo.book.correct(usage.stream_id(number), Decimal(str(usd)) / 10)
    for number in step.get("remove", []):
        played.neo.book.remove(usage.stream_id(number))


def _switch(played: Stage, step: dict[str, Any]) -> None:
    """Takes one of the two servers down, or brings it back."""
    if step.get("neo") == "down":
        played.neo.faults.add(faults.answer(503), times=None)
    if step.get("neo") == "up":
        played.neo.faults.clear()
    if step.get("slack") == "down":
        played.bench.mischief.add("*", mischief.Broken(503), times=1_000_000)
    if step.get("slack") == "up":
        played.bench.mischief.clear()


def _expected(step: dict[str, Any], told: list[str]) -> list[str]:
    """What was told where it holds all the words that are expected, else the words themselves."""
    expected = step.get("expect", [])
    if len(expected) != len(told):
        return list(expected)
    return [
        line if all(part in line for part in words.split(" … ")) else words
        for words, line in zip(expected, told, strict=True)
    ]
