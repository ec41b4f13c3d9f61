import re
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.facts import AlertFacts
from bot.notify.notification import AlertBody, Body, Destination, Notification, Via
from bot.webhook import payload
from rules.metric import Value
from rules.money import Money
from tests.slack import samples


def notification(body: Body) -> Notification:
    return Notification(
        id="n-0001",
        destination=Destination("pager", Via.WEBHOOK, "pager"),
        body=body,
        parent=None,
        broadcast=False,
        created=samples.at(13, 5),
        attempted=None,
    )


def sent(facts: AlertFacts) -> payload.Json:
    return payload.payload(notification(AlertBody(facts)))


def test_an_alert_says_all_that_a_program_needs() -> None:
    shown = sent(samples.BUDGET)
    tasks = shown.pop("tasks")
    assert {
        "id": "7f3c2a",
        "title": "Recon of *.acme.test & friends",
        "user": "ana@acme.test",
        "model": "opus-4",
        "cost": 61.2,
        "streams": 12,
    } == tasks[0]
    assert {
        "version": "1",
        "kind": "alert",
        "dedupe_key": "n-0001",
        "receiver": "pager",
        "late": 0,
        "id": "b0d9e7aa",
        "status": "firing",
        "state": "firing",
        "reason": "first",
        "rule": "team-monthly-budget",
        "summary": "",
        "condition": "thresholds",
        "metric": "spend",
        "labels": {},
        "severity": "warning",
        "peak": "warning",
        "unit": "USD",
        "value": 1613.4,
        "value_text": "$1,613.40",
        "worst": 1613.4,
        "limit": 1600,
        "limit_text": "80% of 2000 USD",
        "period": {
            "name": "March 2026",
            "start": "2026-02-28T23:00:00Z",
            "end": "2026-03-31T22:00:00Z",
            "timezone": "Europe/Berlin",
        },
        "since": "2026-03-03T12:58:00Z",
        "ended": None,
        "data_at": "2026-03-03T13:05:00Z",
        "records": 1204,
        "more_tasks": 9,
        "note": "",
        "runbook": "",
    } == shown


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        pytest.param(samples.FIRING, "firing", id="firing"),
        pytest.param(samples.EASED, "firing", id="within its limit but not over"),
        pytest.param(samples.LATE, "firing", id="late"),
        pytest.param(samples.RESOLVED, "resolved", id="resolved"),
        pytest.param(samples.CORRECTED, "resolved", id="corrected"),
        pytest.param(samples.CLOSED, "resolved", id="closed"),
        pytest.param(samples.REMOVED, "resolved", id="removed"),
    ],
)
def test_the_status_says_whether_it_is_open(facts: AlertFacts, status: str) -> None:
    assert status == sent(facts)["status"]


def test_firing_and_resolved_share_their_id() -> None:
    assert sent(samples.FIRING)["id"] == sent(samples.CLOSED)["id"]


@pytest.mark.parametrize(
    ("value", "number", "unit"),
    [
        pytest.param(Money(61_200_000_000), 61.2, "USD", id="money"),
        pytest.param(Money(1), 1e-9, "USD", id="a nano-dollar"),
        pytest.param(Fraction(300, 7), 300 / 7, "percent", id="a percentage"),
        pytest.param(timedelta(minutes=90), 5400, "seconds", id="time"),
        pytest.param(15, 15, "count", id="a count"),
    ],
)
def test_a_value_is_a_number_in_its_unit(value: Value, number: float, unit: str) -> None:
    assert (number, unit) == (payload.number(value), payload.unit(value))
    shown = sent(replace(samples.FIRING, value=value))
    assert (number, unit) == (shown["value"], shown["unit"])


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_money_below_a_million_dollars_is_exact(nano: int) -> None:
    assert nano == Money.from_usd(Fraction(repr(payload.number(Money(nano))))).nano


def test_a_table_has_its_exact_total_and_its_worst_members() -> None:
    shown = payload.payload(notification(samples.POSTS["table"]))
    assert ("table", 312, 18734.25, "USD") == (
        shown["kind"],
        shown["count"],
        shown["total"],
        shown["unit"],
    )
    assert [row.id for row in samples.ROWS] == [alert["id"] for alert in shown["alerts"]]


def test_a_table_without_a_total_says_null() -> None:
    shown = payload.payload(notification(samples.POSTS["table-first"]))
    assert (None, None) == (shown["total"], shown["unit"])


def test_a_table_of_several_rules_is_of_no_metric_and_no_period() -> None:
    shown = payload.payload(notification(samples.POSTS["table-held"]))
    assert ("", "", None) == (shown["rule"], shown["metric"], shown["period"])


def test_changes_digests_and_notes_have_their_own_keys() -> None:
    changes = payload.payload(notification(samples.REPLIES["reply-changes"]))
    assert ("changes", 17, 3) == (changes["kind"], changes["count"], len(changes["alerts"]))
    digest = payload.payload(notification(samples.POSTS["digest"]))
    assert ("digest", 184.3, 1613.4, 5) == (
        digest["kind"],
        digest["spend"],
        digest["to_date"]["spend"],
        digest["open_alerts"],
    )
    note = payload.payload(notification(samples.POSTS["note"]))
    assert note["text"].startswith("A message to #neo-pilot")


@pytest.mark.parametrize("body", {**samples.POSTS, **samples.REPLIES}.values())
def test_every_key_is_documented(body: Body) -> None:
    documented = set(re.findall(r"\w+", payload.__doc__ or ""))
    assert [] == [key for key in payload.payload(notification(body)) if key not in documented]
