from dataclasses import replace
from datetime import timedelta

import pytest

from rules.alert import Alert, State
from rules.labels import Label
from rules.window import Span
from tests.rules import making
from tests.rules.making import CRITICAL, DAY, SERIES, minute, usd

ALERT = making.alert()
ROLLING = making.alert(by_period=False)
NEXT = Span(DAY.end, DAY.end + timedelta(days=1))
PAIRED = replace(SERIES, group_by=(Label.USER, Label.MODEL), values=("ana", "b,model=c"))


@pytest.mark.parametrize(
    "same",
    [
        replace(ALERT, since=minute(5), value=usd(99), severity=CRITICAL, state=State.CLOSED),
        replace(ALERT, span=Span(DAY.start, NEXT.end)),
    ],
    ids=["later and worse", "its period's end moved"],
)
def test_an_episode_keeps_its_id(same: Alert) -> None:
    assert ALERT.id == same.id


@pytest.mark.parametrize(
    "other",
    [
        replace(ALERT, span=NEXT),
        replace(ALERT, series=replace(SERIES, condition="forecast")),
        replace(ALERT, series=replace(SERIES, meaning="spend|week")),
        replace(ALERT, series=replace(SERIES, rule="b-rule")),
        replace(ALERT, series=replace(SERIES, values=("ben@acme.test",))),
    ],
    ids=["another period", "another condition", "another meaning", "another rule", "another user"],
)
def test_another_episode_has_another_id(other: Alert) -> None:
    assert ALERT.id != other.id


def test_a_rolling_episode_is_told_by_its_beginning() -> None:
    assert ROLLING.id == replace(ROLLING, span=NEXT).id
    assert ROLLING.id != replace(ROLLING, since=minute(1)).id


def test_no_label_can_pass_for_two() -> None:
    other = replace(PAIRED, values=("ana,model=b", "c"))
    assert replace(ALERT, series=PAIRED).id != replace(ALERT, series=other).id


def test_an_id_is_short_and_stable() -> None:
    assert "367ide5eeg" == ALERT.id


@pytest.mark.parametrize("state", State)
def test_an_alert_is_open_until_it_ended(state: State) -> None:
    assert (state in (State.PENDING, State.FIRING)) == replace(ALERT, state=state).open
