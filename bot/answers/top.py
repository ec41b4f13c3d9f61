"""Rankings: the dearest users, models and tasks, the most used tools and agents."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from bot.answers import coverage, measure, periods, question, taskwork
from bot.answers.question import Question
from bot.answers.who import Subject
from bot.notify.answer import Refusal, TopAnswer, TopLine
from bot.notify.facts import Stretch
from bot.store import memo
from bot.store.connection import Connection
from bot.store.dearest import Selection
from rules import money, reading
from rules.labels import Label, Values
from rules.metric import Totals

TOP = 30
"""Rows that are told one by one; Slack shows them page by page."""


@dataclass(frozen=True, slots=True)
class _Ranking:
    """What is ranked, and by what it is counted; tools and agents carry no money of their own."""

    label: Label
    count: Callable[[Totals], int]
    costs: bool = True

    def rank(self, found: tuple[Values, Totals]) -> tuple[int, int, Values]:
        """The dearest and most used first; names decide between equals."""
        values, totals = found
        return (-totals.spend.nano if self.costs else 0, -self.count(totals), values)


_RANKINGS = {
    "users": _Ranking(Label.USER, lambda totals: totals.streams),
    "models": _Ranking(Label.MODEL, lambda totals: totals.streams),
    "tasks": _Ranking(Label.TASK, lambda totals: totals.streams),
    "tools": _Ranking(Label.TOOL, lambda totals: totals.tool_calls, costs=False),
    "agents": _Ranking(Label.AGENT, lambda totals: totals.agent_triggers, costs=False),
}

WHAT = tuple(_RANKINGS)


def answer(db: Connection, asked: Question, by: str = "") -> TopAnswer | Refusal:
    """Those that come first; `by` is one of WHAT, users when it is empty."""
    scope = question.scope(asked)
    if isinstance(scope, Refusal):
        return scope
    try:
        by = reading.choice(by or "users", WHAT, "a ranking")
    except ValueError as error:
        return question.refused(error)
    if by == "tasks":
        return memo.of(db, _tasks, scope.subject, scope.period)
    return memo.of(db, _ranked, scope.subject, scope.period, by)


def _ranked(db: Connection, subject: Subject, period: Stretch, by: str) -> TopAnswer:
    ranking = _RANKINGS[by]
    found = measure.by(db, (ranking.label,), periods.span(period), subject.where)
    total = measure.added(found.values())
    first = heapq.nsmallest(TOP, found.items(), key=ranking.rank)
    return TopAnswer(
        by=by,
        who=subject.name,
        period=period,
        rows=tuple(_line(name, totals, total, ranking) for (name,), totals in first),
        more=max(0, len(found) - TOP),
        total=total.spend if ranking.costs else None,
        total_count=ranking.count(total),
        as_of=coverage.as_of(db),
    )


def _line(name: str, totals: Totals, total: Totals, ranking: _Ranking) -> TopLine:
    count, whole = ranking.count(totals), ranking.count(total)
    if ranking.costs:
        return TopLine(name, "", totals.spend, count, money.share(totals.spend, total.spend))
    return TopLine(name, "", None, count, Fraction(count * 100, whole) if whole else Fraction(0))


def _tasks(db: Connection, subject: Subject, period: Stretch) -> TopAnswer:
    span = periods.span(period)
    works = taskwork.ranked(db, span, Selection(subject.where), TOP)
    totals = measure.total(db, span, subject.where)
    total = totals.spend
    return TopAnswer(
        by="tasks",
        who=subject.name,
        period=period,
        rows=tuple(
            TopLine(line.id, line.title, line.cost, line.streams, money.share(line.cost, total))
            for line in works.lines
        ),
        more=works.more,
        total=total,
        total_count=totals.streams,
        as_of=coverage.as_of(db),
    )
