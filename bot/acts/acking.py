"""Taking an alert on, and giving that back: it is not repeated meanwhile, until its peak rises."""

from dataclasses import replace

from bot.acts import marks
from bot.acts.acting import Acting
from bot.answers import about, acted, which
from bot.answers import alerts as open_alerts
from bot.notify.acted import AckAnswer
from bot.notify.answer import Refusal
from bot.store import acks, alerts
from bot.store.acks import Ack
from bot.store.connection import Connection
from rules import lifecycle
from rules.alert import Alert, State, Timing
from rules.rule import Rule

_YOUR_OWN = "Without being an admin you take on the alerts that are about you."


def ack(db: Connection, acting: Acting, prefix: str) -> AckAnswer | Refusal:
    """Takes on the alert whose id begins so: admins any, everyone else what is about them."""
    alert = _fires(db, acting, prefix, "Nobody has to take it on.")
    if isinstance(alert, Refusal):
        return alert
    if given := acted.of(db, acting.rules, alert, acting.now).ack:
        return Refusal(
            f"{_is_who(given.author, acting)} acknowledged alert {alert.id} already, {acting.clock(given.at)}."
            f" `ack {alert.id} undo` takes that back."
        )
    acks.add(db, Ack(alert.id, acting.now, acting.name, alert.peak))
    acting.write_down(db, "ack", f"alert {alert.id} {alert.series} at {alert.peak}")
    return _keep(db, acting, replace(alert, acked=alert.peak), undone=False)


def undo(db: Connection, acting: Acting, prefix: str) -> AckAnswer | Refusal:
    """Has the alert be nobody's again: whoever took it on may say so, and admins."""
    alert = _fires(db, acting, prefix, "Whoever took it on is done with it.")
    if isinstance(alert, Refusal):
        return alert
    given = acted.of(db, acting.rules, alert, acting.now).ack
    if given is None:
        return Refusal(f"Nobody has acknowledged alert {alert.id}, so there is nothing to undo.")
    if not acting.asker.admin and given.author != acting.name:
        return Refusal(
            f"{given.author} acknowledged alert {alert.id}: only they or an admin can take that back.",
            denied=True,
        )
    acks.undo(db, alert.id, acting.now)
    acting.write_down(
        db,
        "undo ack",
        f"alert {alert.id} {alert.series}, acknowledged by {given.author} at {given.at.isoformat()}",
    )
    return _keep(db, acting, replace(alert, acked=None), undone=True)


def _fires(db: Connection, acting: Acting, prefix: str, then: str) -> Alert | Refusal:
    found = which.acted_on(
        db, prefix, lambda alert: about.may_see(db, acting.rules, acting.asker, alert)
    )
    if isinstance(found, Refusal) and not acting.asker.admin:
        return replace(found, text=f"{found.text} {_YOUR_OWN}")
    if isinstance(found, Refusal) or found.state is State.FIRING:
        return found
    return Refusal(f"Alert {found.id} does not fire: it is {found.state}. {then}")


def _keep(db: Connection, acting: Acting, alert: Alert, *, undone: bool) -> AckAnswer:
    rule = acting.rule(alert.series.rule)
    due = None if rule is None else lifecycle.due(alert, _timing(rule, alert))
    alerts.put(db, [(alert, due)])
    marks.refresh(db, acting.rules, [alert], acting.now)
    (line,) = open_alerts.lines(db, acting.rules, [alert], acting.now)
    return AckAnswer(acting.name, line, undone=undone)


def _timing(rule: Rule, alert: Alert) -> Timing:
    return lifecycle.timing(rule, alert.span.length)


def _is_who(author: str, acting: Acting) -> str:
    return "You" if author == acting.name else author
