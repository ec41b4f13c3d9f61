from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import loading, tick
from rules.alert import Alert, Reason, State, Transition
from rules.reading import Defaults
from rules.record import Record
from rules.rule import Rule
from rules.tick import Circumstances
from tests.rules import making, samples
from tests.rules.simulation import World

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 23, 20, tzinfo=UTC)
"""Two days before Berlin's clock is set back, two hours before its day ends."""

RULES = """
rules:
  - {name: user-day, metric: spend, window: day, group_by: [user], thresholds: {warning: 50 USD, critical: 100 USD}}
  - {name: user-day-slow, metric: spend, window: day, group_by: [user], for: 40m, keep: 90m, recover: 15 USD,
     thresholds: {warning: 50 USD}, overrides: [{match: {user: "ci@*"}, skip: true},
     {match: {user: "ben@*"}, thresholds: {info: 20 USD}}]}
  - {name: team-month, metric: spend, window: month, budget: 1300 USD, thresholds: {info: 56%, critical: 100%},
     forecast: {warning: 110%}}
  - {name: user-week, metric: spend, window: week, group_by: [user], forecast: {warning: 205 USD}}
  - {name: team-hour, metric: streams, window: hour, where: {source: acme}, thresholds: {warning: 1}}
  - {name: user-rolling, metric: total_cost, window: 6h, group_by: [user, source], keep: 30m, thresholds: {warning: 60 USD}}
  - {name: errors, metric: error_rate, window: 6h, group_by: [user], min_count: 2, for: 15m,
     thresholds: {warning: 20%, critical: 50%}, recover: 10%}
  - {name: errors-daily, metric: error_rate, window: day, thresholds: {warning: 50%}, where: {user: "!ci@*"}}
  - {name: runaway, metric: task_cost, window: 24h, thresholds: {critical: 100 USD}}
  - {name: costly, metric: cost_per_task, window: 12h, group_by: [model], thresholds: {warning: 60 USD}}
  - {name: busy, metric: tasks, window: day, group_by: [user], timezone: America/New_York, thresholds: {warning: 2}}
  - {name: idle, metric: spend, window: 12h, group_by: [user], below: true, thresholds: {warning: 30 USD}, for: 1h}
  - {name: spike, metric: spend, window: 24h, group_by: [user], baseline: {over: 7d, warning: 2.5x, floor: 5 USD}}
  - {name: newcomer, metric: first_seen, window: day, group_by: [user], thresholds: {info: 1}}
  - {name: new-model, metric: first_seen, window: 12h, group_by: [source, model], where: {status: "!failed"},
     thresholds: {info: 1}}
  - {name: tools, metric: tool_calls, window: 6h, group_by: [tool], thresholds: {warning: 3}}
"""


def load(text: str = RULES) -> list[Rule]:
    loaded = loading.load([("rules.yaml", text)], Defaults(zone=BERLIN))
    assert () == loaded.faults
    return list(loaded.rules)


ALL = load()
OTHER = {
    rule.name: rule
    for rule in load(
        RULES.replace("warning: 50 USD", "warning: 20 USD").replace(
            "group_by: [user, source]", "group_by: [user]"
        )
    )
}
"""The same rules with another limit, and one with another meaning."""


@dataclass(frozen=True)
class Step:
    """Time passes, then usage is booked (some of it anew) or taken back, then a tick comes."""

    passed: timedelta
    booked: tuple[Record, ...]
    gone: tuple[str, ...]
    stale: frozenset[str]


_passed = st.sampled_from(
    [
        timedelta(minutes=minutes)
        for minutes in (0, 1, 1, 20, 45, 60, 120, 240, 360, 721, 1440, 4000)
    ]
)
_keys = st.sampled_from([*(f"stream-{number}" for number in range(12)), "ana-1", "ana-4", "ben-2"])
_usage = st.builds(
    samples.record,
    key=_keys,
    user=st.sampled_from(
        ["ana@acme.test", "ana@acme.test", "ben@acme.test", "ci@acme.test", "new"]
    ),
    source=st.sampled_from(["acme", "acme", "blue"]),
    model=st.sampled_from(["opus", "gpt-5"]),
    task=st.sampled_from(["task-1", "task-2"]),
    status=st.sampled_from(["completed", "failed", "failed", "aborted"]),
    credits=st.sampled_from([0, 10, 25, 50, 60, 110, 220]).map(making.usd),
    llm_cost=st.sampled_from([0, 0, 30]).map(making.usd),
    tools=st.sampled_from([(), (("nmap", 2, 10),), (("nmap", 1, 5), ("curl", 4, 9))]),
)
_ago = st.sampled_from([-30, 0, 0, 1, 1, 1, 10, 10, 90, 300, 500, 1500, 3000, 12000])


