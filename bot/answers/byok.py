"""Who is paid: Neo's credits, Neo's platform cost, and the model provider, apart."""

import heapq

from bot.answers import coverage, measure, periods, question
from bot.answers.question import Question
from bot.answers.who import Subject
from bot.notify.answer import ByokAnswer, ByokLine, Refusal
from bot.notify.facts import Stretch
from bot.store import memo
from bot.store.connection import Connection
from rules import labels
from rules.labels import Label
from rules.metric import Totals

TOP = 30
"""Rows that are told one by one; Slack shows them page by page."""

_OWN = labels.byok_value(byok=True)


def answer(db: Connection, asked: Question) -> ByokAnswer | Refusal:
    """The split of a person or the team, and of each who used BYOK, the most money of it first; by default this month."""
    scope = question.scope(asked)
    if isinstance(scope, Refusal):
        return scope
    return memo.of(db, _answer, scope.subject, scope.period)


def _answer(db: Connection, subject: Subject, period: Stretch) -> ByokAnswer:
    found = measure.by(db, (Label.USER, Label.BYOK), periods.span(period), subject.where)
    parts: dict[str, list[Totals]] = {}
    for (user, _), totals in found.items():
        parts.setdefault(user, []).append(totals)
    users = {user: measure.added(parts[user]) for user, byok in found if byok == _OWN}
    first = heapq.nsmallest(TOP, users.items(), key=_rank)
    return ByokAnswer(
        who=subject.name,
        period=period,
        split=measure.split(measure.added(found.values())),
        rows=tuple(ByokLine(user, measure.split(totals)) for user, totals in first),
        more=max(0, len(users) - TOP),
        without=len(parts) - len(users),
        as_of=coverage.as_of(db),
    )


def _rank(found: tuple[str, Totals]) -> tuple[int, int, str]:
    user, totals = found
    return (-totals.neo_cost - totals.llm_cost, -totals.credits, user)
