"""docs/forecasts.md quotes the benches: the lines of the simpler methods, which cost little, are made anew."""

import pytest

from tests.bench import forecast, series, spike
from tests.bench.series import Family
from tests.docs import documents

DOCUMENT = "docs/forecasts.md"
QUOTED = [
    line
    for block in documents.blocks("text")
    if block.document == DOCUMENT
    for line in block.text.splitlines()
]


@pytest.mark.parametrize("family", [series.TEAM, series.PERSON], ids=["teams", "persons"])
def test_the_quoted_forecasts_are_those_of_the_bench(family: Family) -> None:
    drawn = series.drawn(family, 300, seed=1)
    simple = list(forecast.METHODS)[:-1]
    assert [] == [name for name in simple if forecast.row(name, drawn) not in QUOTED]


def test_the_quoted_spikes_are_those_of_the_bench() -> None:
    drawn = spike.drawn(series.PERSON, 400)
    assert spike.row("3 × the mean of 7 days", drawn) in QUOTED


def test_every_method_is_quoted_for_every_kind_of_series() -> None:
    tables = [block for block in documents.blocks("text") if block.document == DOCUMENT]
    assert 3 == len(tables)
    for block, methods, kinds in zip(
        tables, ([*forecast.METHODS], [*spike.METHODS], [*spike.METHODS]), (2, 3, 3), strict=True
    ):
        assert {kinds} == {
            sum(line.startswith(f"{name} ") for line in block.text.splitlines()) for name in methods
        }
