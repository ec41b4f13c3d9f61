from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import lifecycle
from rules.alert import CAME_TRUE, OPEN, Alert, Reason, State, Timing
from rules.finding import Cause, Finding, Verdict
from rules.lifecycle import TABLE
from rules.window import Span
from tests.rules import making, samples
from tests.rules.making import (
    BY_PERIOD,
    CRITICAL,
    DAY,
    LIMITS,
    WARNING,
    Limits,
    finding,
    minute,
    usd,
)

PENDING, FIRING, CORRECTED, CLOSED, RESOLVED, REMOVED = State
STALE, FEW, YOUNG = Cause.STALE, Cause.FEW, Cause.YOUNG
MISSING, GONE = Cause.MISSING, Cause.GONE
RAISED, LOWERED = (80, 100), (20, 55)
ROLLING = Timing(starve=timedelta(hours=6))
REPEATED = Timing(repeat=timedelta(hours=4))
NIGHT = 24 * 60
"""The minute at which DAY is over."""


@dataclass(frozen=True)
class See:
    """At a minute of the day an amount, or the lack of a verdict, is seen: what state that leads to, and what is said."""

    minute: int
    seen: int | Cause
    state: State | None
    said: Reason | None = None
    limits: Limits = LIMITS

    def finding(self, times: Timing) -> Finding:
        if times.by_period:
            return finding(self.seen, self.limits, closed=self.minute >= NIGHT)
        end = minute(self.minute)
        return finding(self.seen, self.limits, span=Span(end - timedelta(hours=6), end))


F, E, C, L, R, O = (  # noqa: E741 - a column of letters reads best
    Reason.FIRST,
    Reason.ESCALATED,
    Reason.CORRECTED,
    Reason.LATE,
    Reason.REPEAT,
    Reason.RESOLVED,
)

