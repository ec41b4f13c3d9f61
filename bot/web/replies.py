"""From a request to its answer: one entry for each verb that the store can answer by itself."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answers import (
    alerts,
    budgets,
    byok,
    digest,
    errors,
    forecast,
    rulebook,
    spend,
    status,
    top,
    who,
    why,
)
from bot.answers.digest import Due
from bot.answers.question import Question
from bot.answers.who import Asker
from bot.notify import sentence
from bot.notify.answer import Answer, DigestAnswer, Refusal, RulesAnswer
from bot.slack.command import Request
from bot.store import digests
from bot.store.connection import Connection
from bot.web.in_force import InForce
from rules import reading
from rules.window import Every, Period

_ADMINS_ONLY = {
    "digest": "Only admins see the digest, because it is about everyone. Ask for your own usage with `spend`.",
    "status": "Only admins see the bot's status. Each answer says how fresh its figures are.",
}
_DAILY = "daily"  # shown where no digest is configured


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose asker is known; `who` is me, team, an email or empty, never a mention."""

    request: Request
    asker: Asker
    now: datetime
    who: str = ""

    @property
    def question(self) -> Question:
        return Question(self.asker, self.now, self.who, self.request.window)


def answer(db: Connection, asked: Asked, in_force: InForce) -> Answer:
    """The answer to any verb of REPLIES."""
    verb = asked.request.verb
    if verb in _ADMINS_ONLY and not asked.asker.admin:
        return Refusal(_ADMINS_ONLY[verb], denied=True)
    if unseen := who.unseen(db, asked.who, asked.asker):
        return unseen
    return REPLIES[verb](db, asked, in_force)


def _spend(db: Connection, asked: Asked, _: InForce) -> Answer:
    return spend.answer(db, asked.question)


def _top(db: Connection, asked: Asked, _: InForce) -> Answer:
    return top.answer(db, asked.question, asked.request.by)


def _errors(db: Connection, asked: Asked, _: InForce) -> Answer:
    return errors.answer(db, asked.question)


def _byok(db: Connection, asked: Asked, _: InForce) -> Answer:
    return byok.answer(db, asked.question)


def _budgets(db: Connection, asked: Asked, in_force: InForce) -> Answer:
    return budgets.answer(db, asked.question, in_force.rules)


def _forecast(db: Connection, asked: Asked, in_force: InForce) -> Answer:
    return forecast.answer(db, asked.question, in_force.rules, asked.request.name)


def _alerts(db: Connection, asked: Asked, in_force: InForce) -> Answer:
    whose = who.subject("", asked.asker)
    if isinstance(whose, Refusal):
        return whose
    return alerts.answer(db, asked.asker, in_force.rules, asked.now)


def _rules(db: Connection, asked: Asked, in_force: InForce) -> Answer:
    """The rules are for everyone to read; how many of their alerts fire is told of the asker's own."""
    said = rulebook.answer(db, in_force.rules, in_force.default, in_force.faults)
    if asked.asker.admin:
        return said
    mine = Counter(alert.series.rule for alert in alerts.seen(db, asked.asker, in_force.rules))
    return RulesAnswer(tuple(replace(row, open=mine[row.name]) for row in said.rows), faults=())


def _digest(db: Connection, asked: Asked, in_force: InForce) -> Answer:
    known = in_force.digests or {_DAILY: Period(Every.DAY, in_force.zone)}
    try:
        name = reading.choice(asked.request.name or next(iter(known)), known, "a digest")
    except ValueError as error:
        return Refusal(sentence.of(error))
    due = Due(name, known[name], digests.last_sent(db, name), settle=in_force.settle)
    facts = digest.facts(db, due, in_force.rules, in_force.stale_after, asked.now)
    return DigestAnswer(facts)


def _status(db: Connection, asked: Asked, in_force: InForce) -> Answer:
    return status.answer(db, in_force.running, asked.now)


def _why(db: Connection, asked: Asked, in_force: InForce) -> Answer:
    given = why.Given(in_force.rules, in_force.sources, in_force.stale_after, in_force.quiet)
    return why.of_alert(db, given, asked.asker, asked.request.alert, asked.now)


REPLIES: dict[str, Callable[[Connection, Asked, InForce], Answer]] = {
    "spend": _spend,
    "top": _top,
    "errors": _errors,
    "byok": _byok,
    "budgets": _budgets,
    "forecast": _forecast,
    "alerts": _alerts,
    "why": _why,
    "rules": _rules,
    "digest": _digest,
    "status": _status,
}
