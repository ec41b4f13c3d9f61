"""The alert state machine: what a finding makes of an alert.

Theory of operation. An alert is one episode of a series: for sums, counts and maxima in a calendar window one period,
for everything else from firing to its end. `TABLE` has one entry for each state and verdict; an entry answers with the
alert's next value, or None where nothing is left to keep. Severity is not identity: an episode remembers its peak, and
only a rising peak speaks again. What is said to whom is decided elsewhere; here a transition only names the reason.

    (none) ──holds──▶ PENDING ──for is over──▶ FIRING ──clear──▶ CORRECTED (calendar sums: Neo took it back; forecasts)
                         │                       │  ◀──holds──────┘
                       clear                     ├──clear for `keep`──▶ RESOLVED (everything else)
                         ▼                       ├──the period ends──▶ CLOSED ──late money──▶ CLOSED, CORRECTED
                      dropped                    └──the rule or the source goes──▶ REMOVED

A finding on a closed period is the last word on it, so timers no longer count: what was pending is late money, and what
is clear was taken back. Stale data, and a figure that is not to be had, change nothing, whatever the state.

A limit that is changed speaks once when it was lowered and is passed already, or was raised and is crossed again. One
that was raised and is still passed is no news. Timers count what time has passed: none waits for a time that a clock
which was set back has yet to reach.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules import moved
from rules.alert import CAME_TRUE, Alert, Reason, State, Timing, Transition
from rules.finding import Cause, Finding, Verdict
from rules.rule import Rule

_Step = tuple[Alert | None, Reason | None]


@dataclass(frozen=True, slots=True)
class _Case:
    """What an entry of the table decides on."""

    alert: Alert
    finding: Finding
    times: Timing
    at: datetime


_Entry = Callable[[_Case], _Step]


def timing(rule: Rule, window_length: timedelta) -> Timing:
    """The timers of a rule; `window_length` is how long too little traffic is borne."""
    return Timing(rule.for_, rule.keep, window_length, rule.by_period, rule.below, rule.repeat)


def advance(
    alert: Alert | None, finding: Finding, times: Timing, at: datetime
) -> Transition | None:
    """The alert after `finding` at `at`, or None when nothing is different."""
    if alert is None:
        after, reason = _begin(finding, times, at)
    else:
        case = _Case(alert.timed(at), finding, times, at)
        after, reason = TABLE[alert.state, finding.verdict](case)
    if reason is None and _same(alert, after):
        return None
    return Transition(alert, after and _spoken(alert, after, reason, at), reason)


def _spoken(before: Alert | None, after: Alert, reason: Reason | None, at: datetime) -> Alert:
    """With a reason to speak, repeats count from `at`, and a peak that rises is nobody's yet."""
    if reason is None:
        return after
    if before is None or after.peak > before.peak or before.state is State.PENDING:
        return replace(after, spoken=at, repeats=0, acked=None)
    return replace(after, spoken=at)


def _same(alert: Alert | None, after: Alert | None) -> bool:
    """Whether nothing but time has passed: a rolling span moves with it."""
    if alert is None or after is None:
        return alert is after
    return replace(after, span=alert.span) == alert


def remove(alert: Alert, at: datetime, note: str) -> Transition:
    """Ends an open alert whose rule is gone or means something else now."""
    if alert.state is State.PENDING:
        return Transition(alert, None)
    return Transition(alert, _removed(alert, at, note), Reason.CLOSED)


def _removed(alert: Alert, at: datetime, note: str) -> Alert:
    return replace(alert, state=State.REMOVED, severity=None, ended=at, note=note)


def due(alert: Alert, times: Timing) -> datetime | None:
    """When time alone may change the alert, without any new record."""
    if not alert.open:
        return None
    timers = [
        alert.since + times.hold if alert.state is State.PENDING else None,
        alert.clearing + times.keep if alert.clearing else None,
        alert.starved + times.starve if alert.starved else None,
        alert.span.end if alert.by_period else None,
        alert.repeats_at(times) if alert.severity is not None else None,
    ]
    return min((timer for timer in timers if timer is not None), default=None)


