"""The moments of a test that are known before it is played: what people do, what Neo says, and what follows from that."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.answers import gauges
from bot.answers.agenda import Grid
from bot.rehearsal.loading import Rehearsal
from bot.store import sources

_TICK = timedelta(microseconds=1)


def of(test: Rehearsal, grid: Grid) -> Iterator[datetime]:
    """In no order."""
    yield from (edge for each in test.deeds.silences for edge in (each.starts, each.ends))
    yield from (take.at for take in test.deeds.takes)
    yield from _of_credits(test)
    for down in test.deeds.outages:
        last = grid.at_or_after(down.span.start - grid.every)
        yield from (last, down.span.start, down.span.end)
        yield last + sources.patience(test.every) + _TICK
        yield from (last + limit for limit in _limits(test, "data_age"))


def _of_credits(test: Rehearsal) -> Iterator[datetime]:
    """The pace at which credits go is another one as records enter and leave the time that it is taken from."""
    for credit in test.deeds.credits:
        yield credit.at
        if credit.expires is not None:
            yield from (credit.expires - limit for limit in _limits(test, "expires_in"))
    if test.deeds.credits and _limits(test, "runway"):
        for event in test.events:
            yield from (event.record.at + _TICK, event.record.at + gauges.PACE + _TICK)


def _limits(test: Rehearsal, metric: str) -> list[timedelta]:
    """Those of a gauge that is a length of time."""
    return [
        limit.value
        for rule in test.rules
        if rule.metric.name == metric
        for terms in rule.every_terms
        for limit in terms.thresholds
        if isinstance(limit.value, timedelta)
    ]
