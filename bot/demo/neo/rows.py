"""Records as the contract's Usage schema writes them in JSON."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from bot.demo.neo import usage

Row = dict[str, object]


def of_stream(stream: usage.Stream, *, with_email: bool) -> Row:
    """Write one stream."""
    return {
        "task_id": stream.task_id,
        "stream_id": stream.stream_id,
        "stream_count": 1,
        "task_title": stream.title,
        **({"email": stream.email} if with_email else {}),
        "model": stream.model,
        "status": stream.status,
        "error_message": stream.error,
        "created_at": instant(usage.moment(stream.created)),
        "is_byok": stream.byok,
        "neo_credits": number(stream.credits),
        "llm_cost": number(stream.llm_cost),
        "neo_cost": number(stream.neo_cost),
        **_times((stream,)),
        **_tools(stream.tools),
        **_agents(stream.agents),
    }


def of_task(task: usage.Task, *, with_email: bool) -> Row:
    """Write a task: the totals of its streams, with no stream id."""
    streams = task.streams
    return {
        "task_id": task.task_id,
        "stream_count": len(streams),
        "task_title": task.latest.title,
        **({"email": task.email} if with_email else {}),
        "model": task.latest.model,
        "status": task.status,
        "error_message": task.latest.error,
        "created_at": instant(usage.moment(task.first.created)),
        "is_byok": task.byok,
        "neo_credits": number(usage.total(each.credits for each in streams)),
        "llm_cost": number(usage.total(each.llm_cost for each in streams)),
        "neo_cost": number(usage.total(each.neo_cost for each in streams)),
        **_times(streams),
        **_tools(task.tools()),
        **_agents(task.agents()),
    }


def of_task_alone(task: usage.Task, *, with_email: bool) -> Row:
    """Write a task as its own endpoint does: with the history of its tool calls."""
    return {**of_task(task, with_email=with_email), "tool_call_history": _history(task)}


def number(amount: Decimal | None) -> float | None:
    """Give an amount as a JSON number, exact for up to 15 digits."""
    return None if amount is None else float(amount)


def instant(at: datetime) -> str:
    """Write a UTC time in RFC 3339, with microseconds."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _times(streams: tuple[usage.Stream, ...]) -> Row:
    steps = sum(each.steps for each in streams)
    llm_ms = sum(each.llm_ms for each in streams)
    return {
        "step_count": steps,
        "avg_step_latency_ms": llm_ms // steps if steps else None,
        "llm_time_ms": llm_ms,
        "tool_time_ms": sum(each.tool_ms for each in streams),
        "total_execution_ms": sum(each.total_ms for each in streams),
    }


def _tools(tools: Mapping[str, usage.ToolUse]) -> Row:
    return {
        "tool_calls": sum(tool.calls for tool in tools.values()),
        "tool_breakdown": {
            name: {"calls": tool.calls, "total_duration_ms": tool.ms}
            for name, tool in tools.items()
        },
    }


def _agents(agents: Mapping[str, int]) -> Row:
    return {"agent_triggers": sum(agents.values()), "agent_breakdown": dict(agents)}


def _history(task: usage.Task) -> list[Row]:
    """Spell out every tool call: a tool's calls one after the other, each of its mean length."""
    history: list[Row] = []
    for stream in task.streams:
        at = stream.created // 1000
        for name, tool in stream.tools.items():
            each_ms = tool.ms // tool.calls if tool.calls else 0
            for _ in range(tool.calls):
                call = {"tool_name": name, "timestamp": at, "duration_ms": each_ms}
                history.append({"index": len(history), **call})
                at += each_ms
    return history
