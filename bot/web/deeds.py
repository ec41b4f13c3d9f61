"""The verbs that act: from a request to the act that it asks for, one entry for each."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.acts import acking, silencing
from bot.acts.acting import Acting, Deed
from bot.acts.target import Wanted
from bot.answers import who
from bot.notify.acted import Acted
from bot.notify.answer import Refusal
from bot.slack.people import Person
from bot.slack.silencing import Asked as Silencing
from bot.store.connection import Connection
from bot.web.in_force import InForce
from bot.web.replies import Asked
from rules.labels import Label
from rules.rule import Rule

_EVERYONE = Refusal(
    "`team` is no person. `silence * 2h` silences every rule, `silence user=*@acme.test 2h` what is about those people."
)


def denied(verb: str, asker: who.Asker) -> Refusal | None:
    """Why the asker may not act so at all, whatever it is about."""
    return silencing.ADMINS_ONLY if verb in _FOR_ADMINS and not asker.admin else None


def deed(asked: Asked, person: Person, in_force: InForce) -> Deed:
    """What a request for any verb of DEEDS asks to be done; clock words are meant in the person's zone in Slack."""
    zone = _zone(person, in_force.zone)

    def do(db: Connection, now: datetime) -> Acted | Refusal:
        acting = Acting(person.id, asked.asker, zone, in_force.rules, now)
        return DEEDS[asked.request.verb](db, acting, asked)

    return do


def _ack(db: Connection, acting: Acting, asked: Asked) -> Acted | Refusal:
    act = acking.undo if asked.request.undo else acking.ack
    return act(db, acting, asked.request.alert)


def _silence(db: Connection, acting: Acting, asked: Asked) -> Acted | Refusal:
    wanted = _wanted(asked, acting.rules)
    return wanted if isinstance(wanted, Refusal) else silencing.silence(db, acting, wanted)


def _unsilence(db: Connection, acting: Acting, asked: Asked) -> Acted | Refusal:
    wanted = _wanted(asked, acting.rules)
    return wanted if isinstance(wanted, Refusal) else silencing.unsilence(db, acting, wanted)


def _misplaced(said: Silencing, rules: Iterable[Rule]) -> Refusal | None:
    """A rule after how long would be taken for the reason, and more be silenced than was meant."""
    first = said.reason.split(" ")[0].lower()
    if said.what or said.rule or first not in {rule.name for rule in rules}:
        return None
    return Refusal(f'"{first}" is a rule: to silence only that, write it before how long.')


def _wanted(asked: Asked, rules: Iterable[Rule]) -> Wanted | Refusal:
    said = asked.request.silence or Silencing()
    if misplaced := _misplaced(said, rules):
        return misplaced
    wanted = Wanted(said.what, said.rule, dict(said.labels), said.until, said.reason)
    if asked.who == who.TEAM:
        is_rule = not said.what and who.TEAM in {rule.name for rule in rules}
        return replace(wanted, what=who.TEAM) if is_rule else _EVERYONE
    whose = _whose(asked)
    if isinstance(whose, Refusal):
        return whose
    return replace(wanted, labels={**wanted.labels, Label.USER: whose}) if whose else wanted


def _whose(asked: Asked) -> str | Refusal:
    """The user who is meant, or a glob of users."""
    if asked.who != who.ME:
        return asked.who
    whose = who.subject(who.ME, asked.asker)
    return whose if isinstance(whose, Refusal) else whose.name


def _zone(person: Person, otherwise: ZoneInfo) -> ZoneInfo:
    try:
        return ZoneInfo(person.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return otherwise


DEEDS: dict[str, Callable[[Connection, Acting, Asked], Acted | Refusal]] = {
    "ack": _ack,
    "silence": _silence,
    "unsilence": _unsilence,
}
_FOR_ADMINS = ("silence", "unsilence")