STORIES: dict[str, tuple[Timing, list[See]]] = {
    "it speaks first, and each time the peak rises": (
        BY_PERIOD,
        [See(0, 49, None), See(1, 50, FIRING, F), See(2, 70, FIRING), See(3, 100, FIRING, E)],
    ),
    "passing two thresholds at once speaks once, for the higher": (
        BY_PERIOD,
        [See(0, 120, FIRING, F), See(1, 120, FIRING), See(2, 130, FIRING)],
    ),
    "falling back to a lower severity and rising again is no news": (
        BY_PERIOD,
        [See(0, 120, FIRING, F), See(1, 60, FIRING), See(2, 120, FIRING)],
    ),
    "a correction speaks once an episode": (
        BY_PERIOD,
        [
            See(0, 60, FIRING, F),
            See(1, 40, CORRECTED, C),
            See(2, 60, FIRING),
            See(3, 40, CORRECTED),
            See(4, 30, CORRECTED),
            See(5, STALE, CORRECTED),
        ],
    ),
    "a new crossing after a correction speaks above the highest value ever": (
        BY_PERIOD,
        [
            See(0, 60, FIRING, F),
            See(1, 70, FIRING),
            See(2, 40, CORRECTED, C),
            See(3, 65, FIRING),
            See(4, 40, CORRECTED),
            See(5, 71, FIRING, R),
        ],
    ),
    "a new crossing after a correction speaks at a higher severity": (
        BY_PERIOD,
        [See(0, 60, FIRING, F), See(1, 40, CORRECTED, C), See(2, 100, FIRING, E)],
    ),
    "a new crossing after a correction speaks under another limit": (
        BY_PERIOD,
        [
            See(0, 90, FIRING, F),
            See(1, 40, CORRECTED, C),
            See(2, 85, FIRING, E, RAISED),
            See(3, 40, CORRECTED, None, RAISED),
            See(4, 85, FIRING, None, RAISED),
        ],
    ),
    "a closed period within a limit that was raised is no correction": (
        BY_PERIOD,
        [See(0, 60, FIRING, F), See(1440, 60, CLOSED), See(1500, 61, RESOLVED, None, RAISED)],
    ),
    "what was too little and is enough now was not taken back": (
        replace(BY_PERIOD, below=True),
        [See(0, 60, FIRING, F), See(1, 40, RESOLVED, O)],
    ),
    "a raised limit that is crossed again speaks": (
        BY_PERIOD,
        [
            See(0, 60, FIRING, F),
            See(1, 60, RESOLVED, O, RAISED),
            See(2, 60, None, None, RAISED),
            See(3, 85, FIRING, F, RAISED),
        ],
    ),
    "a raised limit of the peak that is crossed again speaks while the alert fires": (
        BY_PERIOD,
        [
            See(0, 110, FIRING, F),
            See(1, 110, FIRING, None, (50, 150)),
            See(2, 160, FIRING, E, (50, 150)),
        ],
    ),
    "a lowered limit that is already passed speaks once": (
        BY_PERIOD,
        [See(0, 40, None), See(1, 40, FIRING, F, LOWERED), See(2, 40, FIRING, None, LOWERED)],
    ),
    "a lowered limit of a higher severity that is already passed speaks once": (
        BY_PERIOD,
        [See(0, 60, FIRING, F), See(1, 60, FIRING, E, LOWERED), See(2, 60, FIRING, None, LOWERED)],
    ),
    "a raised limit that is still passed is no news": (
        BY_PERIOD,
        [See(0, 85, FIRING, F), See(1, 85, FIRING, None, RAISED), See(2, 90, FIRING, None, RAISED)],
    ),
    "a lowered limit that is already passed speaks once while the alert fires": (
        BY_PERIOD,
        [
            See(0, 60, FIRING, F),
            See(1, 60, FIRING, R, (40, 100)),
            See(2, 60, FIRING, None, (40, 100)),
            See(3, 61, FIRING, None, (40, 100)),
            See(4, 61, FIRING, R, (30, 100)),
        ],
    ),
    "a lowered limit of the peak that is passed anew is an escalation": (
        BY_PERIOD,
        [
            See(0, 120, FIRING, F),
            See(1, 60, FIRING),
            See(2, 60, FIRING, E, (50, 55)),
            See(3, 60, FIRING, None, (50, 55)),
        ],
    ),
    "a lowered limit below the peak is no news": (
        BY_PERIOD,
        [See(0, 120, FIRING, F), See(1, 120, FIRING, None, (40, 100))],
    ),
    "a lowered limit is no news where the peak's own was raised out of reach": (
        BY_PERIOD,
        [See(0, 120, FIRING, F), See(1, 120, FIRING, None, (40, 150))],
    ),
    "a raised limit that is crossed again before the alert ended speaks": (
        replace(BY_PERIOD, keep=timedelta(minutes=15)),
        [
            See(0, 60, FIRING, F),
            See(1, 60, FIRING, None, RAISED),
            See(2, 85, FIRING, R, RAISED),
            See(3, 86, FIRING, None, RAISED),
        ],
    ),
    "a closed period ends quietly": (
        BY_PERIOD,
        [See(0, 60, FIRING, F), See(NIGHT, 60, CLOSED), See(NIGHT + 1, 65, CLOSED)],
    ),
    "a closed period whose money was taken back is corrected": (
        BY_PERIOD,
        [See(0, 60, FIRING, F), See(NIGHT, 40, CORRECTED, C), See(NIGHT + 1, 40, CORRECTED)],
    ),
    "late money that crosses speaks once": (
        BY_PERIOD,
        [See(NIGHT + 5, 60, CLOSED, L), See(NIGHT + 6, 60, CLOSED), See(NIGHT + 7, 70, CLOSED)],
    ),
    "late money that raises the peak speaks": (
        BY_PERIOD,
        [See(0, 60, FIRING, F), See(NIGHT, 60, CLOSED), See(NIGHT + 5, 100, CLOSED, L)],
    ),
    "late money that raises the peak as the period closes speaks": (
        BY_PERIOD,
        [See(0, 60, FIRING, F), See(NIGHT, 100, CLOSED, L)],
    ),
    "late money crosses once more after a correction": (
        BY_PERIOD,
        [See(0, 60, FIRING, F), See(1, 40, CORRECTED, C), See(NIGHT + 5, 60, CLOSED, L)],
    ),
    "money that is taken back from a closed period is said once": (
        BY_PERIOD,
        [
            See(NIGHT, 60, CLOSED, L),
            See(NIGHT + 1, STALE, CLOSED),
            See(NIGHT + 2, 40, CORRECTED, C),
        ],
    ),
    "a period that closes in stale data waits for what is true": (
        BY_PERIOD,
        [See(0, 60, FIRING, F), See(NIGHT, STALE, FIRING), See(NIGHT + 9, 60, CLOSED)],
    ),
    "a period that closes before the ledger begins is closed": (
        BY_PERIOD,
        [See(0, 60, FIRING, F), See(NIGHT, YOUNG, CLOSED)],
    ),
    "it must hold for a while before it fires": (
        replace(BY_PERIOD, hold=timedelta(minutes=10)),
        [See(0, 60, PENDING), See(9, 120, PENDING), See(10, 120, FIRING, F), See(11, 120, FIRING)],
    ),
    "a pending alert that clears says nothing": (
        replace(BY_PERIOD, hold=timedelta(minutes=10)),
        [See(0, 60, PENDING), See(9, 40, None), See(10, 60, PENDING), See(19, 60, PENDING)],
    ),
    "a pending alert whose period is over is late money": (
        replace(BY_PERIOD, hold=timedelta(minutes=10)),
        [See(NIGHT - 5, 60, PENDING), See(NIGHT, 60, CLOSED, L)],
    ),
    "a pending alert waits while the data is stale, and goes with the traffic": (
        replace(ROLLING, hold=timedelta(minutes=10)),
        [See(0, 60, PENDING), See(20, STALE, PENDING), See(21, FEW, None)],
    ),
    "a rolling window resolves, and the next crossing is another episode": (
        ROLLING,
        [See(0, 60, FIRING, F), See(1, 40, RESOLVED, O), See(2, 60, FIRING, F)],
    ),
    "it must be clear for a while before it resolves": (
        replace(ROLLING, keep=timedelta(minutes=15)),
        [
            See(0, 60, FIRING, F),
            See(1, 40, FIRING),
            See(15, 40, FIRING),
            See(16, 40, RESOLVED, O),
        ],
    ),
    "holding again starts the time to be clear anew": (
        replace(ROLLING, keep=timedelta(minutes=15)),
        [See(0, 60, FIRING, F), See(1, 40, FIRING), See(9, 60, FIRING), See(17, 40, FIRING)],
    ),
    "a period that closes does not wait for it to stay clear": (
        replace(BY_PERIOD, keep=timedelta(minutes=15)),
        [See(0, 60, FIRING, F), See(NIGHT - 1, 40, FIRING), See(NIGHT, 40, CORRECTED, C)],
    ),
    "an outage is never a recovery": (
        ROLLING,
        [See(0, 60, FIRING, F), See(700, STALE, FIRING), See(1400, STALE, FIRING)],
    ),
    "a figure that is not to be had changes nothing": (
        ROLLING,
        [See(0, 60, FIRING, F), See(1, MISSING, FIRING), See(1400, MISSING, FIRING)],
    ),
    "a pending alert waits for a figure that is not to be had": (
        replace(ROLLING, hold=timedelta(minutes=10)),
        [See(0, 60, PENDING), See(20, MISSING, PENDING), See(21, 60, FIRING, F)],
    ),
    "an alert of a source that is no more ends with a word": (
        ROLLING,
        [See(0, 60, FIRING, F), See(1, GONE, REMOVED, Reason.CLOSED)],
    ),
    "a pending alert of a source that is no more is dropped": (
        replace(ROLLING, hold=timedelta(minutes=10)),
        [See(0, 60, PENDING), See(1, GONE, None)],
    ),
    "a clock that is set back makes nothing wait longer to fire": (
        replace(ROLLING, hold=timedelta(minutes=10)),
        [See(60, 60, PENDING), See(5, 60, PENDING), See(14, 60, PENDING), See(15, 60, FIRING, F)],
    ),
    "a clock that is set back makes nothing wait longer to resolve": (
        replace(ROLLING, keep=timedelta(minutes=15)),
        [
            See(60, 60, FIRING, F),
            See(61, 40, FIRING),
            See(5, 40, FIRING),
            See(19, 40, FIRING),
            See(20, 40, RESOLVED, O),
        ],
    ),
    "a clock that is set back makes no repeat wait longer": (
        replace(ROLLING, repeat=timedelta(minutes=10)),
        [See(60, 60, FIRING, F), See(5, 60, FIRING), See(14, 60, FIRING), See(15, 60, FIRING, R)],
    ),
    "a clock that is set back makes nothing starve longer": (
        ROLLING,
        [
            See(600, 60, FIRING, F),
            See(601, FEW, FIRING),
            See(5, FEW, FIRING),
            See(365, FEW, RESOLVED, O),
        ],
    ),
    "it is said again, each time after twice as long, up to a day": (
        REPEATED,
        [
            See(0, 60, FIRING, F),
            See(239, 60, FIRING),
            See(240, 60, FIRING, R),
            See(719, 61, FIRING),
            See(720, 61, FIRING, R),
            See(1680, 61, FIRING, R),
            See(3119, 61, FIRING),
            See(3120, 61, FIRING, R),
            See(4560, 61, FIRING, R),
        ],
    ),
    "a rising peak has it said again as soon as at first": (
        REPEATED,
        [
            See(0, 60, FIRING, F),
            See(240, 60, FIRING, R),
            See(300, 100, FIRING, E),
            See(539, 100, FIRING),
            See(540, 100, FIRING, R),
        ],
    ),
    "what is clear for now is not said again, nor what is unknown": (
        replace(REPEATED, keep=timedelta(minutes=30)),
        [
            See(0, 60, FIRING, F),
            See(230, 40, FIRING),
            See(240, 40, FIRING),
            See(245, STALE, FIRING),
            See(250, 60, FIRING, R),
        ],
    ),
    "a window that begins before the ledger changes nothing": (
        ROLLING,
        [See(0, 60, FIRING, F), See(700, YOUNG, FIRING)],
    ),
    "too little traffic for a whole window resolves": (
        ROLLING,
        [
            See(0, 60, FIRING, F),
            See(1, FEW, FIRING),
            See(360, FEW, FIRING),
            See(361, FEW, RESOLVED, O),
        ],
    ),
    "traffic that comes back ends the time without": (
        ROLLING,
        [See(0, 60, FIRING, F), See(1, FEW, FIRING), See(9, 60, FIRING), See(361, FEW, FIRING)],
    ),
}


