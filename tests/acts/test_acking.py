from dataclasses import replace

import pytest

from bot.acts import acking
from bot.answers import which
from bot.notify.acted import AckAnswer
from bot.notify.facts import AckFacts
from bot.store import acks, alerts, tasks
from bot.store.connection import Connection
from rules.alert import Alert, State
from rules.terms import Severity
from tests.acts import ground
from tests.acts.ground import ADA, ANA, BEN, HOUR, NOW
from tests.store import usage


def kept(db: Connection, alert: Alert) -> Alert:
    [found] = alerts.by_id(db, [alert.id])
    return found


def timer(db: Connection, at_hours: int) -> list[Alert]:
    return alerts.due(db, NOW + at_hours * HOUR)


def test_who_takes_an_alert_on_stops_its_repeats(db: Connection) -> None:
    alert = ground.alert()
    ground.keep(db, alert)
    given = acking.ack(db, ground.acting(), alert.id[:4].upper())
    assert isinstance(given, AckAnswer)
    assert (ADA, alert.id, AckFacts(ADA, NOW), False) == (
        given.actor,
        given.alert.id,
        given.alert.acted.ack,
        given.undone,
    )
    assert replace(alert, acked=Severity.WARNING) == kept(db, alert)
    assert [] == timer(db, 11)
    detail = f"alert {alert.id} user-spend{{user={ANA}}} at warning"
    assert [("U0ADA", "ack", detail)] == ground.audit(db)


def test_undone_it_is_repeated_when_it_would_have_been(db: Connection) -> None:
    alert = ground.alert()
    ground.keep(db, alert)
    acking.ack(db, ground.acting(ANA), alert.id)
    undone = acking.undo(db, ground.acting(ANA, NOW + HOUR), alert.id)
    assert isinstance(undone, AckAnswer)
    assert (True, None) == (undone.undone, undone.alert.acted.ack)
    assert alert == kept(db, alert)
    assert ([], [alert]) == (timer(db, 2), timer(db, 3))
    assert [NOW + HOUR] == [ack.undone for ack in acks.of(db, alert.id)]
    assert ["ack", "undo ack"] == [action for _, action, _ in ground.audit(db)]


def test_it_can_be_taken_on_again(db: Connection) -> None:
    alert = ground.alert()
    ground.keep(db, alert)
    acking.ack(db, ground.acting(ANA), alert.id)
    acking.undo(db, ground.acting(ANA), alert.id)
    assert isinstance(acking.ack(db, ground.acting(), alert.id), AckAnswer)
    assert [ANA, ADA] == [ack.author for ack in acks.of(db, alert.id)]


@pytest.mark.parametrize(("who", "first"), [(ANA, "You"), (ADA, ANA)], ids=["oneself", "another"])
def test_a_second_one_is_told_who_was_first(db: Connection, who: str, first: str) -> None:
    alert = ground.alert()
    ground.keep(db, alert)
    acking.ack(db, ground.acting(ANA), alert.id)
    refused = ground.said(acking.ack(db, ground.acting(who, NOW + HOUR), alert.id))
    assert refused.startswith(
        f"{first} acknowledged alert {alert.id} already, Sun 22 Nov 2026 12:00, Europe/Berlin."
    )
    assert 1 == len(acks.of(db, alert.id)) == len(ground.audit(db))


def test_only_an_admin_takes_back_what_another_one_took_on(db: Connection) -> None:
    alert = ground.alert()
    ground.keep(db, alert)
    acking.ack(db, ground.acting(), alert.id)
    refused = ground.said(acking.undo(db, ground.acting(ANA), alert.id))
    assert (
        refused == f"{ADA} acknowledged alert {alert.id}: only they or an admin can take that back."
    )
    acking.undo(db, ground.acting(), alert.id)
    acking.ack(db, ground.acting(ANA), alert.id)
    assert isinstance(acking.undo(db, ground.acting(), alert.id), AckAnswer)


@pytest.mark.parametrize(
    ("alert", "who", "may"),
    [
        pytest.param(ground.alert(), ANA, True, id="what names them"),
        pytest.param(ground.alert(BEN), ANA, False, id="not what names another one"),
        pytest.param(ground.alert(rule="ana-only"), ANA, True, id="what a rule about them says"),
        pytest.param(ground.alert(rule="ana-only"), BEN, False, id="not a rule about another one"),
        pytest.param(ground.alert(rule="runaway"), ANA, True, id="a task of theirs"),
        pytest.param(ground.alert(rule="runaway"), BEN, False, id="not another one's task"),
        pytest.param(ground.alert(rule="team-hour"), ANA, False, id="not what is about all"),
        pytest.param(ground.alert(rule="team-hour"), ADA, True, id="an admin takes on anything"),
        pytest.param(
            ground.alert(rule="gone"), ANA, True, id="by its labels once its rule is gone"
        ),
        pytest.param(ground.alert(), "", False, id="who is not known may nothing"),
    ],
)
def test_who_may_take_on_what(db: Connection, alert: Alert, who: str, may: bool) -> None:
    ground.keep(db, alert)
    tasks.put(db, [usage.task()])
    given = acking.ack(db, ground.acting(who), alert.id)
    assert may == isinstance(given, AckAnswer)
    assert may == (kept(db, alert).acked is not None) == bool(ground.audit(db))


def test_what_is_not_there_names_the_nearest_id(db: Connection) -> None:
    alert = ground.alert()
    ground.keep(db, alert, ground.alert(BEN))
    refused = ground.said(acking.ack(db, ground.acting(ANA), f"{alert.id[:8]}zz"))
    assert f'among those that you may see; did you mean "{alert.id}"? `alerts` lists' in refused


def test_who_may_not_take_on_an_alert_is_told_which_they_may(db: Connection) -> None:
    """It is said alike of an alert that is somebody else's and of one that there is not."""
    others = ground.alert(BEN)
    ground.keep(db, others)
    which = "you take on the alerts that are about you."
    for id_ in (others.id, "ffffffff"):
        assert ground.said(acking.ack(db, ground.acting(ANA), id_)).endswith(which)
        assert which not in ground.said(acking.ack(db, ground.acting(), "ffffffff"))


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED, State.PENDING, State.REMOVED])
def test_nobody_takes_on_what_does_not_fire(db: Connection, state: State) -> None:
    alert = ground.alert(state=state)
    ground.keep(db, alert)
    is_so = f"Alert {alert.id} does not fire: it is {state}."
    for act, then in (
        (acking.ack, "Nobody has to take it on."),
        (acking.undo, "Whoever took it on is done with it."),
    ):
        assert f"{is_so} {then}" == ground.said(act(db, ground.acting(), alert.id))
    assert [] == ground.audit(db)


def test_a_beginning_that_is_not_clear_means_the_alert_that_is_open(db: Connection) -> None:
    alert = ground.alert()
    ended = replace(alert, state=State.CLOSED, ended=alert.span.end)
    over = [
        replace(ended, series=replace(alert.series, values=(f"u{number}@acme.test",)))
        for number in range(2_000)
    ]
    ground.keep(db, alert, *(each for each in over if each.id[:2] == alert.id[:2]))
    assert isinstance(which.alert(db, alert.id[:2], lambda _: True), Alert)
    assert "too little of an id" in ground.said(acking.ack(db, ground.acting(), alert.id[:3]))


def test_what_nobody_took_on_cannot_be_undone(db: Connection) -> None:
    alert = ground.alert()
    ground.keep(db, alert)
    refused = ground.said(acking.undo(db, ground.acting(), alert.id))
    assert refused == f"Nobody has acknowledged alert {alert.id}, so there is nothing to undo."
