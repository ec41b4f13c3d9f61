"""The lifecycle beside a model of it that anybody can check: levels as numbers, minutes as numbers, one place to speak."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rules import lifecycle
from rules.alert import Alert, Reason, State, Timing
from rules.finding import Cause
from tests.rules import making
from tests.rules.making import LIMITS

pytestmark = pytest.mark.fuzz

_NOTHING, _OVER = "none", (State.RESOLVED, State.REMOVED)
_minutes = st.integers(0, 30)
_dollars = st.integers(0, 160) | st.sampled_from([*LIMITS, LIMITS[0] - 1, LIMITS[1] - 1])


@dataclass
class Model:
    """What the documents say of one series. `hold` and `keep` are minutes; a level is 0, 1 (warning) or 2 (critical)."""

    hold: int
    keep: int
    by_period: bool
    state: str = _NOTHING
    peak: int = 0
    worst: int = 0
    since: int = 0
    clearing: int | None = None
    took_back: bool = False

    def see(self, dollars: int, now: int, *, ended: bool = False) -> str | None:
        level, peak, worst = sum(dollars >= each for each in LIMITS), self.peak, self.worst
        if not level:
            return self._clear(now, ended=ended)
        self.clearing = None
        if self.state == _NOTHING:
            self.state, self.since, self.took_back, peak, worst = "pending", now, False, 0, 0
        self.peak, self.worst = max(peak, level), max(worst, dollars)
        risen, was = self.peak > peak, self.state
        if ended:
            self.state = "closed"
            return "late" if risen or was in ("pending", "corrected") else None
        if was == "pending":
            if now < self.since + self.hold:
                return None
            self.state = "firing"
            return "first"
        self.state = "firing"
        if risen:
            return "escalated"
        return "repeat" if was == "corrected" and dollars > worst else None

    def _clear(self, now: int, *, ended: bool) -> str | None:
        if self.state == "pending":
            self.state = _NOTHING
        if self.state not in ("firing", "closed"):
            return None
        self.clearing = now if self.clearing is None else self.clearing
        if not ended and now < self.clearing + self.keep:
            return None
        self.clearing = None
        if not self.by_period:
            self.state, self.peak = _NOTHING, 0
            return "resolved"
        self.state, said, self.took_back = "corrected", self.took_back, True
        return None if said else "corrected"


class Life(RuleBasedStateMachine):
    """One series, seen again and again; a period may end, and Neo goes on correcting it."""

    alert: Alert | None = None
    now = 0
    ended = False

    @initialize(
        hold=st.sampled_from([0, 10]), keep=st.sampled_from([0, 15]), by_period=st.booleans()
    )
    def begin(self, hold: int, keep: int, by_period: bool) -> None:
        self.model = Model(hold, keep, by_period)
        self.times = Timing(
            timedelta(minutes=hold), timedelta(minutes=keep), timedelta(hours=6), by_period
        )

    @rule(passed=_minutes, dollars=_dollars)
    def see(self, passed: int, dollars: int) -> None:
        self.now += passed
        expected = self.model.see(dollars, self.now, ended=self.ended)
        assert expected == self._judge(dollars)

    @rule(passed=_minutes, cause=st.sampled_from([Cause.STALE, Cause.YOUNG, Cause.MISSING]))
    @precondition(lambda self: not self.ended)
    def know_nothing(self, passed: int, cause: Cause) -> None:
        """An outage changes nothing, however long it lasts."""
        self.now += passed
        before = self.alert
        assert self._judge(cause) is None
        assert before == self.alert

    @rule(dollars=_dollars)
    @precondition(lambda self: self.model.by_period and not self.ended)
    def end(self, dollars: int) -> None:
        self.ended = True
        self.see(0, dollars)

    @invariant()
    def the_alert_is_as_the_model_says(self) -> None:
        if self.alert is None:
            assert self.model.state == _NOTHING
        else:
            assert (self.model.state, self.model.peak) == (
                str(self.alert.state),
                int(self.alert.peak) - 1,
            )
            assert making.usd(self.model.worst) == self.alert.worst
            assert self.alert.clearing is None or self.alert.state is State.FIRING

    def _judge(self, seen: int | Cause) -> str | None:
        """Takes the alert one step further; what is over for good is forgotten, as the store forgets it."""
        finding = making.finding(seen, closed=self.ended)
        found = lifecycle.advance(self.alert, finding, self.times, making.minute(self.now))
        if found is None:
            return None
        kept, self.alert = self.alert, found.after
        assert kept is None or found.after is None or kept.id == found.after.id
        if found.after is not None and found.after.state in _OVER:
            self.alert = None
        return None if found.reason is None else str(Reason(found.reason))


TestLife = Life.TestCase
TestLife.settings = settings(stateful_step_count=30)
