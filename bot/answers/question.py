"""A question as it was put: who asks, when, about whom, over which window."""

from dataclasses import dataclass
from datetime import datetime

from bot.answers import periods, who
from bot.answers.who import Asker, Subject
from bot.notify import sentence
from bot.notify.answer import Refusal
from bot.notify.facts import Stretch
from rules.window import Span


@dataclass(frozen=True, slots=True)
class Question:
    """`who` is `me`, `team` or an email, `window` a word of `periods`; empty words take the answer's default."""

    asker: Asker
    now: datetime
    who: str = ""
    window: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question comes to: whose usage, over what, and what that is compared with."""

    subject: Subject
    period: Stretch
    before: Stretch

    @property
    def span(self) -> Span:
        return periods.span(self.period)


def scope(question: Question, default_window: str = "month") -> Scope | Refusal:
    """What the question comes to, or why it cannot be answered."""
    subject = who.subject(question.who, question.asker)
    if isinstance(subject, Refusal):
        return subject
    word, zone, now = question.window or default_window, question.asker.zone, question.now
    try:
        return Scope(subject, periods.stretch(word, zone, now), periods.before(word, zone, now))
    except ValueError as error:
        return refused(error)


def refused(error: ValueError) -> Refusal:
    """What was not understood, as a sentence."""
    return Refusal(sentence.of(error))