def _begin(finding: Finding, times: Timing, at: datetime) -> _Step:
    if finding.value is None or finding.limit is None or finding.severity is None:
        return None, None
    alert = Alert(
        series=finding.series,
        span=finding.span,
        by_period=times.by_period,
        state=State.PENDING,
        severity=finding.severity,
        peak=finding.severity,
        value=finding.value,
        worst=finding.value,
        limit=finding.limit,
        peak_limit=finding.limit,
        since=at,
    )
    return _mature(_Case(alert, finding, times, at))


def _mature(case: _Case) -> _Step:
    """A pending alert fires once it held long enough, or at once when its period is over."""
    after = _measured(case.alert, case.finding, case.times)
    if case.finding.closed:
        return replace(_close(after), fired=case.at), Reason.LATE
    if case.at < after.since + case.times.hold:
        return after, None
    return replace(after, state=State.FIRING, fired=case.at), Reason.FIRST


def _measured(alert: Alert, finding: Finding, times: Timing) -> Alert:
    """The alert with the finding's figures; the worst value only ever goes one way."""
    value = alert.value if finding.value is None else finding.value
    after = replace(
        alert,
        span=finding.span,
        severity=finding.severity,
        value=value,
        limit=finding.limit or alert.limit,
        clearing=None,
        starved=None,
    )
    if finding.severity is None or finding.limit is None:
        return after
    worst = times.further(alert.worst, value)
    crossed = moved.is_moved(alert, finding) and times.reaches(value, finding.limit.value)
    if finding.severity > alert.peak or crossed:
        return replace(after, worst=worst, peak=finding.severity, peak_limit=finding.limit)
    return replace(after, worst=worst)


def _drop(_: _Case) -> _Step:
    return None, None


def _pending_unknown(case: _Case) -> _Step:
    over = case.finding.cause in (Cause.FEW, Cause.GONE)
    return (None if over else case.alert), None


def _wait(case: _Case) -> _Step:
    return case.alert, None


def _firing_holds(case: _Case) -> _Step:
    after = _measured(case.alert, case.finding, case.times)
    risen = after.peak > case.alert.peak
    if case.finding.closed:
        return _close(after), Reason.LATE if risen else None
    if risen:
        return after, Reason.ESCALATED
    if not moved.speaks(case.alert, case.finding, case.times):
        return _again_in_time(after, case)
    return after, Reason.ESCALATED if _is_worse(case.alert, after) else Reason.REPEAT


def _again_in_time(alert: Alert, case: _Case) -> _Step:
    """Says what still holds once more when it is time for that."""
    due_at = alert.repeats_at(case.times)
    if due_at is None or case.at < due_at:
        return alert, None
    return replace(alert, repeats=alert.repeats + 1), Reason.REPEAT


def _is_worse(before: Alert, after: Alert) -> bool:
    """Whether it holds at a higher severity than it did the moment before."""
    return before.severity is not None and (after.severity or after.peak) > before.severity


def _firing_clear(case: _Case) -> _Step:
    after = replace(
        _measured(case.alert, case.finding, case.times), clearing=case.alert.clearing or case.at
    )
    if case.at < (after.clearing or case.at) + case.times.keep and not case.finding.closed:
        return after, None
    if _is_taken_back(after, case):
        return _take_back(after, case)
    after = replace(after, state=State.RESOLVED, ended=case.at)
    if case.finding.came_true:
        return replace(after, note=CAME_TRUE), None
    return after, Reason.RESOLVED


def _is_taken_back(alert: Alert, case: _Case) -> bool:
    """Whether a period fell short again of a limit that still is the same: Neo took a sum back, or expects less."""
    grown = case.finding.came_true or (case.times.below and not case.finding.expected)
    return case.times.by_period and not grown and not moved.is_moved(alert, case.finding)