def after(alert: Alert | None, step: See, times: Timing) -> tuple[Alert | None, Reason | None]:
    """The alert that a step leads to, unless it ended for good before, and what is said."""
    if alert is not None and alert.state in (RESOLVED, REMOVED):
        alert = None
    transition = lifecycle.advance(alert, step.finding(times), times, minute(step.minute))
    return (alert, None) if transition is None else (transition.after, transition.reason)


@pytest.mark.parametrize(("times", "steps"), STORIES.values(), ids=STORIES)
def test_an_alert_lives(times: Timing, steps: list[See]) -> None:
    alert, lived = None, []
    for step in steps:
        alert, said = after(alert, step, times)
        lived.append((step.minute, alert.state if alert else None, said))
        if alert is None or alert.state not in (RESOLVED, REMOVED):
            assert (alert, None) == after(alert, step, times)
    assert [(step.minute, step.state, step.said) for step in steps] == lived


@pytest.mark.parametrize("times", [BY_PERIOD, ROLLING], ids=["by period", "rolling"])
def test_a_thousand_unchanged_findings_are_no_step(times: Timing) -> None:
    alert, _ = after(None, See(0, 60, FIRING), times)
    assert alert is not None
    later = [
        lifecycle.advance(alert, See(number, 60, FIRING).finding(times), times, minute(number))
        for number in range(1, 1001)
    ]
    assert [None] * 1000 == later


