"""What Neo keeps: streams, and tasks as their streams added up."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ToolUse:
    """How often one tool was called and how long that took in all."""

    calls: int
    ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One execution of a task.

    `created` is in microseconds since the epoch. The three amounts are in credits; a BYOK stream carries
    `llm_cost` and `neo_cost`, every other one `credits`. None is an amount Neo has not priced yet.
    """

    stream_id: str
    task_id: str
    created: int
    email: str
    model: str = "claude-sonnet-4-5"
    status: str = "completed"
    title: str | None = None
    error: str | None = None
    byok: bool = False
    credits: Decimal | None = None
    llm_cost: Decimal | None = None
    neo_cost: Decimal | None = None
    steps: int = 1
    llm_ms: int = 0
    total_ms: int = 0
    tools: Mapping[str, ToolUse] = field(default_factory=dict)
    agents: Mapping[str, int] = field(default_factory=dict)

    @property
    def cost(self) -> Decimal:
        """What Neo charges for it: the key of `sort=cost`."""
        return (self.credits or Decimal(0)) + (self.neo_cost or Decimal(0))

    @property
    def tool_ms(self) -> int:
        return sum(tool.ms for tool in self.tools.values())


@dataclass(frozen=True, slots=True)
class Task:
    """A task: its streams, earliest first (at least one), and a status that Neo gave to the task itself, if any."""

    streams: tuple[Stream, ...]
    own_status: str | None = None

    @property
    def first(self) -> Stream:
        return self.streams[0]

    @property
    def latest(self) -> Stream:
        return self.streams[-1]

    @property
    def task_id(self) -> str:
        return self.first.task_id

    @property
    def email(self) -> str:
        return self.first.email

    @property
    def status(self) -> str:
        return self.own_status or self.latest.status

    @property
    def byok(self) -> bool:
        return any(stream.byok for stream in self.streams)

    def tools(self) -> dict[str, ToolUse]:
        calls: Counter[str] = Counter()
        times: Counter[str] = Counter()
        for stream in self.streams:
            for name, tool in stream.tools.items():
                calls[name] += tool.calls
                times[name] += tool.ms
        return {name: ToolUse(calls[name], times[name]) for name in calls}

    def agents(self) -> dict[str, int]:
        triggers: Counter[str] = Counter()
        for stream in self.streams:
            triggers.update(stream.agents)
        return dict(triggers)


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add up what is priced; None when nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def stream_id(number: int) -> str:
    """Name a stream by a number, as the UUID that the contract asks for."""
    return str(uuid.UUID(int=number, version=4))


def micros(at: datetime) -> int:
    """Turn an aware datetime into whole microseconds since the epoch."""
    return (at - EPOCH) // timedelta(microseconds=1)


def moment(created: int) -> datetime:
    """Turn microseconds since the epoch back into a UTC datetime."""
    return EPOCH + timedelta(microseconds=created)
