"""The drill-down of one task: the task, its usage as a whole, and its calls of tools in order."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.neo import page
from bot.neo.pricing import Pricing
from rules.record import Record, Task

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 7_258_118_400_000  # the year 2200


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool, and how long it took."""

    tool: str
    at: datetime
    took: timedelta


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """One task. `usage` holds its totals, with tools and agents; it is no record of the ledger."""

    task: Task
    usage: Record
    calls: tuple[ToolCall, ...]


def parse(body: bytes, pricing: Pricing, owner: str) -> TaskDetail:
    """Reads `/usage/tasks/{task_id}`. Raises ValueError; a malformed tool call is left out."""
    raw = page.document(body)
    row = page.row(raw)
    history = raw.get("tool_call_history") if isinstance(raw, dict) else None
    calls = [call for each in history or () if (call := _call(each)) is not None]
    return TaskDetail(pricing.task(row, owner), pricing.task_record(row, owner), tuple(calls))


def _call(raw: object) -> ToolCall | None:
    match raw:
        case {"tool_name": str(tool), "timestamp": int(at), "duration_ms": int(took)} if (
            0 <= at <= _LATEST_MS and 0 <= took <= _LATEST_MS
        ):
            began = _EPOCH + timedelta(milliseconds=at)
            return ToolCall(tool, began, timedelta(milliseconds=took))
        case _:
            return None
