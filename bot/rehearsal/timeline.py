"""From the terse notation of usage to records, each with the moment at which the bot gets to see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.rehearsal.script import Usage
from bot.rehearsal.when import Origin
from rules import quantity
from rules.metric import Unit
from rules.money import ZERO, Money
from rules.record import Record, Task

_NUMBER = "{n}"
"""Stands for the number of the record in its entry, from 1."""

_SECOND = timedelta(milliseconds=1)
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Event:
    """At `seen` a record is there, or as it is now; `gone`: it is there no more."""

    seen: datetime
    record: Record
    title: str
    gone: bool = False

    @property
    def task(self) -> Task:
        """The task that the record belongs to, as Neo lists it."""
        told = self.record
        return Task(
            told.source,
            told.task,
            self.title,
            told.user,
            told.model,
            told.status,
            told.byok,
            told.at,
            ZERO,
            1,
        )


class Timeline:
    """Expands the usage of one test, in the order in which it is seen."""

    def __init__(self, origin: Origin, end: datetime, usd_per_credit: Decimal) -> None:
        self._origin = origin
        self._end = end
        self._rate = usd_per_credit
        self._named: dict[str, Event] = {}

    def add(self, number: int, usage: Usage) -> list[Event]:
        """The events of entry `number`; ValueError where they cannot be."""
        events = [self._change(usage)] if usage.changes else list(self._records(number, usage))
        for event in events:
            if event.seen > self._end:
                raise ValueError("this is after the end of the test; set `until` of the test later")
            if not usage.changes and usage.id and event.record.key in self._named:
                raise ValueError(f"the id `{event.record.key}` is taken; with many, use {_NUMBER}")
            self._named[event.record.key] = event
        return events

    def _records(self, number: int, usage: Usage) -> Iterator[Event]:
        spend, count = self._money(usage.spend), 0
        for at in self._moments(usage):
            seen = max(at, self._origin.moment(usage.seen)) if usage.seen is not None else at
            for _ in range(usage.times):
                count += 1
                yield self._record(f"{number}-{count}", _numbered(usage, count), spend, at, seen)
            spend += self._money(usage.grows)

    def _moments(self, usage: Usage) -> Iterator[datetime]:
        if usage.every is None:
            yield self._origin.moment(usage.at) if usage.at is not None else self._origin.start
            return
        at = self._origin.start if usage.from_ is None else self._origin.moment(usage.from_)
        until = self._end if usage.until is None else self._origin.moment(usage.until)
        if (until - at) // usage.every * usage.times > _MOST:
            raise ValueError(f"these are more than {_MOST:,} records")
        while at < until:
            yield at
            at += usage.every

    def _record(self, name: str, usage: Usage, spend: Money, at: datetime, seen: datetime) -> Event:
        record = Record(
            source=usage.source,
            key=usage.id or f"record-{name}",
            task=usage.task or f"task-{name}",
            user=usage.user,
            model=usage.model,
            status=usage.status,
            byok=usage.byok,
            at=at,
            credits=ZERO if usage.byok else spend,
            neo_cost=spend if usage.byok else ZERO,
            llm_cost=self._money(usage.llm_cost),
            priced=True,
            steps=usage.steps,
            tool_calls=len(usage.tools),
            agent_triggers=len(usage.agents),
            execution_ms=usage.takes // _SECOND,
            llm_ms=0,
            tool_ms=0,
            tools=tuple((tool, 1, 0) for tool in sorted(set(usage.tools))),
            agents=tuple((agent, 1) for agent in sorted(set(usage.agents))),
            error=usage.error or None,
        )
        return Event(seen, record, usage.title or record.task)

    def _change(self, usage: Usage) -> Event:
        """Another state of a record that was named before; what the entry does not say stays as it was."""
        if usage.changes not in self._named:
            raise ValueError(f"no record above has the id `{usage.changes}`")
        before, at = self._named[usage.changes], self._origin.moment(usage.at or timedelta(0))
        if at < before.seen:
            raise ValueError(f"the record `{usage.changes}` is not there yet at this time")
        if usage.remove:
            return Event(at, before.record, before.title, gone=True)
        told, record = usage.model_fields_set, before.record
        if "spend" in told:
            spend = self._money(usage.spend)
            record = (
                record._replace(neo_cost=spend) if record.byok else record._replace(credits=spend)
            )
        if "status" in told:
            record = record._replace(status=usage.status)
        return Event(at, record, before.title)

    def _money(self, text: str) -> Money:
        return money(text, self._rate)


def money(text: str, usd_per_credit: Decimal) -> Money:
    """An amount as a file of tests writes it."""
    value = quantity.amount(text, Unit.MONEY, usd_per_credit, of_budget=False).value
    return value if isinstance(value, Money) else ZERO


def _numbered(usage: Usage, number: int) -> Usage:
    """The entry with `{n}` replaced by the number of the record."""
    named = {name: getattr(usage, name) for name in ("user", "id", "task", "title", "model")}
    found = {
        name: text.replace(_NUMBER, str(number)) for name, text in named.items() if _NUMBER in text
    }
    return usage.model_copy(update=found) if found else usage
