"""Faults of our own are counted for each thing that is delivered, until it is."""

import pytest

from bot.jobs.misstep import Missteps
from bot.notify.notification import SinkError
from bot.store.error import StoreError


def fail(missteps: Missteps, what: str) -> bool:
    """Whether it is worth another try."""
    with pytest.raises(SinkError, match="LookupError: why") as failed, missteps.of(what):
        raise LookupError("why")
    assert failed.value.unsure
    return failed.value.retryable


def test_the_tenth_in_a_row_is_the_last() -> None:
    missteps = Missteps()
    assert [*[True] * 9, False] == [fail(missteps, "a") for _ in range(10)]
    assert fail(missteps, "a")


def test_what_went_well_is_forgotten_and_each_thing_counts_alone() -> None:
    missteps = Missteps()
    assert all(fail(missteps, what) for what in ("a", "b") for _ in range(9))
    with missteps.of("a"):
        pass
    assert [True, False] == [fail(missteps, what) for what in ("a", "b")]


@pytest.mark.parametrize(
    "error", [SinkError("no", retryable=False), StoreError("full")], ids=["the sink", "the store"]
)
def test_what_is_not_ours_goes_on_as_it_is(error: Exception) -> None:
    missteps = Missteps()
    for _ in range(10):
        with pytest.raises(type(error)) as met, missteps.of("a"):
            raise error
        assert error is met.value
    assert fail(missteps, "a")
