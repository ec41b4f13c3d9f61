"""What somebody spent, beside the stretch before."""

from bot.answers import coverage, measure, periods, question
from bot.answers.question import Question
from bot.answers.who import Subject
from bot.notify.answer import Refusal, SpendAnswer
from bot.notify.facts import Stretch
from bot.store import memo
from bot.store.connection import Connection
from rules.metric import Reads

_COUNTED = (Reads.TASKS,)


def answer(db: Connection, asked: Question) -> SpendAnswer | Refusal:
    """Spend of a person or the team; the default window is this month."""
    scope = question.scope(asked)
    if isinstance(scope, Refusal):
        return scope
    return memo.of(db, _answer, scope.subject, scope.period, scope.before)


def _answer(db: Connection, subject: Subject, period: Stretch, before: Stretch) -> SpendAnswer:
    span, known = periods.span(period), coverage.reaches(db, before.start)
    spans = [span, periods.span(before)] if known else [span]
    totals, *earlier = measure.totals(db, spans, subject.where)
    totals = totals.plus(measure.total(db, span, subject.where, _COUNTED))
    return SpendAnswer(
        who=subject.name,
        period=period,
        split=measure.split(totals),
        totals=totals,
        before=earlier[0].spend if earlier else None,
        before_period=before,
        as_of=coverage.as_of(db),
        arrival=coverage.by_arrival(db),
    )
