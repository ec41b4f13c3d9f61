"""What a chart says to those who cannot see it."""

from dataclasses import replace
from datetime import date

import pytest

from bot.chart import words
from tests.chart.samples import CHART, CHARTS, FEW, RICH, usd


def test_the_numbers_that_matter_are_told() -> None:
    total = sum((each.cost.nano for each in CHART.days), 0) // 10_000_000
    said = words.alt(CHART)
    assert said.startswith("Cost a day, 24 Oct – 22 Nov 2026, days of Europe/Berlin, 30 bars. ")
    assert f"Total {usd(total)}, {usd(round(total / 30))} a day, " in said
    assert f"highest {words.highest(CHART).cost} on Fri 13 Nov." in said
    for name, amount in words.parts(CHART):
        assert f"{name} {amount}" in said
    last = sum((each.cost.nano for each in CHART.days[-7:]), 0) // 10_000_000
    before = sum((each.cost.nano for each in CHART.days[-14:-7]), 0) // 10_000_000
    assert f"The last 7 days came to {usd(last)}, the 7 before to {usd(before)}." in said
    over = sum(
        each.split.spend > usd(10_000 if each.day.month == 11 else 9_677) for each in CHART.days
    )
    assert 0 < over < 30
    assert (
        f"the budget of $3,000.00 a month over its days; what Neo charges was above it on {over} of 30."
        in said
    )


def test_a_few_days_have_no_trend_and_without_a_budget_none_is_told() -> None:
    assert (
        "Cost a day, 20 Nov – 22 Nov 2026, days of UTC, 3 bars."
        " Total $8.00, $2.67 a day, highest $4.00 on Fri 20 Nov."
        " Made of Credits $3.00, BYOK platform $1.00, BYOK provider $4.00." == words.alt(FEW)
    )


@pytest.mark.parametrize("name", CHARTS)
def test_slack_takes_the_words(name: str) -> None:
    assert len(words.alt(CHARTS[name])) <= 1000
    assert words.file_name(CHARTS[name]).startswith("neo-cost-2026-1")
    assert words.file_name(CHARTS[name]).endswith("-2026-11-22.png")


def test_both_years_are_named_where_they_differ() -> None:
    first = replace(FEW.days[0], day=date(2025, 12, 31))
    assert "Cost a day, 31 Dec 2025 – 22 Nov 2026" == words.title(
        replace(FEW, days=(first, *FEW.days[1:]))
    )


def test_a_budget_is_spread_over_the_days_of_its_month() -> None:
    assert () == words.daily_budgets(FEW)
    october = replace(RICH.days[0], day=date(2026, 10, 31))
    spread = words.daily_budgets(replace(RICH, days=(october, *RICH.days[1:])))
    assert [usd(100_000_000).nano / 31, usd(100_000_000).nano / 30] == pytest.approx(
        [spread[0].nano, spread[1].nano]
    )
