from dataclasses import replace

from rules.labels import Label
from tests.rules.making import SERIES


def test_a_series_is_written_with_its_labels() -> None:
    assert {"user": "ana@acme.test"} == SERIES.labels
    assert "a-rule{user=ana@acme.test}" == str(SERIES)
    assert "a-rule" == str(replace(SERIES, group_by=(), values=()))


def test_labels_are_named_in_their_order() -> None:
    two = replace(SERIES, group_by=(Label.MODEL, Label.BYOK), values=("opus", "true"))
    assert "a-rule{model=opus,byok=true}" == str(two)
