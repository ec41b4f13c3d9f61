"""Totals of a question over a span, and its series from the largest value down: made once for all rules that ask it."""

from collections.abc import Mapping
from fractions import Fraction

from rules import metric, series
from rules.labels import Values
from rules.metric import Metric, Reads
from rules.series import Answer, Query, Question
from rules.window import Span

Ranked = list[tuple[int | Fraction, Values]]
"""Series with their sizes as `metric.size` gives them, the largest first; those without a value are left out."""


class Ranking:
    """What one set of answers says of each question."""

    def __init__(self, answers: Mapping[Query, Answer]) -> None:
        self._answers = answers
        self._ranked: dict[tuple[Question, Span], Ranked] = {}
        self._totals: dict[tuple[Question, Span], Answer] = {}

    def ranked(self, question: Question, span: Span) -> Ranked:
        key = (question, span)
        found = self._ranked.get(key)
        if found is None:
            found = self._ranked[key] = _ranked(question.metric, self.totals(question, span))
        return found

    def totals(self, question: Question, span: Span) -> Answer:
        """Totals of each series; where a metric reads two queries, what both say of the same values."""
        key = (question, span)
        found = self._totals.get(key)
        if found is None:
            answers = [
                self._answers[Query(reads, span, question.group_by, question.where)]
                for reads in sums(question.metric)
            ]
            found = answers[0] if len(answers) == 1 else series.joined(answers)
            self._totals[key] = found
        return found


def sums(of_metric: Metric) -> list[Reads]:
    """What is read of history for a metric."""
    return [reads for reads in of_metric.reads if reads is not Reads.BILLING]


def _ranked(of_metric: Metric, totals: Answer) -> Ranked:
    read = of_metric.value
    sized = [
        (metric.size(value), values)
        for values, total in totals.items()
        if (value := read(total)) is not None
    ]
    return sorted(sized, key=lambda item: item[0], reverse=True)
