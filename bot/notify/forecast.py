"""Where periods are heading, as an answer."""

from dataclasses import dataclass
from datetime import datetime

from bot.notify.facts import Pace, Stretch
from bot.notify.figure import Figure
from rules.terms import Severity


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """One series: what it has so far, the limit that is next, and where it is heading.

    `note` says what is missing: with a pace the range, without one the pace itself.
    """

    rule: str
    labels: dict[str, str]
    so_far: Figure
    limit: Figure
    period: Stretch
    pace: Pace | None
    severity: Severity | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Unforeseen:
    """A rule without a forecast, and why."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class ForecastAnswer:
    """The series nearest to their limits, `more` that are left out, and rules with a budget that has no forecast."""

    who: str
    rows: tuple[ForecastLine, ...]
    more: int
    without: tuple[Unforeseen, ...]
    as_of: datetime | None
