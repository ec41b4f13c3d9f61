"""How loud rules would have been, and what others would have said differently."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.answers import replay, tally
from bot.answers.replay import Terms
from bot.answers.tally import Difference
from bot.store import ledger
from bot.store.connection import Connection
from rules.alert import Reason
from rules.terms import Limit, Severity
from rules.window import Span
from tests.answers import world
from tests.answers.world import ANA, BEN

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MIDNIGHT = datetime.fromisoformat("2026-11-19T23:00:00+00:00")
"""In Berlin, where rules count."""

STRETCH = Span(MIDNIGHT, MIDNIGHT + timedelta(days=2))
RULES = """
rules:
  - {name: daily, metric: spend, group_by: [user], window: day, thresholds: {warning: 10 USD, critical: 20 USD}}
  - {name: models, metric: spend, group_by: [model, user], window: hour, thresholds: {info: 10 USD}}
  - {name: team, metric: spend, window: day, thresholds: {warning: 1000 USD}}
  - {name: silent, metric: spend, group_by: [user], window: day, thresholds: {info: 1000 USD}}
  - {name: rolling, metric: spend, window: 2h, thresholds: {info: 10 USD}}
  - {name: blocked, metric: blocked, window: day, thresholds: {critical: 1}}
"""
DAILY = RULES.partition("  - {name: models")[0]


def _spend(db: Connection, *spent: tuple[float, int, str]) -> None:
    """At which hour, how many dollars, who."""
    records = [
        world.spent(number, MIDNIGHT + hour * HOUR, world.usd(dollars), user)
        for number, (hour, dollars, user) in enumerate(spent)
    ]
    ledger.add(db, records, seen=world.NOW, live=False)


def test_each_rule_is_counted(empty: Connection) -> None:
    """Ana is a warning, then critical, and so again the next day; six people cross at once; an hour of two models."""
    crowd = [(30, 12, f"user-{number}@acme.test") for number in range(6)]
    _spend(empty, (1, 12, ANA), (5, 12, ANA), (25, 12, ANA), (26, 3, BEN), *crowd)
    found = replay.replay(empty, world.rules(RULES), STRETCH, Terms(MINUTE))
    shown = [
        (each.rule.name, each.alerts, each.messages, each.people, each.times, each.loudest)
        for each in tally.tallies(found)
    ]
    assert [
        ("daily", 8, 4, 7, 3, {"user": ANA}),
        ("models", 9, 4, 7, 3, {"model": "opus", "user": ANA}),
        ("team", 0, 0, None, 0, None),
        ("silent", 0, 0, 0, 0, None),
        ("rolling", 4, 8, None, 8, {}),
    ] == shown


def _compared(db: Connection, ours: str, other: str) -> Difference:
    return tally.compare(db, world.rules(ours), world.rules(other), STRETCH, Terms(MINUTE))


def test_what_both_say_is_no_difference(empty: Connection) -> None:
    _spend(empty, (1, 12, ANA), (5, 12, ANA), (25, 12, ANA))
    found = _compared(empty, RULES, RULES.replace("[model, user]", "[user, model]"))
    assert ((), ()) == (found.only_ours, found.only_other)
    assert found.ours.said


def test_only_what_one_side_says_is_told(empty: Connection) -> None:
    """With 24 USD at five and 26 at six: the same warning, then critical at another hour."""
    _spend(empty, (1, 12, ANA), (5, 12, ANA), (6, 2, ANA))
    found = _compared(empty, DAILY, DAILY.replace("critical: 20", "critical: 25"))
    hours = [
        [(said.at - MIDNIGHT) / HOUR for said in side]
        for side in (found.only_ours, found.only_other)
    ]
    assert [[5], [6]] == hours
    assert (2, 2) == (len(found.ours.said), len(found.other.said))


def test_a_rule_under_another_name_is_another_rule(empty: Connection) -> None:
    _spend(empty, (1, 12, ANA))
    found = _compared(empty, DAILY, DAILY.replace("daily", "by-day"))
    assert (["daily"], ["by-day"]) == (
        [said.rule.name for said in found.only_ours],
        [said.rule.name for said in found.only_other],
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"at": MIDNIGHT}, True, id="another moment"),
        pytest.param({"labels": {"user": BEN}}, True, id="another series"),
        pytest.param({"severity": Severity.INFO}, True, id="another severity"),
        pytest.param({"reason": Reason.LATE}, True, id="another reason"),
        pytest.param({"value": world.usd(13)}, True, id="another value"),
        pytest.param({"period": STRETCH}, True, id="another period"),
        pytest.param(
            {"limit": Limit(Severity.WARNING, world.usd(11), "10 USD")}, True, id="another limit"
        ),
        pytest.param(
            {"limit": Limit(Severity.WARNING, world.usd(10), "10%")},
            False,
            id="the limit in other words",
        ),
        pytest.param({"alert": "a", "message": "b"}, False, id="only names inside the bot"),
    ],
)
def test_what_differs_is_what_people_are_told(
    change: dict[str, Any], told: bool, empty: Connection
) -> None:
    _spend(empty, (1, 12, ANA))
    said = _compared(empty, DAILY, DAILY).ours.said
    changed = [replace(each, **change) for each in said]
    assert (tuple(changed) if told else ()) == tally.only(changed, said)
