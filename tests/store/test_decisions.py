"""The history of an alert holds every decision that differed from the one before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.store import decisions
from bot.store.connection import Connection
from rules.alert import Alert, Reason, State, Transition
from rules.terms import Severity
from tests.rules import making

NOW = making.minute(60)
ALERT = making.alert()


@pytest.mark.parametrize(
    ("before", "after", "reason", "kept"),
    [
        pytest.param(None, ALERT, Reason.FIRST, 1, id="it begins"),
        pytest.param(ALERT, replace(ALERT, severity=None), None, 1, id="its verdict is another"),
        pytest.param(ALERT, replace(ALERT, state=State.CLOSED), None, 1, id="its state is another"),
        pytest.param(
            ALERT,
            replace(ALERT, limit=making.limit(Severity.WARNING, 55)),
            None,
            1,
            id="its limit is another",
        ),
        pytest.param(ALERT, ALERT, Reason.REPEAT, 1, id="it speaks again"),
        pytest.param(
            ALERT, replace(ALERT, value=making.usd(70)), None, 0, id="only its value moved"
        ),
        pytest.param(ALERT, None, None, 0, id="it was dropped before it fired"),
    ],
)
def test_what_differs_is_kept(
    db: Connection, before: Alert | None, after: Alert | None, reason: Reason | None, kept: int
) -> None:
    decisions.add(db, [Transition(before, after, reason)], NOW)
    assert kept == len(decisions.of(db, ALERT))


def test_a_decision_comes_back_as_it_was_made_oldest_first(db: Connection) -> None:
    worse = replace(ALERT, value=making.usd(120), severity=Severity.CRITICAL)
    decisions.add(db, [Transition(None, ALERT, Reason.FIRST)], NOW)
    later = NOW + timedelta(minutes=1)
    decisions.add(db, [Transition(ALERT, worse, Reason.ESCALATED)], later)
    first, second = decisions.of(db, ALERT)
    assert Reason.FIRST is first.reason
    assert second == decisions.Decision(
        at=later,
        alert=ALERT.id,
        rule="a-rule",
        labels={"user": "ana@acme.test"},
        state=State.FIRING,
        severity=Severity.CRITICAL,
        reason=Reason.ESCALATED,
        value=making.usd(120),
        limit=ALERT.limit,
        span=ALERT.span,
    )


def test_each_alert_has_its_own_history(db: Connection) -> None:
    other = making.alert(series=replace(ALERT.series, values=("ben@acme.test",)))
    decisions.add(db, [Transition(None, ALERT, Reason.FIRST)], NOW)
    assert [] == decisions.of(db, other)
