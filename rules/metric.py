"""What can be measured: each metric with its unit, its kind, and how it is read from totals."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from rules.labels import Label
from rules.money import Money

Value = Money | int | Fraction | timedelta
"""A measured value, by unit: Money, a count, a percentage (0-100, exact), a duration."""


class Unit(StrEnum):
    """What a value is counted in."""

    MONEY = "money"
    COUNT = "count"
    DURATION = "duration"
    PERCENT = "percent"


class Kind(StrEnum):
    """How values of a metric come together."""

    SUM = "sum"
    DISTINCT = "distinct"
    RATIO = "ratio"
    MAX = "max"
    FIRST = "first"
    GAUGE = "gauge"


class Totals(NamedTuple):
    """Sums over records: money in nano-dollars, times in milliseconds. The last three come of their own queries."""

    streams: int = 0
    errors: int = 0
    judged: int = 0
    unpriced: int = 0
    credits: int = 0
    neo_cost: int = 0
    llm_cost: int = 0
    steps: int = 0
    tool_calls: int = 0
    agent_triggers: int = 0
    execution_ms: int = 0
    llm_ms: int = 0
    tool_ms: int = 0
    tasks: int = 0
    blocked: int = 0
    new: int = 0

    @property
    def spend(self) -> Money:
        return Money(self.credits + self.neo_cost)

    @property
    def total_cost(self) -> Money:
        return Money(self.credits + self.neo_cost + self.llm_cost)

    def plus(self, other: "Totals") -> "Totals":
        return Totals(*[mine + theirs for mine, theirs in zip(self, other, strict=True)])


NOTHING = Totals()


class Reads(StrEnum):
    """What a metric's totals are read from."""

    RECORDS = "records"
    TASKS = "tasks"
    BLOCKED = "blocked"
    FIRST = "first"
    BILLING = "billing"


KNOWN = timedelta(days=28)
"""So much history before a window says who is new in it: nobody is found new only because history begins."""

