"""What one evaluation looks at: which rules may be judged, what changed for them, and how fresh the data is."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.answers import gauges
from bot.store import alerts, changes, remembered, sources
from bot.store.connection import Connection
from bot.store.sources import SourceState
from rules import scope
from rules.alert import Alert
from rules.change import Change
from rules.condition.forecast import FORECAST
from rules.metric import Kind
from rules.rule import Rule
from rules.scope import Judged, News
from rules.tick import Circumstances
from rules.window import Rolling, Span

_STALE = "stale sources"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known at the moment of an evaluation.

    `upto` is the last change that it takes account of. `stirred`: usage changed, crossed the edge of a window, or other
    sources are stale than were.
    """

    rules: tuple[Rule, ...]
    judged: Mapping[str, Judged]
    states: Mapping[str, SourceState]
    news: News
    upto: int
    stirred: bool
    circumstances: Circumstances


def gather(
    db: Connection,
    rules: Sequence[Rule],
    names: Sequence[str],
    stale_after: timedelta,
    now: datetime,
) -> Gathered:
    """Reads all of it; `names` are the sources of the configuration."""
    kept = sources.load(db)
    states = {name: kept.get(name, SourceState()) for name in names}
    judged, stale, begins = (
        alerts.judged(db),
        sources.stale(states, now, stale_after),
        sources.begins(db),
    )
    judgeable = _judgeable(rules, states)
    found, upto = _changes(db, judgeable, judged, held=len(judgeable) < len(rules))
    before = _remembered(db)
    aged = before is not None and before != stale
    news = News(
        changes=found,
        crossing=_crossing(db, judgeable, judged, now),
        due=_due(db, now, aged=aged),
        begins=begins,
        aged=aged,
        expecting=alerts.firing(db, FORECAST.name),
    )
    stirred = upto > 0 or any(news.crossing.values()) or before != stale
    circumstances = Circumstances(
        now, stale, begins, gauges.read(db, states, now), frozenset(names)
    )
    return Gathered(tuple(judgeable), judged, states, news, upto, stirred, circumstances)


def keep(db: Connection, stale: frozenset[str]) -> None:
    """Remembers which sources were stale, so that a change of it is seen."""
    remembered.put(db, _STALE, json.dumps(sorted(stale)))


def _judgeable(rules: Iterable[Rule], states: Mapping[str, SourceState]) -> list[Rule]:
    """Nothing is judged before backfill ends, but for the health of the sources."""
    alone = all(state.cursor is None for state in states.values())
    filling = any(_is_filling(state, alone=alone) for state in states.values())
    return [rule for rule in rules if not filling or rule.metric.kind is Kind.GAUGE]


def _is_filling(state: SourceState, *, alone: bool) -> bool:
    """Whether a source is still read for the first time; others do not wait for one that cannot be read at all."""
    if state.cursor is not None:
        return False
    if state.backfill is not None and not state.backfill.done:
        return True
    return alone or state.last_error is None


def _changes(
    db: Connection, rules: Iterable[Rule], judged: Mapping[str, Judged], *, held: bool
) -> tuple[Sequence[Change], int]:
    """What changed. While rules are held back it waits; for a first evaluation it does not matter what it was."""
    if held:
        return (), 0
    if not any(rule.name in judged for rule in rules if rule.metric.kind is not Kind.GAUGE):
        return (), changes.latest(db)
    return changes.pending(db)


def _crossing(
    db: Connection, rules: Iterable[Rule], judged: Mapping[str, Judged], now: datetime
) -> dict[Rolling, Sequence[Change]]:
    """Records that left or entered each rolling window since it was last looked at."""
    since: dict[Rolling, datetime] = {}
    for rule in rules:
        if isinstance(rule.window, Rolling) and rule.name in judged:
            since[rule.window] = min(since.get(rule.window, now), judged[rule.name].at)
    spans: dict[Span, Sequence[Change]] = {}
    for window, at in since.items():
        for span in (Span(at - window.length, now - window.length), Span(at, now)):
            if span not in spans:
                spans[span] = changes.crossing(db, span)
    return {
        window: [*spans[Span(at - window.length, now - window.length)], *spans[Span(at, now)]]
        for window, at in since.items()
    }


def _remembered(db: Connection) -> frozenset[str] | None:
    """Which sources were stale at the last evaluation; None before there was one."""
    before = remembered.get(db, _STALE)
    return None if before is None else frozenset(json.loads(before))


def _due(db: Connection, now: datetime, *, aged: bool) -> list[Alert]:
    """Alerts that time alone may change; all that may still change when a source went stale or came back."""
    return alerts.changeable(db, now - scope.LATE) if aged else alerts.due(db, now)
