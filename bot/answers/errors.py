"""How much failed, what it cost, and what it said."""

from bot.answers import coverage, measure, periods, question, taskwork
from bot.answers.question import Question
from bot.answers.who import Subject
from bot.notify.answer import Complaint, ErrorsAnswer, Refusal
from bot.notify.facts import Stretch
from bot.store import complaints, memo
from bot.store.connection import Connection
from bot.store.dearest import Selection
from rules import metric
from rules.labels import Label
from rules.record import FAILED

TOP = 5
_SILENT = "(no message)"


def answer(db: Connection, asked: Question) -> ErrorsAnswer | Refusal:
    """Errors of a person or the team; the default window is the last day."""
    scope = question.scope(asked, "24h")
    if isinstance(scope, Refusal):
        return scope
    return memo.of(db, _answer, scope.subject, scope.period)


def _answer(db: Connection, subject: Subject, period: Stretch) -> ErrorsAnswer:
    span = periods.span(period)
    totals = measure.total(db, span, subject.where)
    failed = measure.narrowed(subject.where, Label.STATUS, FAILED)
    works = taskwork.ranked(db, span, Selection(failed), TOP)
    said = complaints.count(db, failed, span)
    return ErrorsAnswer(
        who=subject.name,
        period=period,
        rate=metric.error_rate(totals),
        failed=totals.errors,
        judged=totals.judged,
        cost=measure.total(db, span, failed).spend,
        dearest=works.lines,
        more=works.more,
        complaints=tuple(Complaint(text or _SILENT, count) for text, count in said[:TOP]),
        more_complaints=max(0, len(said) - TOP),
        as_of=coverage.as_of(db),
    )
