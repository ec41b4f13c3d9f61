"""A value held against fixed limits: the highest one reached counts, and `recover` keeps it from flapping."""

from fractions import Fraction

from rules import metric
from rules.condition.case import Case, Condition, Judgement
from rules.finding import Cause, Verdict
from rules.rule import Rule


def judge(case: Case) -> Judgement:
    """Holds at the highest severity whose limit is reached."""
    if case.value is None or case.rule.metric.count(case.totals) < case.terms.min_count:
        return Judgement(Verdict.UNKNOWN, case.value, cause=Cause.FEW)
    below = case.rule.below
    reached = [
        limit
        for limit in case.terms.thresholds
        if metric.reaches(case.value, limit.value, below=below)
    ]
    if not case.terms.thresholds:
        return Judgement(Verdict.CLEAR, case.value)
    if reached:
        return Judgement(Verdict.HOLDS, case.value, reached[-1].severity, reached[-1])
    lowest = case.terms.thresholds[0]
    if case.lingers(lowest, case.terms.recover):
        return Judgement(Verdict.HOLDS, case.value, lowest.severity, lowest)
    return Judgement(Verdict.CLEAR, case.value, limit=lowest)


def _lowest(rule: Rule) -> int | Fraction | None:
    sizes = [metric.size(limit.value) for terms in rule.every_terms for limit in terms.thresholds]
    return min(sizes, default=None)


THRESHOLDS = Condition(
    "thresholds",
    lambda _rule, _span, _at: None,
    judge,
    lambda _rule, terms: ((limit.severity, limit.text) for limit in terms.thresholds),
    _lowest,
    plain=True,
)
