"""Which moments replay visits: those at which a window's edge, or what else is said to happen, can alter a finding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from rules import window
from rules.condition import table
from rules.condition.thresholds import THRESHOLDS
from rules.rule import Rule
from rules.window import Every, Period, Rolling

_NEVER = datetime.max.replace(tzinfo=UTC)
_NONE = timedelta(0)
_TICK = timedelta(microseconds=1)

_Edge = tuple[Period, timedelta]
"""The ends of a period, and how much later they matter."""


class Created(Protocol):
    """Records, of which it is known when they were created."""

    def first_from(self, start: datetime) -> datetime | None:
        """When the first record at `start` or later was created."""
        ...


@dataclass(frozen=True, slots=True)
class Grid:
    """The moments at which the bot judges: from `start`, `every` so often."""

    start: datetime
    every: timedelta

    def at_or_after(self, moment: datetime) -> datetime:
        return self.start - (self.start - moment) // self.every * self.every

    def after(self, moment: datetime) -> datetime:
        return self.start + ((moment - self.start) // self.every + 1) * self.every


@dataclass(slots=True)
class _Turn:
    """When every series of `rules` may be another one, and the edge that brings that about again and again."""

    at: datetime
    rules: set[str]
    edge: _Edge | None = None


class Agenda:
    """The edges of every window of some rules: ends of periods, and records that enter or leave a rolling window.

    `begins` is what the ledger reaches back to: a window that begins before cannot be judged.
    """

    def __init__(self, rules: Sequence[Rule], grid: Grid, begins: datetime | None) -> None:
        self._grid = grid
        self._lengths = {rule.window.length for rule in rules if isinstance(rule.window, Rolling)}
        edges: dict[_Edge, set[str]] = {}
        for rule in rules:
            for edge in _edges(rule):
                edges.setdefault(edge, set()).add(rule.name)
        self._turns = [
            _Turn(grid.start, {rule.name for rule in rules}),
            *(_Turn(grid.start, names, edge) for edge, names in edges.items()),
            *_wholes(rules, begins),
        ]
        self._next = self.start = grid.start

    def turned(self, at: datetime) -> set[str]:
        """Rules of which an edge has come since it was last asked: every series of theirs may be another one."""
        if at < self._next:
            return set()
        found: set[str] = set()
        for turn in self._turns:
            if turn.at <= at:
                found |= turn.rules
                turn.at = _following(turn.edge, at)
        self._next = min((turn.at for turn in self._turns), default=_NEVER)
        return found

    def following(self, at: datetime, known: Created, *others: datetime | None) -> datetime:
        """The moment to visit after `at`; `others` are when something else happens next, or was to happen already."""
        moments = [moment for moment in (self._next, *others) if moment is not None]
        visits = [
            self._grid.at_or_after(max(moment, at + _TICK)) for moment in moments if moment < _NEVER
        ]
        return min([*visits, *self._crossings(at, known)], default=_NEVER)

    def polled(self, poll: datetime | None, at: datetime) -> datetime:
        """The moment to visit, if it would be `at`, but a poll may bring something before: the grid goes on from that."""
        if poll is None or poll > at:
            return at
        self._grid = Grid(poll, self._grid.every)
        return poll

    def _crossings(self, at: datetime, known: Created) -> Iterator[datetime]:
        """When the next record enters, and when the next one leaves each length."""
        for length in (_NONE, *self._lengths) if self._lengths else ():
            created = known.first_from(at - length)
            if created is not None:
                yield self._grid.after(created + length)


def _following(edge: _Edge | None, at: datetime) -> datetime:
    if edge is None:
        return _NEVER
    period, later = edge
    return window.span_at(period, at - later).end + later


def _wholes(rules: Sequence[Rule], begins: datetime | None) -> Iterator[_Turn]:
    """When the ledger holds the whole of each rolling window."""
    for rule in rules:
        if begins is not None and isinstance(rule.window, Rolling):
            yield _Turn(begins + rule.metric.before + rule.window.length, {rule.name})


def _edges(rule: Rule) -> Iterator[_Edge]:
    """The periods whose ends matter to a rule, and how much later they do."""
    if isinstance(rule.window, Period):
        yield rule.window, _NONE
    if all(condition is THRESHOLDS for condition in table.of(rule)):
        return
    # Conditions that look at earlier days are held against others once the day turns at an end of the window.
    if isinstance(rule.window, Period):
        yield Period(Every.DAY, rule.window.zone), _NONE
    elif rule.window is not None:
        days = Period(Every.DAY, rule.zone)
        yield days, rule.window.length
        yield days, _TICK
