"""The ledger as one moment knew it: the store for the present, every version of every record for the past."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.answers.running import Running
from bot.store import evidence, history, sums
from bot.store.connection import Connection
from bot.store.evidence import Order
from rules.labels import Selector
from rules.record import Record
from rules.series import Answer, Only, Query
from rules.window import Span

_ALL = -1


class Book(Protocol):
    """What can be asked of either."""

    def answer(self, query: Query, only: Only) -> Answer: ...

    def records(self, where: Selector, span: Span) -> Sequence[Record]:
        """Those of a span; perhaps more than `where` selects."""
        ...


class Now:
    """The store as it is."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def answer(self, query: Query, only: Only) -> Answer:
        return sums.answer(self._db, query, only)

    def records(self, where: Selector, span: Span) -> Sequence[Record]:
        return evidence.records(self._db, where, span, order=Order.AT, limit=_ALL)


class Then:
    """What was known at `at` of whatever became known since `since`."""

    def __init__(self, db: Connection, since: datetime, at: datetime) -> None:
        # Nothing ends with the moment here: each span is asked for once.
        self._known = Running(set[timedelta](), at)
        for version in history.versions(db, since):
            if version.known > at:
                break
            self._known.put(version.source, version.key, version.record)

    def answer(self, query: Query, only: Only) -> Answer:
        return self._known.answer(query, only)

    def records(self, _where: Selector, span: Span) -> Sequence[Record]:
        return self._known.between(span.start, span.end)
