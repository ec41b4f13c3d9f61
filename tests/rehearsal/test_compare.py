"""What is told is held against what is expected, in order."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.rehearsal import compare, loading, play
from bot.rehearsal.told import Told
from tests.rehearsal import conftest

Differ = Callable[[str], list[str]]

USAGE = "{user: ana, spend: 60 USD, at: 10m}, {user: bob, spend: 70 USD, at: 1h}"
ANA = "{at: 10m, labels: {user: ana}}"
BOB = "{at: 1h, labels: {user: bob}}"

RULES = f"{conftest.DAY}, {conftest.DAY.replace('day', 'week').replace('50', '5000')}"
HEAD = """receivers: {channel: {slack: "#a"}, other: {slack: "#b"}}
notify: {default: [channel]}"""


def script(expect: str) -> str:
    return conftest.script(USAGE, expect, RULES, HEAD, "")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Told]:
    """What the usage leads to, which is the same in every test."""
    path = tmp_path_factory.mktemp("told") / "a.yaml"
    path.write_text(script(""), encoding="utf-8")
    [test] = loading.load(path)
    return asyncio.run(play.play(test)).told


@pytest.fixture
def differ(told: Sequence[Told], tmp_path: Path) -> Differ:
    """The difference to what is expected."""

    def differing(expect: str) -> list[str]:
        (tmp_path / "a.yaml").write_text(script(expect), encoding="utf-8")
        [test] = loading.load(tmp_path / "a.yaml")
        return compare.difference(test, told)

    return differing


def signs(lines: list[str]) -> str:
    return "".join(line[0] for line in lines)


@pytest.mark.parametrize(
    "expect",
    [
        pytest.param("{}, {}", id="anything"),
        pytest.param(
            "{at: 10m, to: channel, rule: day, reason: first, severity: warning, labels: {user: ana},"
            ' value: 60 USD, count: 1, text: "limit 50 USD"}, {}',
            id="all that can be said",
        ),
        pytest.param("{at: 2026-11-18 09:10}, {}", id="a local time"),
        pytest.param("{labels: {user: ANA}}, {}", id="a user in any case"),
        pytest.param("{at: 9m}, {}", id="one judging later"),
        pytest.param("{value: 6 credits}, {}", id="the value in credits"),
    ],
)
def test_what_is_so_fits(differ: Differ, expect: str) -> None:
    assert [] == differ(expect)


@pytest.mark.parametrize(
    "wrong",
    [
        "at: 8m",
        "at: 11m",
        "to: other",
        "rule: week",
        "reason: late",
        "severity: info",
        "labels: {user: bob}",
        "labels: {model: ana}",
        "value: 60.01 USD",
        "value: 60%",
        "count: 2",
        'text: "limit 51 USD"',
    ],
)
def test_what_is_not_so_is_shown(differ: Differ, wrong: str) -> None:
    assert "-+ " == signs(differ(f"{{{wrong}}}, {BOB}"))


@pytest.mark.parametrize(
    ("expect", "expected"),
    [
        pytest.param("", "++", id="nothing at all"),
        pytest.param(ANA, " +", id="one too many at the end"),
        pytest.param(BOB, "+ ", id="one too many at the beginning"),
        pytest.param(f"{ANA}, {BOB}, {{}}", "  -", id="one too few"),
        pytest.param(f"{BOB}, {ANA}", "- +", id="the wrong order"),
    ],
)
def test_each_is_told_once_and_in_order(differ: Differ, expect: str, expected: str) -> None:
    assert expected == signs(differ(expect))


def test_the_difference_says_what_and_when(differ: Differ) -> None:
    same = "to channel, rule day, reason first, severity warning, labels"
    limit = "(limit 50 USD, day: Wed 18 Nov 2026, UTC)"
    ana = f'{{user: ana}}, value $60.00, text "🟠 Warning: spend of ana at $60.00 {limit}"'
    bob = f'{{user: bob}}, value $70.00, text "🟠 Warning: spend of bob at $70.00 {limit}"'
    assert [
        '- 10m (2026-11-18 09:10), severity critical, text "dear"',
        f"+ 10m (2026-11-18 09:10), {same} {ana}",
        f"  1h (2026-11-18 10:00), {same} {bob}",
        "- severity info",
    ] == differ(f"{{at: 10m, severity: critical, text: dear}}, {BOB}, {{severity: info}}")