def test_a_step_on_a_rolling_window_moves_its_span() -> None:
    alert, _ = after(None, See(0, 60, FIRING), ROLLING)
    moved, _ = after(alert, See(9, 61, FIRING), ROLLING)
    assert moved is not None
    assert minute(9) == moved.span.end
    assert usd(61) == moved.value


def test_every_verdict_is_defined_in_every_state() -> None:
    assert {(state, verdict) for state in State for verdict in Verdict} == set(TABLE)


@pytest.mark.parametrize("state", [RESOLVED, REMOVED])
@pytest.mark.parametrize("verdict", Verdict)
def test_an_alert_that_ended_for_good_is_not_judged_again(state: State, verdict: Verdict) -> None:
    ended = making.alert(state=state, ended=minute(5))
    with pytest.raises(ValueError, match=r"a-rule\{user=ana@acme.test\} ended at 2026-11-20 12:05"):
        lifecycle.advance(ended, finding(60, verdict=verdict), BY_PERIOD, minute(6))


def test_a_first_finding_that_does_not_hold_makes_no_alert() -> None:
    assert lifecycle.advance(None, finding(40), BY_PERIOD, minute(0)) is None
    assert lifecycle.advance(None, finding(STALE), BY_PERIOD, minute(0)) is None


def test_an_alert_keeps_what_it_began_with_and_its_worst() -> None:
    alert = None
    for step in (See(0, 60, FIRING), See(5, 130, FIRING), See(9, 70, FIRING)):
        alert, _ = after(alert, step, BY_PERIOD)
    expected = making.alert(
        value=usd(70),
        worst=usd(130),
        peak=CRITICAL,
        peak_limit=making.limit(CRITICAL, 100),
        spoken=minute(5),
    )
    assert expected == alert


