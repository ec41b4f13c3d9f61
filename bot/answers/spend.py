"""What somebody spent, beside the stretch before."""

from bot.answers import coverage, measure, periods, question
from bot.answers.question import Question
from bot.notify.answer import Refusal, SpendAnswer
from bot.store.connection import Connection
from rules.metric import Reads

_READS = (Reads.RECORDS, Reads.TASKS, Reads.BLOCKED)


def answer(db: Connection, asked: Question) -> SpendAnswer | Refusal:
    """Spend of a person or the team; the default window is this month."""
    scope = question.scope(asked)
    if isinstance(scope, Refusal):
        return scope
    totals = measure.total(db, scope.span, scope.subject.where, _READS)
    before = None
    if coverage.reaches(db, scope.before.start):
        before = measure.total(db, periods.span(scope.before), scope.subject.where).spend
    return SpendAnswer(
        who=scope.subject.name,
        period=scope.period,
        split=measure.split(totals),
        totals=totals,
        before=before,
        before_period=scope.before,
        as_of=coverage.as_of(db),
        arrival=coverage.by_arrival(db),
    )
