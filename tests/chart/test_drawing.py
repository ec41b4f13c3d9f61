"""The drawing is true to the figures. `UPDATE_GOLDEN=1 pytest tests/chart` draws the golden ones, and docs/, anew."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chart import drawing
from bot.notify.facts import ChartFacts
from rules.money import Money
from tests.chart.samples import CHART, CHARTS, FEW, RICH, usd

GOLDEN = Path(__file__).parents[1] / "data" / "chart"
_BOX = re.compile(
    r'<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/>'
)
PARTS = ("credits", "platform", "provider")

Box = tuple[float, float, float, float]


def boxes(facts: ChartFacts, *looks: str) -> list[Box]:
    """Left, top, width and height of all boxes of some looks inside the field, from the left and from the ground."""
    found = [
        (float(left), float(top), float(width), float(height))
        for look, left, top, width, height in _BOX.findall(drawing.svg(facts))
        if look in looks and float(top) < drawing.BOTTOM
    ]
    return sorted(found, key=lambda box: (box[0], -box[1]))


@pytest.mark.parametrize("name", CHARTS)
def test_a_drawing_is_what_its_golden_file_says(name: str) -> None:
    drawn, file = drawing.svg(CHARTS[name]), GOLDEN / f"{name}.svg"
    if "UPDATE_GOLDEN" in os.environ:
        file.write_text(drawn, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == drawn


@pytest.mark.parametrize("name", CHARTS)
def test_a_bar_is_as_high_as_its_cost(name: str) -> None:
    facts = CHARTS[name]
    stacks: dict[float, list[Box]] = {}
    for box in boxes(facts, *PARTS):
        stacks.setdefault(box[0], []).append(box)
    heights = [sum(box[3] for box in stack) for _, stack in sorted(stacks.items())]
    costs = [each.cost.nano for each in facts.days if each.cost]
    scale = max(heights) / max(costs)
    assert [cost * scale for cost in costs] == pytest.approx(heights, abs=0.05)
    for stack in stacks.values():
        ground = float(drawing.BOTTOM)
        for _, top, _, height in stack:
            assert ground == pytest.approx(top + height, abs=0.02), (
                "each part stands on the one below"
            )
            ground = top
        assert ground >= drawing.TOP


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_a_bar_is_as_high_as_its_amount(part: str) -> None:
    amounts = {
        "credits": [each.split.credits.nano for each in CHART.days],
        "platform": [each.split.neo_cost.nano for each in CHART.days],
        "provider": [each.split.llm_cost.nano for each in CHART.days if each.split.llm_cost],
    }[part]
    heights = [height for *_, height in boxes(CHART, part)]
    scale = (drawing.BOTTOM - drawing.TOP) / usd(30_000).nano
    assert [amount * scale for amount in amounts] == pytest.approx(heights, abs=0.02)


def test_saturdays_and_sundays_are_shaded() -> None:
    places = [number for number, each in enumerate(CHART.days) if each.day.weekday() in (5, 6)]
    width = (drawing.RIGHT - drawing.LEFT) / 30
    assert [drawing.LEFT + number * width for number in places] == pytest.approx(
        [left for left, *_ in boxes(CHART, "weekend")], abs=0.01
    )
    assert 10 == len(places)


def levels(facts: ChartFacts) -> list[float]:
    """How far above the ground the budget line runs, day by day."""
    [path] = re.findall(r'<path class="budget" d="(M[\d.]+ [\d.]+H[^"]+)"', drawing.svg(facts))
    return [drawing.BOTTOM - float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)H", path)]


def test_the_budget_line_has_the_scale_of_the_bars() -> None:
    scale = (drawing.BOTTOM - drawing.TOP) / 300
    daily = [3000 / (31 if each.day.month == 10 else 30) for each in CHART.days]
    assert [each * scale for each in daily] == pytest.approx(levels(CHART), abs=0.02)


def test_a_budget_far_above_is_told_and_not_drawn() -> None:
    assert 'class="budget" d="M92 ' not in drawing.svg(RICH)
    assert ">$33,333.33, far above</text>" in drawing.svg(RICH)
    assert boxes(FEW, *PARTS) == boxes(RICH, *PARTS)
    near = replace(FEW, budget=usd(36_000))
    assert [drawing.BOTTOM - drawing.TOP] * 3 == pytest.approx(
        [level * 15 / 12 for level in levels(near)]
    )
    assert "far above" not in drawing.svg(near)


def test_mondays_are_dated_and_of_a_few_days_all() -> None:
    dates = re.findall(r'class="date"[^>]*>([^<]+)<', drawing.svg(CHART))
    assert ["26 Oct", "2 Nov", "9 Nov", "16 Nov"] == dates
    assert ["20 Nov", "21 Nov", "22 Nov"] == re.findall(
        r'class="date"[^>]*>([^<]+)<', drawing.svg(FEW)
    )


def test_what_is_cheaper_than_a_cent_is_no_markup() -> None:
    tiny = replace(FEW.days[0].split, credits=Money(5), neo_cost=Money(0))
    drawn = drawing.svg(replace(FEW, days=tuple(replace(each, split=tiny) for each in FEW.days)))
    assert "&lt;$0.01" in drawn
    assert "<$" not in drawn


def test_what_neo_takes_back_hangs_from_no_bar() -> None:
    split = replace(FEW.days[0].split, neo_cost=Money(-(10**9)))
    drawn = drawing.svg(replace(FEW, days=(replace(FEW.days[0], split=split), *FEW.days[1:])))
    assert 'height="-' not in drawn
