"""The bot's own health."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.answers import status
from bot.answers.status import Running
from bot.notify import agreement
from bot.notify.agreement import About, Difference
from bot.store import agreements, alerts, outbox, rejected, sources
from bot.store.connection import Connection
from bot.store.rejected import Rejected
from bot.store.sources import Balance
from rules.scope import Judged
from rules.window import Span
from tests.answers import world
from tests.answers.world import BERLIN, NOW, POLLED, usd
from tests.store import mail

RUNNING = Running("1.2.3", BERLIN, ("acme", "blue"), 7, timedelta(minutes=10))


def test_each_source_tells_how_it_is(db: Connection) -> None:
    world.add(db, [world.spent(50, world.hours(1), usd(0), source="blue", priced=False)])
    sources.failed(db, "blue", "Neo refuses the key", at=NOW)
    sources.identify(db, "blue", role="member", account=None)
    rejected.put(db, [Rejected("blue", "streams", "no id", "{}")], seen=NOW)
    acme, blue = status.answer(db, RUNNING, NOW).sources
    assert ("acme", POLLED, 60.0, False, True) == (
        acme.name,
        acme.last_complete,
        acme.age,
        acme.stale,
        acme.backfilled,
    )
    assert (7, 0, 0, "") == (acme.records, acme.rejected, acme.unpriced, acme.error)
    assert (None, None, True, False) == (
        blue.last_complete,
        blue.age,
        blue.stale,
        blue.backfilled,
    )
    assert (1, 1, 1, "Neo refuses the key", "member") == (
        blue.records,
        blue.rejected,
        blue.unpriced,
        blue.error,
        blue.role,
    )


def test_a_source_is_stale_after_the_patience(db: Connection) -> None:
    assert [False, True] == [
        status.answer(db, RUNNING, POLLED + timedelta(minutes=10, microseconds=more))
        .sources[0]
        .stale
        for more in (0, 1)
    ]


def test_what_is_not_as_usual_is_noted(db: Connection) -> None:
    sources.fall_back(db, "acme", tasks=True)
    sources.book_by_arrival(db, "acme", arrival=True)
    notes = status.answer(db, RUNNING, NOW).sources[0].notes
    assert 2 == len(notes)
    assert "tasks stand in" in notes[0]
    assert "by time of arrival" in notes[1]


def test_how_it_compares_with_neos_own_totals_is_told(db: Connection) -> None:
    span = Span(NOW - timedelta(days=90), NOW)
    stays = Difference(About.TASK, "t-9", usd(7), usd(2), usd(5), usd(5))
    agreements.put(db, "acme", agreement.conclude(NOW, span, (9, [stays]), None, ["a note"]))
    nothing = agreement.conclude(NOW, span, None, None)
    agreements.put(db, "blue", nothing)
    acme, blue = status.answer(db, RUNNING, NOW).sources
    assert agreements.of(db, "acme") == acme.agreement
    assert ("task t-9 (Neo $7.00, the ledger $2.00)" in acme.notes[0], "a note") == (
        True,
        acme.notes[1],
    )
    assert (None, ()) == (blue.agreement, blue.notes)


@pytest.mark.parametrize(("hours", "noted"), [(3, 0), (4, 1)], ids=["lately", "long ago"])
def test_credits_that_neo_no_longer_tells_are_noted(db: Connection, hours: int, noted: int) -> None:
    balance = Balance(usd(5), usd(9), None, None, NOW - timedelta(hours=hours))
    sources.balanced(db, "acme", balance)
    notes = status.answer(db, RUNNING, NOW).sources[0].notes
    assert noted == sum("left of the credits" in note for note in notes)


@pytest.mark.parametrize(
    ("by_plan", "reset", "noted"),
    [
        pytest.param(True, None, 1, id="no turn is told, and a rule needs one"),
        pytest.param(True, NOW, 0, id="it is told"),
        pytest.param(False, None, 0, id="no rule needs it"),
    ],
)
def test_a_credit_month_by_the_calendar_is_noted(
    db: Connection, by_plan: bool, reset: datetime | None, noted: int
) -> None:
    sources.balanced(db, "acme", Balance(usd(5), usd(9), None, reset, NOW))
    acme, never_read = status.answer(db, replace(RUNNING, by_plan=by_plan), NOW).sources
    assert noted == sum("calendar months" in note for note in acme.notes)
    assert () == never_read.notes


def test_a_running_bot_knows_when_it_judged(db: Connection) -> None:
    alerts.remember(db, {"a": Judged("meaning", "terms", NOW, NOW)})
    later = NOW + timedelta(minutes=5)
    assert later == status.answer(db, replace(RUNNING, judged=later), NOW).last_judged


def test_it_says_what_is_in_force_and_what_waits(db: Connection) -> None:
    judged = Judged("meaning", "terms", NOW - timedelta(days=1), NOW)
    before = replace(judged, at=NOW - timedelta(minutes=1))
    alerts.remember(db, {"a": before, "b": judged, "c": before})
    found = status.answer(db, RUNNING, NOW)
    assert ("1.2.3", 7, 0, 0, None, 0, NOW, "Europe/Berlin") == (
        found.version,
        found.rules,
        found.open_alerts,
        found.waiting,
        found.oldest_waiting,
        found.undeliverable,
        found.last_judged,
        found.zone,
    )


def test_why_a_message_reached_nobody_is_told(db: Connection) -> None:
    mail.queue(db, "m-1", "hello")
    outbox.failed(db, mail.take(db), "Slack has no channel #gone", NOW)
    found = status.answer(db, RUNNING, NOW)
    assert (1, "Slack has no channel #gone") == (found.undeliverable, found.delivery_error)


def test_before_anything_was_read_all_is_empty(empty: Connection) -> None:
    found = status.answer(empty, RUNNING, NOW)
    assert [0, 0] == [line.records for line in found.sources]
    assert found.last_judged is None
    assert not found.well