@st.composite
def _steps(draw: st.DrawFn) -> list[Step]:
    steps, now = [], START
    for _ in range(draw(st.integers(1, 9))):
        passed = draw(_passed)
        now += passed
        at = st.builds(lambda minutes, now=now: now - timedelta(minutes=minutes), _ago)
        booked = draw(
            st.lists(st.builds(lambda record, at: record._replace(at=at), _usage, at), max_size=4)
        )
        gone = draw(st.lists(_keys, max_size=1))
        stale = draw(st.sampled_from([(), (), (), ("acme",), ("acme", "blue")]))
        steps.append(Step(passed, tuple(booked), tuple(gone), frozenset(stale)))
    return steps


_some_rules = st.lists(
    st.sampled_from(ALL), min_size=3, max_size=6, unique_by=lambda rule: rule.name
)
_begins = st.sampled_from([None, START - timedelta(days=90), START - timedelta(hours=5)])


def inhabited(rules: list[Rule]) -> World:
    """A world in which two people have spent 30 dollars on each of twelve days."""
    world = World(rules)
    for day in range(1, 13):
        for name in ("ana", "ben"):
            at = START - timedelta(days=day)
            user, key = f"{name}@acme.test", f"{name}-{day}"
            world.book(samples.record(key=key, user=user, credits=making.usd(30), at=at))
    return world


def live(world: World, step: Step, now: datetime) -> None:
    for record in step.booked:
        world.book(record)
    for key in step.gone:
        world.drop(key)


@settings(deadline=None, max_examples=20)
@given(_some_rules, _steps(), _begins)
def test_judging_only_what_may_have_changed_leaves_nothing_unseen(
    rules: list[Rule], steps: list[Step], begins: datetime | None
) -> None:
    world, at = inhabited(rules), START
    for step in steps:
        at += step.passed
        live(world, step, at)
        now = Circumstances(at, step.stale, begins)
        world.tick(now)
        assert [] == world.unseen(now, closed=True)


@settings(deadline=None, max_examples=20)
@given(_some_rules, _steps(), st.integers(0, 8))
def test_new_terms_and_new_meanings_leave_nothing_unseen(
    rules: list[Rule], steps: list[Step], edited: int
) -> None:
    world, at = inhabited(rules), START
    for number, step in enumerate(steps):
        at += step.passed
        live(world, step, at)
        if number == edited:
            world.rules = [OTHER[rule.name] for rule in rules]
        now = Circumstances(at, step.stale)
        world.tick(now)
        assert [] == world.unseen(now, closed=False)


@settings(deadline=None, max_examples=20)
@given(_some_rules, _steps(), st.randoms(use_true_random=False))
def test_the_order_of_records_within_a_poll_changes_nothing(
    rules: list[Rule], steps: list[Step], random: Random
) -> None:
    straight, mixed, at = inhabited(rules), inhabited(rules), START
    for step in steps:
        at += step.passed
        newest = tuple({record.key: record for record in step.booked}.values())
        live(straight, replace(step, booked=newest), at)
        live(mixed, replace(step, booked=tuple(random.sample(newest, len(newest)))), at)
        now = Circumstances(at, step.stale)
        straight.tick(now)
        mixed.tick(now)
        assert straight.alerts == mixed.alerts


