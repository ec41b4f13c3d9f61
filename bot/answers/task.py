"""One task: what it cost, what it did, and how its executions went."""

from dataclasses import dataclass

from bot.answers import measure
from bot.answers.who import Asker
from bot.neo.detail import TaskDetail
from bot.notify.answer import Origin, Refusal, StreamLine, TaskAnswer, ToolLine
from bot.store import evidence, ledger, tasks
from bot.store.connection import Connection
from bot.store.evidence import Order
from rules import labels
from rules.labels import Label, Selector
from rules.metric import Totals
from rules.record import Record, Task
from rules.series import totals_of
from rules.window import Span

TOP = 10


@dataclass(frozen=True, slots=True)
class _Usage:
    """What a task used: totals, calls and milliseconds by tool, triggers by agent, the last error."""

    totals: Totals
    tools: tuple[tuple[str, int, int], ...]
    agents: tuple[tuple[str, int], ...]
    error: str


def answer(
    db: Connection, asker: Asker, task_id: str, told: TaskDetail | Origin = Origin.SILENT
) -> TaskAnswer | Refusal:
    """The task as Neo just `told` it, else as the ledger has it, for the reason told; its executions are the ledger's.

    What the asker may not see is not told apart from what is not there.
    """
    task_id = task_id.strip()
    unknown = Refusal(
        f'There is no task "{task_id}" among those that you may see.',
        denied=not asker.admin and _is_there(db, task_id, told),
    )
    if "*" in task_id or not (asker.admin or asker.user):
        return unknown
    where, whole = _selector(asker, task_id), ledger.extent(db)
    last = evidence.records(db, where, whole, order=Order.AT, limit=TOP) if whole else []
    if isinstance(told, TaskDetail) and told.task.id == task_id and asker.sees(told.task.user):
        streams = measure.total(db, whole, where).streams if whole else 0
        return _answer(told.task, _told(told.usage), last, streams, Origin.LIVE)
    if whole is None or not last:
        return unknown
    usage = _kept(db, where, whole, last)
    origin = told if isinstance(told, Origin) else Origin.GONE
    return _answer(_task(db, asker, last), usage, last, usage.totals.streams, origin)


def _is_there(db: Connection, task_id: str, told: TaskDetail | Origin) -> bool:
    """Whether somebody has such a task."""
    whole, where = ledger.extent(db), measure.narrowed(labels.EVERYTHING, Label.TASK, (task_id,))
    return (
        isinstance(told, TaskDetail)
        or bool(tasks.get(db, task_id))
        or bool(whole and evidence.records(db, where, whole, order=Order.AT, limit=1))
    )


def _selector(asker: Asker, task_id: str) -> Selector:
    where = measure.narrowed(labels.EVERYTHING, Label.TASK, (task_id,))
    return where if asker.admin else measure.narrowed(where, Label.USER, (asker.user or "",))


def _told(usage: Record) -> _Usage:
    return _Usage(totals_of(usage), usage.tools, usage.agents, usage.error or "")


def _kept(db: Connection, where: Selector, whole: Span, last: list[Record]) -> _Usage:
    tools = measure.by(db, (Label.TOOL,), whole, where)
    agents = measure.by(db, (Label.AGENT,), whole, where)
    return _Usage(
        totals=measure.total(db, whole, where),
        tools=tuple((name, used.tool_calls, used.tool_ms) for (name,), used in tools.items()),
        agents=tuple((name, used.agent_triggers) for (name,), used in agents.items()),
        error=next((record.error for record in last if record.error), ""),
    )


def _task(db: Connection, asker: Asker, last: list[Record]) -> Task:
    """The task as Neo listed it, else as its latest executions show it."""
    newest = last[0]
    listed = [task for task in tasks.get(db, newest.task) if asker.sees(task.user)]
    if listed:
        return listed[0]
    return Task(
        source=newest.source,
        id=newest.task,
        title="",
        user=newest.user,
        model=newest.model,
        status=newest.status,
        byok=newest.byok,
        at=last[-1].at,
        spend=newest.spend,
        streams=len(last),
    )


def _answer(
    task: Task, usage: _Usage, last: list[Record], streams: int, origin: Origin
) -> TaskAnswer:
    tools = sorted(usage.tools, key=lambda tool: (-tool[1], tool[0]))
    return TaskAnswer(
        id=task.id,
        title=task.title,
        user=task.user,
        model=task.model,
        status=task.status,
        byok=task.byok,
        created=task.at,
        split=measure.split(usage.totals),
        steps=usage.totals.steps,
        tool_calls=usage.totals.tool_calls,
        execution_ms=usage.totals.execution_ms,
        tools=tuple(ToolLine(*tool) for tool in tools[:TOP]),
        more_tools=max(0, len(tools) - TOP),
        agents=tuple(sorted(usage.agents, key=lambda agent: (-agent[1], agent[0]))),
        timeline=tuple(_line(record) for record in reversed(last)),
        more_streams=streams - len(last),
        error=usage.error,
        origin=origin,
    )


def _line(record: Record) -> StreamLine:
    return StreamLine(record.at, record.status, record.spend, record.error or "")
