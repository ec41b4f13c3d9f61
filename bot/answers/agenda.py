"""Which moments replay visits: those at which a window's edge, or what else is said to happen, can alter a finding."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answers.running import Running
from rules import evaluate, window
from rules.condition.thresholds import THRESHOLDS
from rules.rule import Rule
from rules.window import Every, Period, Rolling

_NEVER = datetime.max.replace(tzinfo=UTC)
_NONE = timedelta(0)
_TICK = timedelta(microseconds=1)
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Grid:
    """The moments at which the bot judges: from `start`, `every` so often."""

    start: datetime
    every: timedelta

    def at_or_after(self, moment: datetime) -> datetime:
        return self.start - (self.start - moment) // self.every * self.every

    def after(self, moment: datetime) -> datetime:
        return self.start + ((moment - self.start) // self.every + 1) * self.every


class Agenda:
    """The edges of every window of some rules: ends of periods, and records that enter or leave a rolling window.

    `begins` is what the ledger reaches back to: a window that begins before cannot be judged.
    """

    def __init__(self, rules: Iterable[Rule], grid: Grid, begins: datetime | None) -> None:
        rules = tuple(rules)
        self._grid = grid
        self._lengths = {rule.window.length for rule in rules if isinstance(rule.window, Rolling)}
        self._whole = [begins + length for length in self._lengths] if begins is not None else []
        self._edges = {edge: grid.start for rule in rules for edge in _edges(rule)}

    def following(self, at: datetime, known: Running, *others: datetime | None) -> datetime:
        """The moment to visit after `at`; `others` are when something else happens next."""
        moments = [moment for moment in (*self._turns(at), *self._whole, *others) if moment]
        visits = [self._grid.at_or_after(moment) for moment in moments if moment > at]
        return min([*visits, *self._crossings(at, known)], default=_NEVER)

    def _turns(self, at: datetime) -> Iterator[datetime]:
        for (period, later), turn in self._edges.items():
            if turn <= at:
                self._edges[period, later] = window.span_at(period, at - later).end + later
            yield self._edges[period, later]

    def _crossings(self, at: datetime, known: Running) -> Iterator[datetime]:
        """When the next record enters, and when the next one leaves each length."""
        for length in (_NONE, *self._lengths) if self._lengths else ():
            created = known.first_from(at - length)
            if created is not None:
                yield self._grid.after(created + length)


def _edges(rule: Rule) -> Iterator[tuple[Period, timedelta]]:
    """The periods whose ends matter to a rule, and how much later they do."""
    if isinstance(rule.window, Period):
        yield rule.window, _NONE
    if all(condition is THRESHOLDS for condition in evaluate.conditions(rule)):
        return
    # Conditions that look at earlier days are held against others once the day turns at an end of the window.
    if isinstance(rule.window, Period):
        yield Period(Every.DAY, rule.window.zone), _NONE
    elif rule.window is not None:
        days = Period(Every.DAY, rule.timezone or _UTC)
        yield days, rule.window.length
        yield days, _TICK