_positive = st.lists(
    st.tuples(
        st.integers(0, 1700), st.sampled_from([5, 20, 40, 60]), st.sampled_from(["ana", "ben"])
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=20)
@given(
    _positive,
    st.randoms(use_true_random=False),
    st.sampled_from(["user-day", "team-month", "busy"]),
)
def test_the_order_in_which_polls_bring_records_changes_nothing_in_the_end(
    usage: list[tuple[int, int, str]], random: Random, name: str
) -> None:
    records = [
        samples.record(
            key=f"stream-{number}",
            task=f"task-{number}",
            user=f"{user}@acme.test",
            credits=making.usd(amount),
            at=START + timedelta(minutes=minutes),
        )
        for number, (minutes, amount, user) in enumerate(usage)
    ]
    rules = [rule for rule in ALL if rule.name == name]
    ends = [arrived(rules, order) for order in (records, random.sample(records, len(records)))]
    assert ends[0] == ends[1]


def arrived(rules: list[Rule], records: list[Record]) -> set[tuple[object, ...]]:
    """Where alerts stand two days on, when each poll brought one record."""
    world, at = World(rules), START
    world.tick(Circumstances(at))
    for record in records:
        world.book(record)
        at += timedelta(minutes=7)
        world.tick(Circumstances(at))
    world.tick(Circumstances(START + timedelta(days=2)))
    return {
        (alert.id, alert.state, alert.severity, alert.peak, alert.value, alert.worst)
        for alert in world.alerts.values()
    }


@settings(deadline=None, max_examples=20)
@given(_steps(), st.sampled_from([None, START - timedelta(days=28)]))
def test_whoever_is_new_leaves_nothing_unseen(steps: list[Step], begins: datetime | None) -> None:
    world, at = World([rule for rule in ALL if rule.metric.before]), START
    for step in steps:
        at += step.passed
        live(world, step, at)
        now = Circumstances(at, step.stale, begins)
        world.tick(now)
        assert [] == world.unseen(now, closed=True)


def test_what_a_tick_finds_twice_is_nothing_the_second_time() -> None:
    world, now = inhabited(ALL), Circumstances(START)
    assert world.tick(now)
    assert [] == world.tick(now)


def test_a_stale_source_holds_back_what_is_clear_until_it_is_back() -> None:
    world = World([rule for rule in ALL if rule.name == "user-rolling"])
    world.book(samples.record(credits=making.usd(60), at=START))
    hour = timedelta(hours=1)
    world.tick(Circumstances(START + hour))
    assert [] == world.tick(Circumstances(START + 8 * hour, frozenset({"acme"})))
    (clearing,) = world.tick(Circumstances(START + 9 * hour))
    (resolved,) = world.tick(Circumstances(START + 10 * hour))
    assert (None, Reason.RESOLVED) == (clearing.reason, resolved.reason)


LINGERING = """
rules: [{name: team, metric: spend, window: 6h, recover: 30 USD,
         thresholds: {warning: 50 USD, critical: %s}}]
"""


def test_an_alert_that_recover_keeps_is_not_ended_by_a_limit_that_it_does_not_hold_at() -> None:
    world = World(load(LINGERING % "100 USD"))
    spent = samples.record(credits=making.usd(110), at=START)
    world.book(spent)
    world.tick(Circumstances(START + timedelta(minutes=1)))
    world.book(spent._replace(credits=making.usd(40)))
    world.tick(Circumstances(START + timedelta(minutes=2)))
    world.rules = load(LINGERING % "120 USD")
    assert [] == world.tick(Circumstances(START + timedelta(minutes=3)))
    (alert,) = world.alerts.values()
    assert State.FIRING is alert.state
    world.rules = load((LINGERING % "120 USD").replace("50 USD", "70 USD"))
    (ended,) = world.tick(Circumstances(START + timedelta(minutes=4)))
    assert Reason.RESOLVED is ended.reason


def test_a_clock_that_is_set_back_repeats_nothing() -> None:
    world = World([rule for rule in ALL if rule.name == "user-day"])
    midnight = START + timedelta(hours=2)
    world.tick(Circumstances(START))
    world.book(samples.record(credits=making.usd(60), at=START))
    said = [
        step.reason
        for minutes in (-30, 10, -50, -20, 10)
        for step in world.tick(Circumstances(midnight + timedelta(minutes=minutes)))
        if step.reason is not None
    ]
    assert [Reason.FIRST] == said


def removed(text: str, alert: Alert) -> list[Transition]:
    return tick.removals([samples.rule(text)], [alert], samples.NOON)


DAILY = "metric: spend\ngroup_by: [user]\nwindow: day\nthresholds: {warning: 50 USD}"


def alert_of(text: str, condition: str = "thresholds") -> Alert:
    meaning = samples.rule(text).meaning
    return making.alert(series=replace(making.SERIES, meaning=meaning, condition=condition))


@pytest.mark.parametrize(
    ("alert", "text"),
    [
        pytest.param(alert_of(DAILY.replace("day", "week")), DAILY, id="another window"),
        pytest.param(alert_of(DAILY, "baseline"), DAILY, id="a condition that is gone"),
    ],
)
def test_an_alert_of_what_a_rule_no_longer_means_is_ended(alert: Alert, text: str) -> None:
    (transition,) = removed(text, alert)
    assert transition.after is not None
    assert (State.REMOVED, "its rule was changed") == (
        transition.after.state,
        transition.after.note,
    )


def test_an_alert_whose_rule_is_gone_is_ended() -> None:
    (transition,) = tick.removals([], [making.alert()], samples.NOON)
    assert transition.after is not None
    assert "its rule was removed" == transition.after.note
    assert Reason.CLOSED is transition.reason


def test_an_alert_of_a_rule_in_force_stays() -> None:
    assert [] == removed(DAILY.replace("50", "80"), alert_of(DAILY))


def test_an_alert_of_a_period_is_known_by_its_start() -> None:
    alert = making.alert()
    assert (alert.series, making.DAY.start) == tick.key(alert)
    assert (alert.series, None) == tick.key(replace(alert, by_period=False))