def _take_back(alert: Alert, case: _Case) -> _Step:
    """What had crossed the limit is not so any more; said once an episode."""
    said = Reason.RESOLVED if case.finding.expected else Reason.CORRECTED
    after = replace(alert, state=State.CORRECTED, clearing=None, ended=case.at, corrected=True)
    return after, None if alert.corrected else said


def _firing_unknown(case: _Case) -> _Step:
    if case.finding.cause is Cause.STALE:
        return case.alert, None
    if case.finding.cause is Cause.GONE:
        return _removed(case.alert, case.at, str(Cause.GONE)), Reason.CLOSED
    if case.finding.closed:
        return _close(case.alert), None
    if case.finding.cause is not Cause.FEW:
        return case.alert, None
    after = replace(case.alert, starved=case.alert.starved or case.at)
    if case.at < (after.starved or case.at) + case.times.starve:
        return after, None
    return replace(
        after, state=State.RESOLVED, severity=None, ended=case.at, note=str(Cause.FEW)
    ), Reason.RESOLVED


def _close(alert: Alert) -> Alert:
    """Its period is over: the alert ends quietly, at the period's end."""
    return replace(alert, state=State.CLOSED, clearing=None, starved=None, ended=alert.span.end)


def _again(case: _Case) -> _Step:
    """A corrected alert crosses its limit anew; news is a worse value (but for forecasts, which wobble) or limit."""
    after = _measured(case.alert, case.finding, case.times)
    if case.finding.closed:
        return _close(after), Reason.LATE
    after = replace(after, state=State.FIRING, ended=None)
    if after.peak > case.alert.peak or moved.is_moved(case.alert, case.finding):
        return after, Reason.ESCALATED
    worse = after.worst != case.alert.worst and not case.finding.expected
    return after, Reason.REPEAT if worse else None


def _refigure(case: _Case) -> _Step:
    return _measured(case.alert, case.finding, case.times), None


def _closed_holds(case: _Case) -> _Step:
    after = _measured(case.alert, case.finding, case.times)
    return after, Reason.LATE if after.peak > case.alert.peak else None


def _closed_clear(case: _Case) -> _Step:
    after = _measured(case.alert, case.finding, case.times)
    if _is_taken_back(after, case):
        return _take_back(after, case)
    return replace(after, state=State.RESOLVED), None


def _over(case: _Case) -> _Step:
    raise ValueError(
        f"alert {case.alert.id} of {case.finding.series} ended at {case.alert.ended}: it cannot be judged again"
    )


TABLE: Mapping[tuple[State, Verdict], _Entry] = {
    (State.PENDING, Verdict.HOLDS): _mature,
    (State.PENDING, Verdict.CLEAR): _drop,
    (State.PENDING, Verdict.UNKNOWN): _pending_unknown,
    (State.FIRING, Verdict.HOLDS): _firing_holds,
    (State.FIRING, Verdict.CLEAR): _firing_clear,
    (State.FIRING, Verdict.UNKNOWN): _firing_unknown,
    (State.CORRECTED, Verdict.HOLDS): _again,
    (State.CORRECTED, Verdict.CLEAR): _refigure,
    (State.CORRECTED, Verdict.UNKNOWN): _wait,
    (State.CLOSED, Verdict.HOLDS): _closed_holds,
    (State.CLOSED, Verdict.CLEAR): _closed_clear,
    (State.CLOSED, Verdict.UNKNOWN): _wait,
    (State.RESOLVED, Verdict.HOLDS): _over,
    (State.RESOLVED, Verdict.CLEAR): _over,
    (State.RESOLVED, Verdict.UNKNOWN): _over,
    (State.REMOVED, Verdict.HOLDS): _over,
    (State.REMOVED, Verdict.CLEAR): _over,
    (State.REMOVED, Verdict.UNKNOWN): _over,
}
"""What each verdict makes of an alert in each state; every pair is there."""
