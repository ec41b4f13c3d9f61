"""What somebody spent, beside the stretch before."""

from bot.answers import coverage, measure, periods, question
from bot.answers.question import Question
from bot.notify.answer import Refusal, SpendAnswer
from bot.store import memo
from bot.store.connection import Connection
from rules.metric import Reads

_COUNTED = (Reads.TASKS,)


def answer(db: Connection, asked: Question) -> SpendAnswer | Refusal:
    """Spend of a person or the team; the default window is this month."""
    scope = question.scope(asked)
    if isinstance(scope, Refusal):
        return scope
    where, known = scope.subject.where, coverage.reaches(db, scope.before.start)
    spans = [scope.span, periods.span(scope.before)] if known else [scope.span]
    totals, *before = measure.totals(db, spans, where)
    # Tasks are counted one by one, and everyone who asks of a period asks for the same ones.
    totals = totals.plus(memo.of(db, measure.total, scope.span, where, _COUNTED))
    return SpendAnswer(
        who=scope.subject.name,
        period=scope.period,
        split=measure.split(totals),
        totals=totals,
        before=before[0].spend if before else None,
        before_period=scope.before,
        as_of=coverage.as_of(db),
        arrival=coverage.by_arrival(db),
    )
