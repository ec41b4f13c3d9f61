"""Alerts are kept whole, and found by what may still change them."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from bot.store import alerts, messages
from bot.store.connection import Connection
from rules.alert import Alert, State
from rules.finding import Series
from rules.labels import Label
from rules.metric import Value
from rules.money import Money
from rules.scope import Judged
from rules.terms import Limit, Severity
from tests.rules import making
from tests.store import mail

NOW = making.minute(60)
BEN = Series("a-rule", "thresholds", "spend|day", (Label.USER,), ("ben@acme.test",))


def kept(db: Connection, *given: Alert) -> None:
    alerts.put(db, [(alert, None) for alert in given])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(Money(123_456_789), "80% of 2000 USD", id="money, to the nano-dollar"),
        pytest.param(Fraction(100, 3), "33%", id="a percentage that no decimal can hold"),
        pytest.param(17, "15", id="a count"),
        pytest.param(timedelta(seconds=1, microseconds=1), "1s", id="a duration"),
    ],
)
def test_an_alert_comes_back_as_it_was_put(db: Connection, value: Value, written: str) -> None:
    limit = Limit(Severity.CRITICAL, value, written)
    alert = making.alert(
        value=value,
        worst=value,
        limit=limit,
        peak_limit=limit,
        peak=Severity.CRITICAL,
        clearing=NOW,
        starved=NOW,
        ended=NOW,
        corrected=True,
        note="its rule was removed",
        severity=None,
        state=State.CLOSED,
    )
    kept(db, alert)
    assert [alert] == alerts.find(db, alert.id)


def test_it_is_found_by_how_its_id_begins_in_any_case(db: Connection) -> None:
    alert = making.alert()
    kept(db, alert, making.alert(series=BEN))
    assert [alert] == alerts.find(db, alert.id[:6].upper())
    assert [] == alerts.find(db, alert.id + "x")


def test_putting_it_again_replaces_it(db: Connection) -> None:
    kept(db, making.alert())
    kept(db, making.alert(value=making.usd(70)))
    assert [making.usd(70)] == [each.value for each in alerts.open_alerts(db)]


def test_only_what_holds_or_may_hold_is_open(db: Connection) -> None:
    for number, state in enumerate(State):
        kept(db, making.alert(state=state, series=replace(BEN, values=(f"u{number}",))))
    assert {State.PENDING, State.FIRING} == {each.state for each in alerts.open_alerts(db)}


def test_those_that_fire_by_a_condition(db: Connection) -> None:
    expected = replace(BEN, condition="forecast")
    ended = making.alert(series=replace(expected, values=("u",)), state=State.CLOSED)
    kept(db, making.alert(), making.alert(series=expected), ended)
    assert [making.alert(series=expected)] == alerts.firing(db, "forecast")


def test_a_timer_is_due_from_its_moment_on(db: Connection) -> None:
    alerts.put(db, [(making.alert(), NOW), (making.alert(series=BEN), None)])
    assert [] == alerts.due(db, NOW - timedelta(microseconds=1))
    assert [making.alert()] == alerts.due(db, NOW)


@pytest.mark.parametrize(
    ("state", "by_period", "ends", "found"),
    [
        pytest.param(State.FIRING, True, -9, True, id="an open one, however old its period"),
        pytest.param(State.CLOSED, True, -6, True, id="a period that ended within the week"),
        pytest.param(State.CORRECTED, True, -6, True, id="one that Neo took back within the week"),
        pytest.param(State.CLOSED, True, -8, False, id="a period that ended longer ago"),
        pytest.param(State.RESOLVED, False, 0, False, id="an episode that is over"),
        pytest.param(State.REMOVED, True, -1, False, id="one whose rule is gone"),
    ],
)
def test_what_a_finding_may_still_change(
    db: Connection, state: State, by_period: bool, ends: int, found: bool
) -> None:
    end = NOW + timedelta(days=ends)
    span = replace(making.DAY, start=end - timedelta(days=1), end=end)
    alert = making.alert(state=state, by_period=by_period, span=span)
    kept(db, alert)
    since = NOW - timedelta(days=7)
    assert ([alert] if found else []) == alerts.current(db, {"a-rule": None}, since)
    assert [] == alerts.current(db, {"another-rule": None}, since)


def test_current_ones_are_found_for_some_series_alone(db: Connection) -> None:
    kept(db, making.alert(), making.alert(series=BEN))
    only = frozenset({("ben@acme.test",)})
    assert [BEN] == [each.series for each in alerts.current(db, {"a-rule": only}, NOW)]
    assert [] == alerts.current(db, {"a-rule": frozenset()}, NOW)


def test_its_timer_alone_can_be_set(db: Connection) -> None:
    alert, other = making.alert(), making.alert(series=BEN)
    alerts.put(db, [(alert, NOW), (other, None)])
    alerts.time(db, {alert.id: None, other.id: NOW})
    assert [other] == alerts.due(db, NOW)


def test_one_that_never_fired_can_be_forgotten(db: Connection) -> None:
    kept(db, making.alert(), making.alert(series=BEN))
    alerts.drop(db, [making.alert().id])
    assert [BEN] == [each.series for each in alerts.open_alerts(db)]


def test_the_members_of_a_table_are_those_that_it_told_of(db: Connection) -> None:
    kept(db, making.alert(), making.alert(series=BEN))
    messages.tell(db, [making.alert()], mail.FINOPS, "m-1")
    assert [making.alert()] == alerts.of_message(db, "m-1")


def test_what_is_remembered_of_a_rule_is_replaced_and_forgotten(db: Connection) -> None:
    first = Judged("spend|day", "50 USD", NOW, NOW)
    later = replace(first, terms="60 USD", at=NOW + timedelta(minutes=1))
    alerts.remember(db, {"one": first, "two": first, "three": first})
    alerts.remember(db, {"two": later})
    alerts.forget(db, ["one"])
    assert {"two": later, "three": first} == alerts.judged(db)
    alerts.judge_anew(db)
    assert {"two": replace(later, terms=""), "three": replace(first, terms="")} == alerts.judged(db)


def test_another_moment_is_kept_of_all_rules_that_were_judged_at_it(db: Connection) -> None:
    first, later = NOW, NOW + timedelta(minutes=1)
    kept = {name: Judged("spend|day", "50 USD", first, first) for name in ("one", "two", "three")}
    alerts.remember(db, kept)
    moved = {name: replace(kept[name], at=later) for name in ("one", "two")}
    anew = {"four": replace(kept["one"], at=later), "three": replace(kept["three"], since=later)}
    alerts.remember(db, moved | anew)
    assert moved | anew == alerts.judged(db)
