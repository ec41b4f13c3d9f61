"""Which rules something can come of."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.answers.episodes import Episodes
from bot.answers.running import Running
from bot.answers.watch import Watch
from rules import evaluate, window
from rules.alert import Alert, State, Transition
from rules.finding import Series
from rules.labels import Label
from rules.record import Record
from rules.rule import Rule
from rules.terms import Limit, Severity
from tests.answers import world
from tests.answers.world import ANA, NOW

_LENGTHS = [timedelta(hours=24), evaluate.QUIET]

PLAIN = (
    "metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD, critical: 90 USD}"
)
EASED = f"{PLAIN}, overrides: [{{match: {{user: 'ci@*'}}, thresholds: {{warning: 20 USD}}}}]"
ROLLING = "metric: spend, window: 24h, thresholds: {warning: 50 USD}"
RATE = "metric: error_rate, window: day, thresholds: {warning: 50%}"
PER_TASK = "metric: cost_per_task, window: day, thresholds: {warning: 50 USD}"
BELOW = "metric: spend, group_by: [user], window: 24h, below: true, thresholds: {info: 30 USD, warning: 10 USD}"
FORECAST = "metric: spend, window: month, forecast: {warning: 100 USD}"
BOTH = "metric: spend, window: month, thresholds: {warning: 50 USD}, forecast: {warning: 100 USD}"
USUAL = "metric: spend, window: day, baseline: {over: 7d, warning: 2x}"
FLOOR = "metric: spend, window: day, baseline: {over: 7d, warning: 2x, floor: 50 USD}"
ROLLING_USUAL = "metric: spend, window: 24h, baseline: {over: 7d, warning: 2x, floor: 50 USD}"


def _rule(text: str) -> Rule:
    (rule,) = world.rules(f"rules: [{{name: watched, {text}}}]")
    return rule


def _spent(usd: int, hours: float = 1, number: int = 1, status: str = "completed") -> Record:
    ago = timedelta(hours=hours)
    return world.spent(number, ago, world.usd(usd), status=status, task=f"t-{number}")


def _stirs(rule: Rule, episodes: Episodes, *records: Record) -> bool:
    """Whether something can come of the last record, once what came before is settled."""
    known = Running(_LENGTHS, NOW)
    watch = Watch(rule, known, episodes)
    for record in records[:-1]:
        known.put(record.source, record.key, record)
    watch.turn(NOW)
    known.settle()
    changed = known.put(records[-1].source, records[-1].key, records[-1])
    return watch.stirs(min(record.at for record in changed), NOW)


@pytest.mark.parametrize(
    ("text", "records", "expected"),
    [
        pytest.param(PLAIN, [_spent(49)], False, id="below every limit"),
        pytest.param(PLAIN, [_spent(50)], True, id="at the lowest limit"),
        pytest.param(PLAIN, [_spent(30, number=2), _spent(20)], True, id="at it with others"),
        pytest.param(PLAIN, [_spent(99), _spent(10)], False, id="no longer at it, and no alert"),
        pytest.param(EASED, [_spent(20)], True, id="at the limit of some series"),
        pytest.param(PLAIN, [_spent(1, hours=13)], True, id="in the period before"),
        pytest.param(ROLLING, [_spent(49)], False, id="below the limit of a rolling window"),
        pytest.param(ROLLING, [_spent(50)], True, id="at the limit of a rolling window"),
        pytest.param(ROLLING, [_spent(50, hours=25)], False, id="before the rolling window"),
        pytest.param(RATE, [_spent(1)], False, id="a rate below its limit"),
        pytest.param(RATE, [_spent(1), _spent(1, 2, 2, "failed")], True, id="a rate at it"),
        pytest.param(RATE, [_spent(1, status="aborted")], False, id="a rate of nothing"),
        pytest.param(PER_TASK, [_spent(60), _spent(30, 2, 2)], False, id="a mean below its limit"),
        pytest.param(PER_TASK, [_spent(60), _spent(40, 2, 2)], True, id="a mean at its limit"),
        pytest.param(BELOW, [_spent(31)], False, id="above every lower limit"),
        pytest.param(BELOW, [_spent(30)], True, id="at the highest lower limit"),
        pytest.param(FORECAST, [_spent(99)], False, id="a forecast and a record of today"),
        pytest.param(FORECAST, [_spent(1, hours=13)], True, id="a forecast, a record of before"),
        pytest.param(BOTH, [_spent(49)], False, id="below the limit that is not forecast"),
        pytest.param(BOTH, [_spent(50)], True, id="at the limit that is not forecast"),
        pytest.param(USUAL, [_spent(1)], True, id="what is usual may be anything"),
        pytest.param(FLOOR, [_spent(49)], False, id="less than what may be unusual"),
        pytest.param(FLOOR, [_spent(50)], True, id="as much as may be unusual"),
        pytest.param(
            f"{FLOOR}, thresholds: {{warning: 90 USD}}", [_spent(50)], True, id="as one of two says"
        ),
        pytest.param(ROLLING_USUAL, [_spent(1, hours=50)], True, id="what was usual has changed"),
    ],
)
def test_something_can_come_of_a_series_at_a_limit(
    text: str, records: list[Record], expected: bool
) -> None:
    assert expected == _stirs(_rule(text), Episodes(), *records)


def _alert(rule: Rule, state: State, days_ago: int = 0) -> Alert:
    assert rule.window is not None
    at = NOW - timedelta(days=days_ago)
    limit = Limit(Severity.WARNING, world.usd(50), "50 USD")
    return Alert(
        series=Series(rule.name, "thresholds", rule.meaning, (Label.USER,), (ANA,)),
        span=window.span_at(rule.window, at),
        by_period=rule.by_period,
        state=state,
        severity=Severity.WARNING,
        peak=Severity.WARNING,
        value=world.usd(60),
        worst=world.usd(60),
        limit=limit,
        peak_limit=limit,
        since=at,
    )


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        pytest.param(lambda rule: _alert(rule, State.FIRING), True, id="fires"),
        pytest.param(lambda rule: _alert(rule, State.CORRECTED), True, id="was taken back today"),
        pytest.param(lambda rule: _alert(rule, State.CLOSED, 1), False, id="is over with its day"),
    ],
)
def test_something_can_come_of_a_series_that_has_an_alert(
    alert: Callable[[Rule], Alert], expected: bool
) -> None:
    rule, episodes = _rule(PLAIN), Episodes()
    episodes.put(Transition(None, alert(rule)), rule)
    assert expected == _stirs(rule, episodes, _spent(1))
