"""Open alerts, and the rules behind them."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.answers import alerts, rulebook
from bot.answers.who import Asker
from bot.notify.facts import AckFacts, Acted, SilenceFacts
from bot.notify.silence import Silence
from bot.store import acks, silences, tasks
from bot.store import alerts as kept
from bot.store.acks import Ack
from bot.store.connection import Connection
from rules.alert import Alert, State
from rules.finding import Series
from rules.labels import Label
from rules.terms import Limit, Severity
from rules.window import Span
from tests.answers import world
from tests.answers.world import ADMIN, ANA, AS_ANA, BEN, NOBODY, NOW, usd
from tests.rules import samples
from tests.store import usage

WARNING = Limit(Severity.WARNING, usd(50), "50 USD")
RULES = world.rules("""
rules:
  - name: user-daily-spend
    summary: One person's spend in a day
    metric: spend
    group_by: [user]
    where: {user: "!ci@*"}
    window: day
    thresholds: {warning: 50 USD, critical: 100 USD}
    overrides: [{match: {user: "x@*"}, skip: true}]
    notify: [owner]
  - name: team-month
    metric: spend
    window: month
    budget: 2000 USD
    thresholds: {warning: 80%, critical: 2500 USD}
    forecast: {info: 100%}
  - name: spike
    metric: spend
    window: day
    baseline: {warning: 4x, critical: 7.5x}
  - name: idle
    metric: streams
    window: 24h
    below: true
    thresholds: {info: 3}
    group_by: [user]
    overrides: [{match: {user: a}, skip: true}, {match: {user: b}, skip: true}]
  - name: age
    metric: data_age
    thresholds: {info: 1h}
