"""The records behind a figure come in the order that was asked for."""

from datetime import timedelta

import pytest

from bot.store import evidence, ledger
from bot.store.connection import Connection
from bot.store.evidence import Order
from rules.labels import EVERYTHING, Label, Pattern, Selector
from rules.money import Money
from rules.window import Span
from tests.store import usage

HOUR = timedelta(hours=1)
CHEAP = usage.record(key="cheap", credits=Money(1), at=usage.NOON + 30 * HOUR)
DEAR = usage.record(key="dear", credits=Money(0), neo_cost=Money(9), byok=True)
OTHER = usage.record(key="other", user="bob@acme.test", task="t-2", credits=Money(5))
GONE = usage.record(key="gone", credits=Money(100))
SPAN = Span(usage.NOON, usage.NOON + 31 * HOUR)


@pytest.fixture(autouse=True)
def _records(db: Connection) -> None:
    ledger.add(db, [CHEAP, DEAR, OTHER, GONE], seen=usage.NOON, live=True)
    ledger.mark_gone(db, "acme", ["gone"], seen=usage.NOON)


def where(label: Label, *globs: str) -> Selector:
    return Selector.of({label: Pattern(globs)})


def test_the_dearest_come_first_and_no_more_than_asked(db: Connection) -> None:
    found = evidence.records(db, EVERYTHING, SPAN, order=Order.COST, limit=2)
    assert [DEAR, OTHER] == found


def test_the_latest_come_first(db: Connection) -> None:
    found = evidence.records(db, EVERYTHING, SPAN, order=Order.AT, limit=9)
    assert [CHEAP, DEAR, OTHER] == found


@pytest.mark.parametrize(
    "selector",
    [
        pytest.param(where(Label.USER, "ana@acme.test"), id="one person"),
        pytest.param(where(Label.TASK, "t-1"), id="one task"),
        pytest.param(where(Label.TASK, "*1"), id="tasks by a glob"),
        pytest.param(Selector.of({Label.USER: Pattern((), ("bob*",))}), id="all but one person"),
    ],
)
def test_only_what_is_selected_is_told(db: Connection, selector: Selector) -> None:
    assert [DEAR, CHEAP] == evidence.records(db, selector, SPAN, order=Order.COST, limit=9)


def test_what_lies_outside_the_span_is_not_told(db: Connection) -> None:
    early = Span(SPAN.start, CHEAP.at)
    assert [DEAR, OTHER] == evidence.records(db, EVERYTHING, early, order=Order.COST, limit=9)
