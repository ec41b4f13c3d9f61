"""How much failed, what it cost, and what it said."""

from bot.answers import coverage, measure, question, taskwork
from bot.answers.question import Question
from bot.notify.answer import Complaint, ErrorsAnswer, Refusal
from bot.store import complaints
from bot.store.connection import Connection
from bot.store.dearest import Selection
from rules.labels import Label
from rules.record import FAILED

TOP = 5
_SILENT = "(no message)"


def answer(db: Connection, asked: Question) -> ErrorsAnswer | Refusal:
    """Errors of a person or the team; the default window is the last day."""
    scope = question.scope(asked, "24h")
    if isinstance(scope, Refusal):
        return scope
    totals = measure.total(db, scope.span, scope.subject.where)
    failed = measure.narrowed(scope.subject.where, Label.STATUS, FAILED)
    works = taskwork.ranked(db, scope.span, Selection(failed), TOP)
    said = complaints.count(db, failed, scope.span)
    return ErrorsAnswer(
        who=scope.subject.name,
        period=scope.period,
        rate=measure.error_rate(totals),
        failed=totals.errors,
        judged=totals.judged,
        cost=measure.total(db, scope.span, failed).spend,
        dearest=works.lines,
        more=works.more,
        complaints=tuple(Complaint(text or _SILENT, count) for text, count in said[:TOP]),
        more_complaints=max(0, len(said) - TOP),
        as_of=coverage.as_of(db),
    )