""")


def alert(
    user: str,
    severity: Severity,
    ago: int = 1,
    state: State = State.FIRING,
    rule: str = "user-daily-spend",
    *,
    metric: str = "spend",
) -> Alert:
    group, values = ((Label.USER,), (user,)) if user else ((), ())
    since: datetime = NOW - timedelta(hours=ago)
    return Alert(
        series=Series(rule, "thresholds", json.dumps([metric]), group, values),
        span=Span(NOW - timedelta(hours=12), NOW + timedelta(hours=12)),
        by_period=True,
        state=state,
        severity=severity,
        peak=Severity.CRITICAL,
        value=usd(61),
        worst=usd(70),
        limit=WARNING,
        peak_limit=WARNING,
        since=since,
    )


@pytest.fixture
def firing(empty: Connection) -> Connection:
    world.polled(empty)
    found = [
        alert(ANA, Severity.WARNING, ago=1),
        alert(BEN, Severity.WARNING, ago=2),
        alert("", Severity.CRITICAL, rule="team-month"),
        alert("x@acme.test", Severity.CRITICAL, state=State.PENDING),
    ]
    kept.put(empty, [(each, None) for each in found])
    return empty


@pytest.mark.parametrize(
    ("asker", "expected"),
    [
        pytest.param(
            ADMIN, [{}, {"user": BEN}, {"user": ANA}], id="the worst first, then the oldest"
        ),
        pytest.param(AS_ANA, [{"user": ANA}], id="a person sees only what is about them"),
        pytest.param(NOBODY, [], id="who is not known sees nothing"),
    ],
)
def test_open_alerts(firing: Connection, asker: Asker, expected: list[dict[str, str]]) -> None:
    found = alerts.answer(firing, asker, (), NOW)
    assert expected == [row.labels for row in found.rows]
    assert (0, world.POLLED) == (found.more, found.as_of)


def test_a_line_says_what_is_measured(empty: Connection) -> None:
    found = [alert(ANA, Severity.INFO), alert(BEN, Severity.INFO, rule="new", metric="first_seen")]
    kept.put(empty, [(each, None) for each in found])
    shown = alerts.answer(empty, ADMIN, (), NOW).rows
    assert {ANA: "spend", BEN: "first_seen"} == {row.labels["user"]: row.metric for row in shown}


def test_of_those_that_began_together_the_furthest_past_its_limit_comes_first(
    empty: Connection,
) -> None:
    streams = replace(alert("x@acme.test", Severity.WARNING), value=40)
    found = [
        *(
            replace(alert(user, Severity.WARNING), value=usd(value))
            for user, value in ((ANA, 61), (BEN, 95), ("y@acme.test", 80))
        ),
        replace(streams, limit=replace(streams.limit, value=10)),
    ]
    kept.put(empty, [(each, None) for each in found])
    shown = alerts.answer(empty, ADMIN, (), NOW).rows
    assert ["x@acme.test", BEN, "y@acme.test", ANA] == [row.labels["user"] for row in shown]


def test_a_line_says_what_people_did(firing: Connection) -> None:
    mine = alert(ANA, Severity.WARNING, ago=1)
    kept.put(firing, [(replace(mine, acked=Severity.CRITICAL), None)])
    acks.add(firing, Ack(mine.id, NOW, BEN, Severity.CRITICAL))
    silence = silences.add(
        firing, Silence(0, NOW, NOW + timedelta(hours=1), BEN, "a scan", "user-*")
    )
    muted = SilenceFacts(silence.name, BEN, silence.ends, "a scan")
    found = alerts.answer(firing, ADMIN, (), NOW)
    assert [Acted(), Acted(None, muted), Acted(AckFacts(BEN, NOW), muted)] == [
        row.acted for row in found.rows
    ]
    assert (silence,) == found.silences
    assert () == alerts.answer(firing, AS_ANA, (), NOW).silences
    assert () == alerts.answer(firing, ADMIN, (), silence.ends).silences


def test_a_line_says_what_holds_now(firing: Connection) -> None:
    line = alerts.answer(firing, AS_ANA, (), NOW).rows[0]
    assert ("user-daily-spend", Severity.WARNING, usd(61), "50 USD", NOW - timedelta(hours=1)) == (
        line.rule,
        line.severity,
        line.value,
        line.limit_text,
        line.since,
    )


@pytest.mark.parametrize(
    ("labels", "title"),
    [
        pytest.param({"task": "t-ana"}, "Assess the shop", id="of a task that is known"),
        pytest.param({"task": "t-none"}, "", id="none of one that is not"),
        pytest.param({"user": ANA}, "", id="none of what is no task"),
        pytest.param({"task": "t-two"}, "", id="none where sources disagree"),
        pytest.param({"source": "blue", "task": "t-two"}, "Two", id="by the source"),
    ],
)
def test_a_task_has_its_title(empty: Connection, labels: dict[str, str], title: str) -> None:
    tasks.put(
        empty,
        [
            usage.task(id="t-ana"),
            usage.task(id="t-two", title="One"),
            usage.task(id="t-two", source="blue", title="Two"),
        ],
    )
    about = alert("", Severity.WARNING, rule="runaway")
    names = tuple(Label(name) for name in labels)
    series = replace(about.series, group_by=names, values=tuple(labels.values()))
    kept.put(empty, [(replace(about, series=series), None)])
    (line,) = alerts.answer(empty, ADMIN, (), NOW).rows
    assert (labels, title) == (line.labels, line.title)


def test_more_are_counted(empty: Connection) -> None:
    many = [alert(f"u{n}@acme.test", Severity.INFO) for n in range(alerts.TOP + 3)]
    kept.put(empty, [(each, None) for each in many])
    found = alerts.answer(empty, ADMIN, (), NOW)
    assert (alerts.TOP, 3) == (len(found.rows), found.more)


def test_rules_in_force_in_words(firing: Connection) -> None:
    found = rulebook.answer(firing, RULES, ["finops"], ["rules.yaml:3:1: unknown key"])
    assert ("rules.yaml:3:1: unknown key",) == found.faults
    first, second, *_ = found.rows
    assert ("day", ("user",), "user=!ci@*", ("owner",), 2) == (
        first.window,
        first.group_by,
        first.where,
        first.notify,
        first.open,
    )
    assert (("finops",), 1) == (second.notify, second.open)


@pytest.mark.parametrize(
    ("notify", "told"),
    [
        pytest.param("", ("finops",), id="the default"),
        pytest.param(
            "notify: {critical: [finops, pager]}",
            ("finops for warning", "finops and pager for critical"),
            id="others for one severity",
        ),
        pytest.param("notify: {warning: [a, b], critical: [a, b]}", ("a", "b"), id="the same"),
    ],
)
def test_receivers_in_words(notify: str, told: tuple[str, ...]) -> None:
    rule = samples.rule(
        f"metric: spend\nwindow: day\nthresholds: {{warning: 1 USD, critical: 2 USD}}\n{notify}"
    )
    assert told == rulebook.receivers(rule, ["finops"])


def test_the_receivers_of_a_rule_that_has_limits_only_in_overrides() -> None:
    rule = samples.rule(
        "metric: spend\ngroup_by: [user]\nwindow: day\n"
        "overrides: [{match: {user: a}, thresholds: {info: 1 USD}}]"
    )
    assert ("finops",) == rulebook.receivers(rule, ["finops"])


def test_limits_in_words(empty: Connection) -> None:
    found = {row.name: (row.window, row.limits) for row in rulebook.answer(empty, RULES, []).rows}
    assert {
        "user-daily-spend": ("day", ("warning from 50 USD", "critical from 100 USD", "1 override")),
        "team-month": (
            "month",
            (
                "warning from 80% of 2000 USD",
                "critical from 2500 USD",
                "info when 100% of 2000 USD is expected",
            ),
        ),
        "spike": ("day", ("warning from 4x the usual", "critical from 7.5x the usual")),
        "idle": ("24h", ("info at most 3", "2 overrides")),
        "age": ("now", ("info from 1h",)),
    } == found