def test_below_a_limit_the_worst_is_the_smallest() -> None:
    below = replace(BY_PERIOD, below=True)
    alert, _ = after(None, See(0, 60, FIRING), below)
    alert, _ = after(alert, See(1, 80, FIRING), below)
    alert, _ = after(alert, See(2, 55, FIRING), below)
    assert alert is not None
    assert usd(55) == alert.worst


def test_late_money_fires_when_it_is_seen_and_ended_with_its_period() -> None:
    alert, _ = after(None, See(NIGHT + 5, 60, CLOSED), BY_PERIOD)
    assert alert is not None
    assert (minute(NIGHT + 5), DAY.end) == (alert.fired, alert.ended)


def test_what_starved_says_so() -> None:
    alert, _ = after(making.alert(by_period=False), See(1, FEW, FIRING), ROLLING)
    alert, _ = after(alert, See(361, FEW, RESOLVED), ROLLING)
    assert alert is not None
    assert ("too little traffic to judge", None) == (alert.note, alert.severity)


def test_what_its_source_left_says_so() -> None:
    alert, _ = after(making.alert(by_period=False), See(1, GONE, REMOVED), ROLLING)
    assert alert is not None
    assert ("its source was removed", None, minute(1)) == (alert.note, alert.severity, alert.ended)


def held_by_recover(limits: Limits) -> Finding:
    """Below every limit, but not below `recover`."""
    lowest = making.limit(WARNING, limits[0])
    return finding(60, limits, verdict=Verdict.HOLDS, severity=WARNING, limit=lowest)


