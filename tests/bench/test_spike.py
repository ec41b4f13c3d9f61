import pytest

from tests.bench import series, spike


@pytest.mark.slow
def test_spikes_are_told_from_busy_days() -> None:
    """A small form of `make bench-spike`; a few series waver, so they are allowed a little more."""
    persons = spike.drawn(series.PERSON, 60)
    ours = spike.score(spike.ours, persons)
    assert ours.recall >= 0.85
    assert ours.precision >= 0.8
    assert ours.false <= 0.12
    simple = spike.score(spike.three_times_the_mean, persons)
    assert ours.precision > 2 * simple.precision
