"""Plays every scenario: usage on a timeline and rules in, what Slack is told out, through the whole bot."""

import re
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.demo.neo import faults, usage
from bot.demo.neo.faults import Fault
from bot.demo.workbench import mischief
from bot.store import alerts
from rules import quantity
from tests import stage
from tests.stage import Stage

_NAMED = re.compile(r"\{([\w-]+)\}")
_SCENARIOS = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("path", _SCENARIOS, ids=[path.stem for path in _SCENARIOS])
async def test_slack_is_told_what_the_scenario_says(path: Path, tmp_path: Path) -> None:
    scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
    start = scenario["start"].astimezone(UTC)
    rules = yaml.safe_dump({"rules": scenario["rules"]})
    every = scenario.get("every", "2m")
    settings = {"poll": {"every": every, "backfill": "40d"}, **scenario.get("config", {})}
    async with stage.staged(tmp_path, start, rules, settings) as played:
        for step in scenario["steps"]:
            where = f"{path.name} at {played.clock.now()}: {step.get('note', '')}"
            told = await _play(played, step, quantity.duration(every))
            assert _expected(step, told) == told, where
        assert [] == played.neo.log.violations


async def _play(played: Stage, step: dict[str, Any], every: timedelta) -> list[str]:
    """Lets time pass up to the step, then does what it says, then ticks; gives all that Slack was told by it."""
    told = []
    if "after" in step:
        told += await played.pass_time(quantity.duration(step["after"]), every)
    if "rules" in step:
        rules = step["rules"]
        played.write_rules(rules if isinstance(rules, str) else yaml.safe_dump({"rules": rules}))
        await played.bot.watch()
    if step.get("restart"):
        await played.restart()
    if "say" in step:
        answer = await played.say(step["say"]["as"], await _named(played, step["say"]["text"]))
        assert step["answer"] == _held(step["answer"], answer)
    if "press" in step:
        pressed = step["press"]
        where = (pressed["button"], pressed["of"], pressed.get("choice", ""))
        answer = await played.press(pressed["as"], *where)
        assert step["answer"] == _held(step["answer"], answer)
    _change(played, step)
    return [*told, *await played.tick()]


def _change(played: Stage, step: dict[str, Any]) -> None:
    _switch(played, step)
    for entry in step.get("usage", []):
        fields = dict(entry)
        if "created" in fields:
            fields["created"] = fields["created"].astimezone(UTC)
        first, apart = fields.pop("number"), quantity.duration(fields.pop("apart", "0s"))
        begins = fields.pop("created", played.clock.now())
        for more in range(fields.pop("times", 1)):
            played.stream(first + more, created=begins + more * apart, **fields)
    for number, usd in step.get("correct", {}).items():
        played.neo.book.correct(usage.stream_id(number), Decimal(str(usd)) / 10)
    for number in step.get("remove", []):
        played.neo.book.remove(usage.stream_id(number))
    for endpoint, answer in step.get("answers", {}).items():
        act = faults.answer(answer) if isinstance(answer, int) else faults.lie(**answer)
        played.neo.faults.faults.insert(0, Fault(act, faults.on(endpoint), times=None))


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
        line if words == _held(words, line) else words
        for words, line in zip(expected, told, strict=True)
    ]


def _held(words: str, line: str) -> str:
    """The words if the line holds all of them, else the line itself."""
    return words if all(part in line for part in words.split(" … ")) else line


async def _named(played: Stage, text: str) -> str:
    """`{user-spend}` in a command stands for the id of the one open alert of that rule."""
    found = await played.bot.database.read(alerts.open_alerts)
    for name in _NAMED.findall(text):
        (id_,) = (alert.id for alert in found if alert.series.rule == name)
        text = text.replace(f"{{{name}}}", id_)
    return text
