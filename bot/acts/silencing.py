"""Muting alerts for a while: a silence is made, changed and ended, which takes none off the record."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from bot.acts import marks, target
from bot.acts.acting import Acting
from bot.acts.target import Wanted
from bot.answers import about, which
from bot.notify import sentence
from bot.notify import silence as muting
from bot.notify.acted import SilenceAnswer, UnsilenceAnswer
from bot.notify.answer import Refusal
from bot.notify.silence import Silence
from bot.store import alerts, silences
from bot.store.connection import Connection
from rules.alert import Alert, State
from rules.labels import Label

ADMINS_ONLY = Refusal(
    "Only admins silence alerts. One that is about you can be acknowledged with `ack`.",
    denied=True,
)
_NOTHING = Refusal(
    "Say what to silence: a rule, an alert, a person or a label; for example `silence user-daily-spend 2h`."
)
_NAME = re.compile(r"[sS](\d{1,9})")
_ROOM, _LONGEST = 320, 100
"""Characters that silences may take in a refusal, and what one of them is about."""


def silence(db: Connection, acting: Acting, wanted: Wanted) -> SilenceAnswer | Refusal:
    """Mutes what is wanted. A silence that is named, or is about just that already, gets another end and reason."""
    if not acting.asker.admin:
        return ADMINS_ONLY
    if not (wanted.what or wanted.rule or wanted.labels):
        return _NOTHING
    wanted = target.masked(wanted)
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
        return Refusal(sentence.of(error))
    before = meant if meant.id else _same(db, acting, meant)
    current = before or meant
    reason = wanted.reason or current.reason
    kept = _keep(db, acting, replace(current, ends=ends, reason=reason), before)
    fitting = marks.muted(db, acting.rules, [kept], acting.now)
    return SilenceAnswer(
        acting.name,
        kept,
        mutes=len(_firing(fitting)),
        zone=acting.zone.key,
        before=before,
        note=target.doubt(db, wanted.labels.get(Label.USER)),
        series=_series(kept, fitting),
    )


def unsilence(db: Connection, acting: Acting, wanted: Wanted) -> UnsilenceAnswer | Refusal:
    """Ends a silence by its name, or by what it is about."""
    if not acting.asker.admin:
        return ADMINS_ONLY
    if not (wanted.what or wanted.rule or wanted.labels):
        return _NOTHING
    wanted = target.masked(wanted)
    found = _named(db, acting, wanted.what) or _about(db, acting, wanted)
    if isinstance(found, Refusal):
        return found
    ended = replace(found, ends=acting.now)
    silences.change(db, ended)
    acting.write_down(db, "unsilence", f"{_written(found)} is over now")
    active = silences.active(db, acting.now)
    fitting = marks.muted(db, acting.rules, [ended], acting.now)
    heard = [alert for alert in _firing(fitting) if not _muting(db, acting, active, alert)]
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
    """The silence of that name while it lasts; None for what is no such name, or that of a rule."""
    name = _NAME.fullmatch(what)
    if name is None or acting.rule(what.lower()):
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
    listed = [f"{each.name} ({_cut(each.target)})" for each in active]
    ends = accumulate(len(each) + 2 for each in listed)
    shown = [each for each, end in zip(listed, ends, strict=True) if end <= _ROOM]
    rest = f", +{len(listed) - len(shown)} more" if len(listed) > len(shown) else ""
    return f"There {'is' if len(active) == 1 else 'are'} {', '.join(shown)}{rest}."


def _cut(about: str) -> str:
    return about if len(about) <= _LONGEST else f"{about[: _LONGEST - 1]}…"


def _same(db: Connection, acting: Acting, meant: Silence) -> Silence | None:
    """What silences exactly that already."""
    return next(
        (each for each in silences.active(db, acting.now) if each.target == meant.target), None
    )


def _about(db: Connection, acting: Acting, wanted: Wanted) -> Silence | Refusal:
    """The silence that is about just what is wanted: rules and labels as they were named, or an alert."""
    meant = target.drawn(acting, wanted)
    if found := _same(db, acting, meant):
        return found
    if wanted.labels or wanted.rule:
        return Refusal(f"No silence is about just {_cut(meant.target)}. {_active(db, acting)}")
    return _of_alert(db, acting, wanted.what)


def _of_alert(db: Connection, acting: Acting, id_: str) -> Silence | Refusal:
    alert = which.acted_on(db, id_, lambda _: True)
    if isinstance(alert, Refusal):
        known = alerts.find(db, id_)
        none = Refusal(f'"{_cut(id_)}" is neither a silence nor an alert. {_active(db, acting)}')
        return alert if known else none
    active = silences.active(db, acting.now)
    for each in active:
        if each.alert == alert.id:
            return each
    wider = _muting(db, acting, active, alert)
    if wider is None:
        return Refusal(f"Alert {alert.id} is not silenced. {_active(db, acting)}")
    return Refusal(
        f"Alert {alert.id} is silenced by {wider.name}, which is about {wider.target}:"
        f" `unsilence {wider.name}` ends all of it."
    )


def _muting(
    db: Connection, acting: Acting, active: Sequence[Silence], alert: Alert
) -> Silence | None:
    """What mutes an alert, by its labels or as the alert of one person."""
    labels = about.labels(db, acting.rule(alert.series.rule), alert)
    return muting.muting(active, alert, acting.now, labels)


def _firing(found: list[Alert]) -> list[Alert]:
    return [alert for alert in found if alert.state is State.FIRING]


def _series(about: Silence, fitting: list[Alert]) -> str:
    """Which series it is that a silence of one alert is about."""
    return str(fitting[0].series) if about.alert and fitting else ""


def _written(found: Silence) -> str:
    """A silence as the audit keeps it."""
    why = f" ({found.reason})" if found.reason else ""
    return f"{found.name} {found.target} until {found.ends.isoformat()}{why}"
