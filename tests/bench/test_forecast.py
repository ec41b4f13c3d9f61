import pytest

from tests.bench import forecast, series
from tests.bench.series import Family


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "most"), [(series.TEAM, 11), (series.PERSON, 28)], ids=["teams", "persons"]
)
def test_a_month_is_foreseen_after_five_days(family: Family, most: float) -> None:
    """A small form of `make bench-forecast`; the error of a few persons wavers, so it is allowed a little more."""
    drawn = series.drawn(family, 60)
    ours = forecast.score(forecast.ours, drawn, after=5)
    assert ours.error <= most
    assert ours.error < forecast.score(forecast.run_rate, drawn, after=5).error
    assert 65 <= ours.inside <= 95
