"""What the bot wrote about itself goes once it is over and old, and nothing that waits or that something younger hangs on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.notify.holding import Held
from bot.notify.notification import Receipt
from bot.notify.silence import Silence
from bot.store import (
    acks,
    alerts,
    audit,
    charts,
    decisions,
    digests,
    held,
    messages,
    outbox,
    past,
    rejected,
    silences,
)
from bot.store.acks import Ack
from bot.store.connection import Connection
from bot.store.past import KINDS
from bot.store.rejected import Rejected
from rules.alert import Alert, State, Transition
from rules.terms import Severity
from rules.window import Span
from tests.acts import ground
from tests.store import mail

BEFORE = mail.NOW
DAY = timedelta(days=1)
LONG_AGO, LATER = BEFORE - 9 * DAY, BEFORE + DAY

OVER = ground.alert(
    span=Span(LONG_AGO, LONG_AGO + DAY),
    state=State.CLOSED,
    since=LONG_AGO,
    ended=LONG_AGO + DAY,
)
"""An alert that may go."""

GOING_ON = ground.alert(ground.BEN, span=Span(LATER, LATER + DAY), since=LONG_AGO)

TABLES = ("alert", "decision", "told", "ack", "message", "outbox", "chart")


def pruned(db: Connection) -> dict[str, int]:
    """How many went of each kind."""
    found = {
        name: past.take(db, kind, past.old(db, kind, BEFORE), BEFORE)
        for name, kind in KINDS.items()
    }
    return {name: count for name, count in found.items() if count}


def left(db: Connection, *tables: str) -> dict[str, int]:
    return {name: db.table(name).count for name in tables}


def send(db: Connection, message: str, at: datetime, ts: str = "1.1") -> None:
    mail.queue(db, message, message, now=at)
    outbox.sent(db, mail.take(db, at), Receipt("C1", ts), at)


def tell(db: Connection, alert: Alert, message: str) -> None:
    ground.keep(db, alert)
    messages.tell(db, [alert], mail.FINOPS, message)


@pytest.fixture
def old(db: Connection) -> Connection:
    """A store with an alert that is over and old, with all that belongs to it, and a message that was sent later."""
    send(db, "old", LONG_AGO)
    send(db, "later", LATER, "2.2")
    tell(db, OVER, "old")
    decisions.add(db, [Transition(None, OVER)], LONG_AGO)
    acks.add(db, Ack(OVER.id, LONG_AGO, "ada", Severity.WARNING))
    charts.want(db, "old", LONG_AGO)
    charts.take(db, mail.FINOPS, LONG_AGO)
    return db


def test_an_alert_goes_with_all_that_belongs_to_it(old: Connection) -> None:
    assert {**dict.fromkeys(TABLES, 1), "message": 2, "outbox": 2} == left(old, *TABLES)
    assert {"alerts": 1, "messages": 1} == pruned(old)
    assert {**dict.fromkeys(TABLES, 0), "message": 1, "outbox": 1} == left(old, *TABLES)
    assert {} == pruned(old)


# --- what stays -----------------------------------------------------------------------------------


def refuse_edit(db: Connection) -> None:
    messages.write(db, "old", mail.FINOPS, mail.note("anew"), LATER)
    edit = messages.take_edit(db, mail.FINOPS, LATER)
    assert edit is not None
    messages.edit_failed(db, edit, "message_not_found")


def gather_with_one_that_goes_on(db: Connection) -> None:
    """What became of both was told in one message, though each has its own."""
    tell(db, GOING_ON, "later")
    send(db, "both", LONG_AGO, "3.3")
    messages.tell_gathered(db, [OVER, GOING_ON], mail.FINOPS, "both")


def fail(db: Connection, *, rerouted: bool) -> None:
    mail.answer(db, "old", "got worse", now=LONG_AGO)
    taken = mail.take(db, LONG_AGO)
    outbox.failed(db, taken, "is_archived", LONG_AGO, rerouted=rerouted)
    messages.edited(db, messages.Edit("old", mail.FINOPS, Receipt(), mail.note(""), 1, 1))


def take_off_the_last_sent(db: Connection) -> None:
    db.execute("DELETE FROM outbox WHERE message = 'later'")


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(lambda db: tell(db, replace(OVER, ended=LATER), "old"), id="it ended lately"),
        pytest.param(
            lambda db: alerts.put(db, [(replace(OVER, state=State.FIRING, ended=None), None)]),
            id="it goes on",
        ),
        pytest.param(
            lambda db: held.put(db, [Held(OVER.id, Severity.INFO, quietly=True)], "x", LONG_AGO),
            id="news of it are held back",
        ),
        pytest.param(
            lambda db: mail.answer(db, "old", "got worse", now=LONG_AGO),
            id="a reply waits",
        ),
        pytest.param(lambda db: fail(db, rerouted=False), id="a reply reached nobody"),
        pytest.param(
            lambda db: messages.write(db, "old", mail.FINOPS, mail.note("anew"), LONG_AGO),
            id="an edit waits",
        ),
        pytest.param(refuse_edit, id="an edit was refused"),
        pytest.param(
            lambda db: tell(db, GOING_ON, "old"), id="its message tells of one that goes on"
        ),
        pytest.param(gather_with_one_that_goes_on, id="it was gathered with one that goes on"),
        pytest.param(take_off_the_last_sent, id="nothing was sent since"),
        pytest.param(
            lambda db: db.execute("UPDATE chart SET tried = 0"), id="its message has no chart yet"
        ),
    ],
)
def test_it_stays_with_all_that_belongs_to_it_while(
    old: Connection, happens: Callable[[Connection], object]
) -> None:
    happens(old)
    before = left(old, *TABLES)
    assert {} == pruned(old)
    assert before == left(old, *TABLES)


@pytest.mark.parametrize(
    ("end", "left"),
    [pytest.param(LATER, {}, id="not over"), pytest.param(LONG_AGO, {"alerts": 1}, id="over")],
)
def test_an_alert_that_nobody_was_told_of_goes_with_its_period(
    db: Connection, end: datetime, left: dict[str, int]
) -> None:
    """Until then it may cross its limit again, and is known by the beginning of the period."""
    ground.keep(db, replace(OVER, span=Span(LONG_AGO - DAY, end), state=State.CORRECTED))
    assert left == pruned(db)


def test_what_the_fallback_was_told_instead_keeps_nothing(old: Connection) -> None:
    fail(old, rerouted=True)
    assert {"alerts": 1, "messages": 1} == pruned(old)


def test_a_message_goes_with_the_last_of_its_alerts(old: Connection) -> None:
    """One that is held up by another message holds up the message, but no other alert."""
    other = replace(OVER, since=LONG_AGO + DAY, by_period=False)
    tell(old, other, "old")
    held.put(old, [Held(other.id, Severity.INFO, quietly=True)], "x", LONG_AGO)
    assert {"alerts": 1} == pruned(old)
    held.drop(old, [other.id])
    assert {"alerts": 1, "messages": 1} == pruned(old)


# --- what belongs to no alert ---------------------------------------------------------------------


def test_a_message_that_is_about_no_alert_goes_once_it_is_delivered(db: Connection) -> None:
    send(db, "digest", LONG_AGO)
    send(db, "young", BEFORE, "2.2")
    mail.queue(db, "waits", "waits", now=LONG_AGO)
    mail.queue(db, "last", "the last there", mail.PAGER, now=LONG_AGO)
    outbox.sent(db, mail.take(db, LONG_AGO, mail.PAGER), Receipt(), LONG_AGO)
    assert {"messages": 1} == pruned(db)
    ids = [id_ for (id_,) in db.execute("SELECT id FROM message ORDER BY id")]
    assert ["last", "waits", "young"] == ids
    assert {"outbox": 3} == left(db, "outbox")


def test_decisions_about_what_never_fired_go_by_their_own_time(db: Connection) -> None:
    pending = replace(GOING_ON, state=State.PENDING)
    decisions.add(db, [Transition(None, pending), Transition(None, OVER)], LONG_AGO)
    decisions.add(db, [Transition(None, OVER)], BEFORE)
    ground.keep(db, pending)
    assert {"decisions": 1} == pruned(db)
    assert [pending.id, OVER.id] == [
        id_ for (id_,) in db.execute("SELECT alert FROM decision ORDER BY id")
    ]


@pytest.mark.parametrize(
    ("ends", "since", "kept"),
    [
        pytest.param(LONG_AGO, None, [2], id="that is over"),
        pytest.param(BEFORE, None, [1, 2], id="that ended lately"),
        pytest.param(LONG_AGO, LONG_AGO, [1, 2], id="that an alert on record may have been under"),
        pytest.param(LONG_AGO, BEFORE, [2], id="that ended before any alert on record began"),
    ],
)
def test_a_silence(db: Connection, ends: datetime, since: datetime | None, kept: list[int]) -> None:
    """The last one stays in any case, and no other gets its name."""
    for _ in range(2):
        silences.add(db, Silence(0, LONG_AGO - DAY, ends, "ada", ""))
    if since is not None:
        ground.keep(db, replace(GOING_ON, since=since))
    pruned(db)
    assert kept == [id_ for (id_,) in db.execute("SELECT id FROM silence ORDER BY id")]
    assert 3 == silences.add(db, Silence(0, LATER, LATER, "ada", "")).id


def test_the_audit_log_and_rows_that_could_not_be_read_go_by_their_time(db: Connection) -> None:
    for at in (LONG_AGO, BEFORE):
        audit.add(db, at, "U0ANA", "refused", "top users")
        rejected.put(db, [Rejected("acme", "streams", "no id", f"{at}")], seen=at)
    assert {"audit": 1, "rejected": 1} == pruned(db)
    assert {"audit": 1, "rejected": 1} == left(db, "audit", "rejected")


def test_which_digests_were_sent_is_known_for_good(db: Connection) -> None:
    digests.claim(db, "daily", LONG_AGO, LONG_AGO, "sent")
    pruned(db)
    assert digests.claimed(db, "daily", LONG_AGO)


def test_what_still_is_undelivered_does_not_look_stuck_for_what_went(old: Connection) -> None:
    """It is told by when something was last sent."""
    take_off_the_last_sent(old)
    mail.queue(old, "lost", "lost", mail.PAGER, now=LONG_AGO)
    outbox.failed(old, mail.take(old, LONG_AGO, mail.PAGER), "gone", LONG_AGO - DAY)
    before = outbox.waiting(old)
    pruned(old)
    assert not before.nothing_gets_out
    assert before == outbox.waiting(old)


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"rejected"}))
def test_what_is_old_is_found_without_looking_through_everything(db: Connection, name: str) -> None:
    plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {KINDS[name].old}", {"before": 0})]
    assert all("USING" in step and "INDEX" in step for step in plan), plan


@pytest.mark.parametrize(
    "table", sorted({(t, c) for k in KINDS.values() for t, c in k.tables.items()})
)
def test_what_goes_is_found_by_an_index(db: Connection, table: tuple[str, str]) -> None:
    name, column = table
    plan = [
        row[3]
        for row in db.execute(
            f"EXPLAIN QUERY PLAN DELETE FROM {name} WHERE {column} IN (SELECT value FROM json_each('[]'))"
        )
    ]
    assert plan[0].startswith(f"SEARCH {name} USING"), plan
