"""A finding is one judgement of one series: it holds at a severity, is clear, or cannot be known."""

from dataclasses import dataclass
from enum import StrEnum

from rules import labels
from rules.labels import Label, Values
from rules.metric import Totals, Value
from rules.terms import Limit, Severity
from rules.window import Span


class Verdict(StrEnum):
    """What was found."""

    HOLDS = "holds"
    CLEAR = "clear"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why a verdict is unknown."""

    NONE = ""
    STALE = "the data is stale"
    FEW = "too little traffic to judge"
    YOUNG = "the window begins before the ledger does"
    MISSING = "there is no figure to judge by"
    GONE = "its source was removed"


@dataclass(frozen=True, slots=True)
class Series:
    """One condition of one rule for one set of label values. `meaning` is what the rule measured when it was judged."""

    rule: str
    condition: str
    meaning: str
    group_by: tuple[Label, ...]
    values: Values

    @property
    def labels(self) -> dict[str, str]:
        return labels.named(self.group_by, self.values)

    def __str__(self) -> str:
        return labels.series_text(self.rule, self.labels)


InForce = frozenset[tuple[Severity, str]]
"""Limits, each as its severity and the text it was written in."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on `series` over `span`. `closed`: the span is a period that had ended when it was judged.

    `limit` is the highest one crossed, or else the lowest there is; `value` is None where nothing could be measured.
    `in_force` are all limits that the condition holds the series to. `expected`: the value is a forecast, not what
    was used; `came_true`: it is clear because what was forecast has happened, and a threshold says so.
    """

    series: Series
    span: Span
    closed: bool
    verdict: Verdict
    severity: Severity | None
    value: Value | None
    limit: Limit | None
    totals: Totals
    cause: Cause = Cause.NONE
    in_force: InForce = frozenset()
    expected: bool = False
    came_true: bool = False