def test_a_raised_limit_that_holds_by_recover_alone_speaks_when_it_is_crossed() -> None:
    held = lifecycle.advance(making.alert(), held_by_recover(RAISED), BY_PERIOD, minute(1))
    assert held is not None
    assert (None, "80 USD") == (held.reason, held.after.limit.text if held.after else "")
    crossed, said = after(held.after, See(2, 85, FIRING, None, RAISED), BY_PERIOD)
    assert (R, FIRING) == (said, crossed.state if crossed else None)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        pytest.param(70, R, id="a higher one is stricter, and passed"),
        pytest.param(62, None, id="a lower one that is still passed is no news"),
    ],
)
def test_a_limit_that_is_moved_below(amount: int, said: Reason | None) -> None:
    limit = making.limit(WARNING, amount)
    seen = finding(60, verdict=Verdict.HOLDS, severity=WARNING, limit=limit, in_force=frozenset())
    alert = making.alert(peak_limit=making.limit(WARNING, 65))
    transition = lifecycle.advance(alert, seen, replace(BY_PERIOD, below=True), minute(1))
    assert transition is not None
    assert said == transition.reason


def test_what_is_clear_without_a_value_has_no_severity_any_more() -> None:
    clear = finding(FEW, verdict=Verdict.CLEAR)
    transition = lifecycle.advance(making.alert(by_period=False), clear, ROLLING, minute(1))
    assert transition is not None
    assert transition.after is not None
    assert (RESOLVED, None, usd(60)) == (
        transition.after.state,
        transition.after.severity,
        transition.after.value,
    )


@pytest.mark.parametrize(
    ("came_true", "said"),
    [
        pytest.param(False, (CORRECTED, Reason.RESOLVED), id="what is not expected any more"),
        pytest.param(True, (RESOLVED, None), id="what came true ends without a word"),
    ],
)
def test_a_forecast_is_never_taken_back_by_neo(
    came_true: bool, said: tuple[State, Reason | None]
) -> None:
    clear = finding(40, expected=True, came_true=came_true)
    transition = lifecycle.advance(making.alert(), clear, BY_PERIOD, minute(1))
    assert transition is not None
    assert transition.after is not None
    assert said == (transition.after.state, transition.reason)
    assert (CAME_TRUE if came_true else "") == transition.after.note


def test_a_forecast_that_wobbles_speaks_once_for_each_severity() -> None:
    alert: Alert | None = None
    said: list[Reason | None] = []
    for number, amount in enumerate((60, 40, 70, 40, 120, 40)):
        found = finding(amount, expected=True)
        transition = lifecycle.advance(alert, found, BY_PERIOD, minute(number))
        assert transition is not None
        alert = transition.after
        said.append(transition.reason)
    assert [Reason.FIRST, Reason.RESOLVED, None, None, Reason.ESCALATED, None] == said


def test_an_alert_whose_rule_goes_is_removed_with_a_word() -> None:
    alert = making.alert()
    ended = replace(alert, state=REMOVED, severity=None, ended=minute(3), note="gone")
    transition = lifecycle.remove(alert, minute(3), "gone")
    assert (alert, ended, Reason.CLOSED) == (
        transition.before,
        transition.after,
        transition.reason,
    )


def test_a_pending_alert_whose_rule_goes_is_dropped() -> None:
    transition = lifecycle.remove(making.alert(state=PENDING), minute(3), "gone")
    assert (None, None) == (transition.after, transition.reason)


