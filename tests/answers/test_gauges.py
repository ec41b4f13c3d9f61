"""Figures that are no sums: how old the data is, and how long the credits last."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.answers import gauges
from bot.notify import agreement
from bot.notify.agreement import About, Difference
from bot.store import agreements, ledger
from bot.store.connection import Connection
from bot.store.sources import Balance, SourceState
from rules.metric import Value
from rules.money import ZERO, Money
from rules.window import Span
from tests.jobs.reading import NOW
from tests.store import usage

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def db() -> Connection:
    return usage.fresh()


def read(db: Connection, **state: object) -> dict[str, Value]:
    states = {"acme": SourceState(**state)}  # type: ignore[arg-type] # a table of fields
    return {metric: value for (metric, _), value in gauges.read(db, states, NOW).items()}


def balance(dollars: int, expires: timedelta | None = None) -> Balance:
    money = Money.from_usd(dollars)
    return Balance(money, money, NOW + expires if expires else None, None, NOW)


@pytest.mark.parametrize(
    ("state", "age"),
    [
        pytest.param({}, None, id="never polled and no trouble known"),
        pytest.param({"last_complete": NOW - HOUR}, HOUR, id="since the last complete poll"),
        pytest.param(
            {"last_complete": NOW - HOUR, "error_since": NOW - DAY}, HOUR, id="not since the error"
        ),
        pytest.param({"error_since": NOW - DAY}, DAY, id="since trouble began, if never polled"),
        pytest.param({"last_complete": NOW}, 0 * HOUR, id="just polled"),
        pytest.param(
            {"last_complete": NOW + HOUR}, None, id="not known once the clock is set back"
        ),
    ],
)
def test_the_age_of_the_data(
    db: Connection, state: dict[str, object], age: timedelta | None
) -> None:
    with db.conn:
        assert age == read(db, **state).get("data_age")
    db.close()


@pytest.mark.parametrize(
    ("spent", "left", "runway"),
    [
        pytest.param(140, 100, 10 * DAY, id="at the pace of fourteen days"),
        pytest.param(0, 100, 3650 * DAY, id="for ever, where nothing is spent"),
        pytest.param(1, 10_000, 3650 * DAY, id="no longer than for ever"),
        pytest.param(140, 0, 0 * DAY, id="not at all, where nothing is left"),
    ],
)
def test_how_long_the_credits_last(
    db: Connection, spent: int, left: int, runway: timedelta
) -> None:
    old = usage.record(key="old", at=NOW - 15 * DAY, credits=Money.from_usd(999))
    new = usage.record(key="new", at=NOW - 13 * DAY, credits=Money.from_usd(spent))
    ledger.add(db, [old, new], seen=NOW, live=False)
    found = read(db, balance=balance(left, expires=3 * DAY))
    assert (Money.from_usd(left), runway, 3 * DAY) == (
        found["credit_balance"],
        found["runway"],
        found["expires_in"],
    )
    db.close()


@pytest.mark.parametrize(
    ("hours", "known"),
    [pytest.param(3, True, id="lately"), pytest.param(3.01, False, id="long ago")],
)
def test_what_billing_said_is_known_for_a_while(db: Connection, hours: float, known: bool) -> None:
    said = replace(balance(5, expires=3 * DAY), checked_at=NOW - hours * HOUR)
    names = {"credit_balance", "expires_in", "runway"} if known else set()
    assert names == set(read(db, balance=said))
    db.close()


def test_a_source_without_a_balance_has_none(db: Connection) -> None:
    states = {"acme": SourceState(balance=balance(1)), "blue": SourceState(last_complete=NOW)}
    assert {("credit_balance", "acme"), ("runway", "acme"), ("data_age", "blue")} == set(
        gauges.read(db, states, NOW)
    )
    db.close()


def test_how_far_a_source_is_from_neos_own_totals(db: Connection) -> None:
    by = Money.from_usd(3)
    found = [Difference(About.TASK, "t", by, ZERO, by, by)]
    agreements.put(db, "acme", agreement.conclude(NOW, Span(NOW - DAY, NOW), (1, found), None))
    assert {"drift": by} == read(db)
    agreements.put(db, "acme", agreement.conclude(NOW, Span(NOW - DAY, NOW), None, None))
    assert {} == read(db)
    db.close()
