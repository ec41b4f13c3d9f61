"""Muting alerts for a while: a silence is made, changed and ended, and none is ever forgotten."""

import re
from dataclasses import replace

from bot.acts import marks, target
from bot.acts.acting import Acting
from bot.acts.target import Wanted
from bot.answers import which
from bot.notify import silence as muting
from bot.notify.acted import SilenceAnswer, UnsilenceAnswer
from bot.notify.answer import Refusal
from bot.notify.silence import Silence
from bot.store import silences
from bot.store.connection import Connection
from rules.alert import Alert, State
from rules.labels import EVERYTHING, Label

ADMINS_ONLY = Refusal(
    "Only admins silence alerts. One that is about you can be acknowledged with `ack`."
)
_NOTHING = Refusal(
    "Say what to silence: a rule, an alert, a person or a label; for example `silence user-daily-spend 2h`."
)
_NAME = re.compile(r"[sS](\d{1,9})")
_SHOWN = 8


def silence(db: Connection, acting: Acting, wanted: Wanted) -> SilenceAnswer | Refusal:
    """Mutes what is wanted. A silence that is named, or is about just that already, gets another end and reason."""
    if not acting.asker.admin:
        return ADMINS_ONLY
    if not (wanted.what or wanted.rule or wanted.labels):
        return _NOTHING
    meant = _named(db, acting, wanted.what) or target.read(db, acting, wanted)
    if isinstance(meant, Refusal):
        return meant
    if meant.id and (wanted.rule or wanted.labels):
        return Refusal(
            f"{meant.name} goes on being about {meant.target}: only its end and its reason can be changed."
        )
    ends_with = target.period_end(db, acting, meant)
    try:
        ends = muting.end(wanted.until, acting.now, acting.zone, ends_with)
    except ValueError as error:
        return Refusal(f"{error}.")
    before = meant if meant.id else _same(db, acting, meant)
    current = before or meant
    reason = target.reason(wanted) or current.reason
    kept = _keep(db, acting, replace(current, ends=ends, reason=reason), before)
    fitting = marks.muted(db, [kept], acting.now)
    return SilenceAnswer(
        acting.name,
        kept,
        mutes=len(_firing(fitting)),
        zone=acting.zone.key,
        before=before,
        note=target.doubt(db, wanted.labels.get(Label.USER)),
        series=_series(kept, fitting),
    )


def unsilence(db: Connection, acting: Acting, what: str) -> UnsilenceAnswer | Refusal:
    """Ends a silence by its name, or by the rule or the alert that it alone is about."""
    if not acting.asker.admin:
        return ADMINS_ONLY
    found = _named(db, acting, what) or _about(db, acting, what)
    if isinstance(found, Refusal):
        return found
    ended = replace(found, ends=acting.now)
    silences.change(db, ended)
    acting.write_down(db, "unsilence", f"{_written(found)} is over now")
    active, fitting = silences.active(db, acting.now), marks.muted(db, [ended], acting.now)
    heard = [
        alert for alert in _firing(fitting) if muting.muting(active, alert, acting.now) is None
    ]
    return UnsilenceAnswer(acting.name, found, len(heard), _series(found, fitting))


def _keep(db: Connection, acting: Acting, wanted: Silence, before: Silence | None) -> Silence:
    if before is None:
        kept = silences.add(db, wanted)
        acting.write_down(db, "silence", _written(kept))
        return kept
    silences.change(db, wanted)
    acting.write_down(db, "change silence", f"{_written(before)} is now {_written(wanted)}")
    return wanted


def _named(db: Connection, acting: Acting, what: str) -> Silence | Refusal | None:
    """The silence of that name while it lasts; None for what is no such name."""
    name = _NAME.fullmatch(what)
    if name is None:
        return None
    found = silences.find(db, int(name[1]))
    if found is None:
        return Refusal(f"There is no silence {what.upper()}. {_active(db, acting)}")
    if found.ends <= acting.now:
        return Refusal(f"Silence {found.name} ended already, {acting.clock(found.ends)}.")
    return found


def _active(db: Connection, acting: Acting) -> str:
    active = silences.active(db, acting.now)
    if not active:
        return "Nothing is silenced."
    shown = ", ".join(f"{each.name} ({each.target})" for each in active[:_SHOWN])
    rest = f", +{len(active) - _SHOWN} more" if len(active) > _SHOWN else ""
    return f"There are {shown}{rest}."


def _same(db: Connection, acting: Acting, meant: Silence) -> Silence | None:
    """What silences exactly that already."""
    return next(
        (each for each in silences.active(db, acting.now) if each.target == meant.target), None
    )


def _about(db: Connection, acting: Acting, what: str) -> Silence | Refusal:
    """The silence that is about one rule or alert and nothing else."""
    active = silences.active(db, acting.now)
    for each in active:
        if not each.alert and each.match == EVERYTHING and each.rule == what.lower():
            return each
    alert = which.alert(db, what, lambda _: True)
    if isinstance(alert, Refusal):
        return Refusal(f'"{what}" is neither a silence nor an alert. {_active(db, acting)}')
    for each in active:
        if each.alert == alert.id:
            return each
    wider = muting.muting(active, alert, acting.now)
    if wider is None:
        return Refusal(f"Alert {alert.id} is not silenced. {_active(db, acting)}")
    return Refusal(
        f"Alert {alert.id} is silenced by {wider.name}, which is about {wider.target}:"
        f" `unsilence {wider.name}` ends all of it."
    )


def _firing(found: list[Alert]) -> list[Alert]:
    return [alert for alert in found if alert.state is State.FIRING]


def _series(about: Silence, fitting: list[Alert]) -> str:
    """Which series it is that a silence of one alert is about."""
    return str(fitting[0].series) if about.alert and fitting else ""


def _written(found: Silence) -> str:
    """A silence as the audit keeps it."""
    why = f" ({found.reason})" if found.reason else ""
    return f"{found.name} {found.target} until {found.ends.isoformat()}{why}"