TIMES = Timing(timedelta(minutes=10), timedelta(minutes=15), timedelta(hours=6))


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        pytest.param(making.alert(), DAY.end, id="a period's end"),
        pytest.param(making.alert(by_period=False), None, id="nothing for a rolling window"),
        pytest.param(
            making.alert(by_period=False, clearing=minute(5)),
            minute(20),
            id="clear for long enough",
        ),
        pytest.param(
            making.alert(by_period=False, starved=minute(5)), minute(365), id="starved for a window"
        ),
        pytest.param(
            making.alert(starved=minute(5), clearing=minute(6)), minute(21), id="the nearest timer"
        ),
        pytest.param(making.alert(state=PENDING), minute(10), id="held for long enough"),
        pytest.param(
            making.alert(state=PENDING, since=minute(NIGHT - 5)), DAY.end, id="pending to the end"
        ),
        *(
            pytest.param(
                making.alert(state=state, clearing=minute(1)), None, id=f"nothing once {state}"
            )
            for state in State
            if state not in OPEN
        ),
    ],
)
def test_when_time_alone_may_change_an_alert(alert: Alert, expected: datetime | None) -> None:
    assert expected == lifecycle.due(alert, TIMES)


def test_timers_come_of_the_rule() -> None:
    rule = samples.rule(
        "metric: error_rate\nwindow: 6h\nthresholds: {warning: 20%}\nfor: 10m\nkeep: 15m\nbelow: true"
    )
    expected = Timing(timedelta(minutes=10), timedelta(minutes=15), timedelta(hours=6), below=True)
    assert expected == lifecycle.timing(rule, timedelta(hours=6))
    daily = samples.rule("metric: spend\nwindow: day\nthresholds: {warning: 1 USD}")
    assert lifecycle.timing(daily, timedelta(days=1)).by_period


_sights = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.one_of(st.integers(0, 160), st.sampled_from([STALE, FEW, YOUNG])),
        st.sampled_from([LIMITS, LIMITS, LIMITS, RAISED, LOWERED]),
    ),
    max_size=25,
)
_timings = st.builds(
    Timing,
    hold=st.sampled_from([timedelta(0), timedelta(minutes=10)]),
    keep=st.sampled_from([timedelta(0), timedelta(minutes=15)]),
    starve=st.just(timedelta(hours=6)),
    by_period=st.booleans(),
    below=st.booleans(),
)


@given(_timings, _sights)
def test_any_run_of_findings_is_defined_and_seeing_one_twice_changes_nothing(
    times: Timing, sights: list[tuple[int, int | Cause, Limits]]
) -> None:
    alert, now = None, 0
    for passed, seen, limits in sights:
        now += passed
        step = See(now, seen, None, None, limits)
        alert, _ = after(alert, step, times)
        if alert is None or alert.state not in (RESOLVED, REMOVED):
            assert (alert, None) == after(alert, step, times)


@given(st.lists(st.integers(0, 160), max_size=25))
def test_a_day_speaks_at_most_once_of_each_severity_and_once_of_a_correction(
    amounts: list[int],
) -> None:
    alert, heard = None, []
    for number, amount in enumerate(amounts):
        alert, said = after(alert, See(number, amount, None), BY_PERIOD)
        if said in (F, E, C) and alert is not None:
            heard.append(alert.peak if said is not C else said)
    assert len(set(heard)) == len(heard)


def test_what_somebody_took_on_is_not_said_again_until_its_peak_rises() -> None:
    alert, _ = after(None, See(0, 60, FIRING), REPEATED)
    assert alert is not None
    taken = replace(alert, acked=alert.peak)
    assert minute(240) == lifecycle.due(alert, REPEATED)
    assert lifecycle.due(taken, REPEATED) is None
    assert (taken, None) == after(taken, See(240, 60, FIRING), REPEATED)
    risen, said = after(taken, See(300, 100, FIRING), REPEATED)
    assert risen is not None
    assert (E, None) == (said, risen.acked)
    assert minute(540) == lifecycle.due(risen, REPEATED)


def test_what_repeats_seldom_anyway_waits_as_long_as_it_says() -> None:
    week = Timing(repeat=timedelta(days=7))
    alert, _ = after(None, See(0, 60, FIRING), week)
    assert alert is not None
    assert minute(7 * NIGHT) == lifecycle.due(replace(alert, repeats=40), week)
