"""Who is paid: Neo's credits, Neo's platform cost, and the model provider, apart."""

import heapq

from bot.answers import coverage, measure, periods, question
from bot.answers.question import Question
from bot.answers.who import Subject
from bot.notify.answer import ByokAnswer, ByokLine, Refusal
from bot.notify.facts import Stretch
from bot.store import memo
from bot.store.connection import Connection
from rules.labels import Label, Values
from rules.metric import Totals

TOP = 30
"""Rows that are told one by one; Slack shows them page by page."""


def answer(db: Connection, asked: Question) -> ByokAnswer | Refusal:
    """The split of a person or the team, people with the most BYOK money first; by default this month."""
    scope = question.scope(asked)
    if isinstance(scope, Refusal):
        return scope
    return memo.of(db, _answer, scope.subject, scope.period)


def _answer(db: Connection, subject: Subject, period: Stretch) -> ByokAnswer:
    found = measure.by(db, (Label.USER,), periods.span(period), subject.where)
    first = heapq.nsmallest(TOP, found.items(), key=_rank)
    return ByokAnswer(
        who=subject.name,
        period=period,
        split=measure.split(measure.added(found.values())),
        rows=tuple(ByokLine(user, measure.split(totals)) for (user,), totals in first),
        more=max(0, len(found) - TOP),
        as_of=coverage.as_of(db),
    )


def _rank(found: tuple[Values, Totals]) -> tuple[int, int, Values]:
    values, totals = found
    return (-totals.neo_cost - totals.llm_cost, -totals.credits, values)