_USAGE = (Label.SOURCE, Label.USER, Label.MODEL, Label.BYOK, Label.STATUS, Label.TASK)


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of the table.

    `value` is None where totals allow no verdict (a ratio of nothing); `count` is what `min_count` is held against, of
    those totals that are there however it is grouped; `reads` names every query that the totals need, and `before` is
    how much history before the window a verdict needs: then all of it makes a difference.
    """

    name: str
    unit: Unit
    kind: Kind
    summary: str
    value: Callable[[Totals], Value | None] = field(repr=False)
    reads: tuple[Reads, ...] = (Reads.RECORDS,)
    count: Callable[[Totals], int] = field(default=lambda totals: totals.streams, repr=False)
    labels: tuple[Label, ...] = _USAGE
    always: tuple[Label, ...] = ()
    before: timedelta = timedelta(0)


def error_rate(totals: Totals) -> Fraction | None:
    """A percentage; None where nothing completed or failed."""
    return Fraction(totals.errors * 100, totals.judged) if totals.judged else None


def _cost_per_task(totals: Totals) -> Value | None:
    return Money(round(Fraction(totals.spend.nano, totals.tasks))) if totals.tasks else None


def _none(_: Totals) -> None:
    """A gauge is not read from records."""


def _money(name: str, summary: str, read: Callable[[Totals], Money]) -> Metric:
    return Metric(name, Unit.MONEY, Kind.SUM, summary, read)


def _count(name: str, summary: str, read: Callable[[Totals], int]) -> Metric:
    return Metric(name, Unit.COUNT, Kind.SUM, summary, read)


def _time(name: str, summary: str, read: Callable[[Totals], int]) -> Metric:
    return Metric(
        name,
        Unit.DURATION,
        Kind.SUM,
        summary,
        lambda totals: timedelta(milliseconds=read(totals)),
    )


def _split(plain: Metric, by: Label, count: Callable[[Totals], int]) -> Metric:
    """The same, but that Neo splits it by a label too; streams are not counted by that one."""
    return replace(plain, labels=(*plain.labels, by), count=count)


def _gauge(name: str, unit: Unit, summary: str) -> Metric:
    return Metric(
        name,
        unit,
        Kind.GAUGE,
        summary,
        _none,
        reads=(Reads.BILLING,),
        labels=(Label.SOURCE,),
        always=(Label.SOURCE,),
    )


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _money(
            "spend",
            "What Neo charges: credits and the platform cost of BYOK",
            lambda totals: totals.spend,
        ),
        _money("credits", "Neo credits used", lambda totals: Money(totals.credits)),
        _money(
            "neo_cost", "Neo's platform cost of BYOK usage", lambda totals: Money(totals.neo_cost)
        ),
        _money(
            "llm_cost",
            "What the model provider charges for BYOK usage",
            lambda totals: Money(totals.llm_cost),
        ),
        _money(
            "total_cost", "Spend and the provider's cost together", lambda totals: totals.total_cost
        ),
        _count("streams", "Executions of tasks", lambda totals: totals.streams),
        _count("errors", "Streams with status error or failed", lambda totals: totals.errors),
        _count("steps", "Steps executed", lambda totals: totals.steps),
        _split(
            _count("tool_calls", "Calls of tools", lambda totals: totals.tool_calls),
            Label.TOOL,
            lambda totals: totals.tool_calls,
        ),
        _split(
            _count("agent_triggers", "Agents triggered", lambda totals: totals.agent_triggers),
            Label.AGENT,
            lambda totals: totals.agent_triggers,
        ),
        _time("execution_time", "Time that streams ran", lambda totals: totals.execution_ms),
        _time("llm_time", "Time spent in models", lambda totals: totals.llm_ms),
        _split(
            _time("tool_time", "Time spent in tools", lambda totals: totals.tool_ms),
            Label.TOOL,
            lambda totals: totals.tool_calls,
        ),
        Metric(
            "tasks",
            Unit.COUNT,
            Kind.DISTINCT,
            "Tasks with a stream in the window",
            lambda totals: totals.tasks,
            reads=(Reads.TASKS,),
            count=lambda totals: totals.tasks,
        ),
        Metric(
            "blocked",
            Unit.COUNT,
            Kind.SUM,
            "Tasks that are blocked",
            lambda totals: totals.blocked,
            reads=(Reads.BLOCKED,),
            count=lambda totals: totals.blocked,
        ),
        Metric(
            "error_rate",
            Unit.PERCENT,
            Kind.RATIO,
            "Streams that failed, of those that completed or failed",
            error_rate,
            count=lambda totals: totals.judged,
        ),
        Metric(
            "cost_per_task",
            Unit.MONEY,
            Kind.RATIO,
            "Spend divided by tasks",
            _cost_per_task,
            reads=(Reads.RECORDS, Reads.TASKS),
        ),
        Metric(
            "task_cost",
            Unit.MONEY,
            Kind.MAX,
            "Spend of one task inside the window",
            lambda totals: totals.spend,
            always=(Label.TASK,),
        ),
        Metric(
            "first_seen",
            Unit.COUNT,
            Kind.FIRST,
            "Whether the first usage ever is inside the window",
            lambda totals: totals.new,
            reads=(Reads.FIRST,),
            before=KNOWN,
        ),
        _gauge("credit_balance", Unit.MONEY, "Credits left"),
        _gauge(
            "runway", Unit.DURATION, "How long the credits last at the pace of the last 14 days"
        ),
        _gauge("expires_in", Unit.DURATION, "Time until the credits expire"),
        _gauge("data_age", Unit.DURATION, "Time since the last complete poll"),
        _gauge("drift", Unit.MONEY, "By how much the ledger differs from Neo's own totals"),
    )
}


def size(value: Value) -> int | Fraction:
    """A value as a bare number to compare and sort by: nano-dollars, a count, a percentage, microseconds."""
    match value:
        case Money():
            return value.nano
        case timedelta():
            return value // timedelta(microseconds=1)
        case _:
            return value


def reaches(value: Value, limit: Value, *, below: bool) -> bool:
    """Whether `value` is at `limit` or past it, on the side where alerts are."""
    return size(value) <= size(limit) if below else size(value) >= size(limit)


def text(value: Value) -> str:
    """A value as people read it: `$61.20`, `1,204`, `42.9%`, `2h 5m`."""
    match value:
        case Money():
            return str(value)
        case Fraction():
            return f"{float(value):.1f}%"
        case timedelta():
            return duration_text(value)
        case _:
            return f"{value:,}"


def duration_text(span: timedelta) -> str:
    """The two largest units of a duration: `3d 4h`, `2h 5m`, `45s`."""
    seconds = int(span.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        if seconds >= size:
            parts.append(f"{seconds // size}{unit}")
            seconds %= size
    return sign + (" ".join(parts[:2]) or "0s")
