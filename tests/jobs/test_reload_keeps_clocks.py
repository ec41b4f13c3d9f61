"""Rules that are read again, and say the same in other words, change no decision, no message and no timer."""

import asyncio
import functools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import standing
from rules import composer
from tests.jobs import life
from tests.jobs.life import Kept, Step

Rules = dict[str, dict[str, Any]]


def commented(rules: Rules) -> str:
    """In block style, the keys in another order."""
    turned = [dict(reversed({"name": name, **keys}.items())) for name, keys in rules.items()]
    return f"# as before\n{yaml.safe_dump({'rules': turned}, sort_keys=False)}# nothing else\n"


def explained(rules: Rules) -> str:
    """With words for people, and lengths that are written otherwise."""
    lengths = {"24h": "1d", "3h": "180m", "6h": "360m"}
    return life.text(
        {
            name: {
                **keys,
                "summary": f"What {name} watches",
                "runbook": "ask Ada",
                **(
                    {"window": lengths.get(keys["window"], keys["window"])}
                    if "window" in keys
                    else {}
                ),
            }
            for name, keys in rules.items()
        }
    )


def turned(rules: Rules) -> str:
    """The rules in another order."""
    return life.text(dict(reversed(rules.items())))


def broken(rules: Rules) -> str:
    """With a rule that cannot be, which is why none of it counts."""
    return life.text({**rules, "another": {"metric": "spend", "window": "decade"}})


VARIANTS: dict[str, Callable[[Rules], str]] = {
    "as it was": life.text,
    "in other order, with comments": commented,
    "with other words": explained,
    "the rules in other order": turned,
    "with a fault": broken,
}
Reloads = dict[int, str]
"""After which steps the file is read again, and what it says then."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same texts come again and again, so each is parsed once."""
    found = tmp_path_factory.mktemp("reload")
    life.prepared(found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(composer, "read", functools.cache(composer.read))
        yield found


async def led(
    folder: Path, rules: Rules, steps: list[Step], moments: Reloads, *, reload: bool
) -> tuple[list[Any], Kept]:
    """What was sent, words aside, and what was kept; at the `moments` rules are judged again in any case."""
    (folder / "rules.yaml").write_text(life.text(rules), encoding="utf-8")
    async with life.opened(folder, [standing.load(folder / "config.yaml", {})]) as lived:
        for number, step in enumerate(steps):
            await lived.arrive(step)
            await lived.judge(step)
            if number not in moments:
                continue
            lived.clock.advance(step.passed)
            if reload:
                (folder / "rules.yaml").write_text(
                    VARIANTS[moments[number]](rules), encoding="utf-8"
                )
                await lived.bot.reload()
                assert ("fault" in moments[number]) is bool(lived.bot.in_force().faults)
            else:
                await lived.bot.judge()
            await lived.bot.deliverer.drain()
        sent = {place: sorted(each[:2] for each in got) for place, got in lived.outside.got.items()}
        return sorted(sent.items()), await lived.kept()


TABLES = ("alert", "decision", "message", "outbox", "told", "held", "judged", "remembered")
BESIDES = {
    ("message", "body"),
    ("outbox", "body"),
    ("judged", "terms"),
    ("judged", "at"),
    ("decision", "id"),
}
"""Words, by what it is seen that a rule was touched, when it was last judged, and the order of what comes at once."""


def lasting(kept: Kept) -> dict[str, list[str]]:
    """Everything that a reload must not change."""
    return {
        name: sorted(
            json.dumps({key: value for key, value in row.items() if (name, key) not in BESIDES})
            for row in kept[name]
        )
        for name in TABLES
    }


_reloads = st.dictionaries(
    st.integers(0, 4), st.sampled_from(sorted(VARIANTS)), min_size=1, max_size=2
)


@pytest.mark.slow
@settings(max_examples=200)
@given(life.some_rules, life.steps, _reloads)
def test_reading_the_same_rules_again_changes_nothing(
    folder: Path, names: list[str], steps: list[Step], moments: Reloads
) -> None:
    rules = {name: life.RULES[name] for name in names}
    sent, kept = asyncio.run(led(folder, rules, steps, moments, reload=False))
    told, found = asyncio.run(led(folder, rules, steps, moments, reload=True))
    assert sent == told
    assert lasting(kept) == lasting(found)
