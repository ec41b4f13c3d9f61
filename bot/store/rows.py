"""Records as rows of the ledger, and back."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from bot.store import instant, packing, terms
from bot.store.connection import Connection
from bot.store.terms import Kind
from rules.money import Money
from rules.record import Record

FACTS = (
    "task", "user", "model", "status", "error", "tools", "agents", "byok", "at", "priced",
    "credits", "neo_cost", "llm_cost", "steps", "tool_calls", "agent_triggers",
    "execution_ms", "llm_ms", "tool_ms",
)  # fmt: skip
"""The columns that hold what Neo said; where one differs, the record was corrected."""

Facts = tuple[Any, ...]
Key = tuple[int, bytes | str]
"""The id of a source, and a record's key as the ledger keeps it."""

_numbers = attrgetter(
    "credits.nano", "neo_cost.nano", "llm_cost.nano", "steps", "tool_calls", "agent_triggers",
    "execution_ms", "llm_ms", "tool_ms",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Ids:
    """The ids of all texts of some records, by kind."""

    source: Mapping[str, int]
    task: Mapping[str, int]
    user: Mapping[str, int]
    model: Mapping[str, int]
    status: Mapping[str, int]
    tool: Mapping[str, int]
    agent: Mapping[str, int]
    error: Mapping[str, int]


def encode(db: Connection, records: Collection[Record]) -> list[tuple[Key, Facts]]:
    """The key and the facts of each record; new texts are interned."""
    ids = _interned(db, records)
    return [
        ((ids.source[record.source], packing.pack(record.key)), _facts(record, ids))
        for record in records
    ]


def decode(db: Connection, rows: Sequence[Sequence[Any]]) -> list[Record]:
    """The records of rows that hold source, key and the facts, in this order."""
    tools = [json.loads(row[7]) if row[7] else [] for row in rows]
    agents = [json.loads(row[8]) if row[8] else [] for row in rows]
    ids = {row[0] for row in rows}.union(*(row[2:7] for row in rows))
    parts = {part[0] for found in (*tools, *agents) for part in found}
    text = terms.texts(db, ids.difference([None]) | parts)
    return [
        _record(row, text, (used, triggered))
        for row, used, triggered in zip(rows, tools, agents, strict=True)
    ]


def _interned(db: Connection, records: Collection[Record]) -> _Ids:
    def ids(kind: Kind) -> Mapping[str, int]:
        return terms.intern(db, kind, set(map(attrgetter(kind.value), records)))

    errors = {record.error for record in records if record.error is not None}
    return _Ids(
        source=ids(Kind.SOURCE),
        task=ids(Kind.TASK),
        user=ids(Kind.USER),
        model=ids(Kind.MODEL),
        status=ids(Kind.STATUS),
        tool=terms.intern(db, Kind.TOOL, {part[0] for record in records for part in record.tools}),
        agent=terms.intern(
            db, Kind.AGENT, {part[0] for record in records for part in record.agents}
        ),
        error=terms.intern(db, Kind.ERROR, errors),
    )


def _facts(record: Record, ids: _Ids) -> Facts:
    at = instant.to_micros(record.at)
    return (
        ids.task[record.task],
        ids.user[record.user],
        ids.model[record.model],
        ids.status[record.status],
        None if record.error is None else ids.error[record.error],
        _tools(record, ids.tool) if record.tools else None,
        _agents(record, ids.agent) if record.agents else None,
        int(record.byok),
        at,
        int(record.priced),
        *_numbers(record),
    )


def _tools(record: Record, ids: Mapping[str, int]) -> str:
    """JSON, in the order of the names; written by hand, since every record has it."""
    return (
        f"[{','.join([f'[{ids[name]},{calls},{ms}]' for name, calls, ms in sorted(record.tools)])}]"
    )


def _agents(record: Record, ids: Mapping[str, int]) -> str:
    return (
        f"[{','.join([f'[{ids[name]},{triggers}]' for name, triggers in sorted(record.agents)])}]"
    )


def _record(
    row: Sequence[Any], text: Mapping[int, str], parts: tuple[Iterable[Any], Iterable[Any]]
) -> Record:
    source, key, task, user, model, status, error, _, _, byok, at, priced, *numbers = row
    credits_, neo_cost, llm_cost, steps, tool_calls, agent_triggers, *times = numbers
    tools, agents = parts
    return Record(
        source=text[source],
        key=packing.unpack(key),
        task=text[task],
        user=text[user],
        model=text[model],
        status=text[status],
        byok=bool(byok),
        at=instant.from_micros(at),
        credits=Money(credits_),
        neo_cost=Money(neo_cost),
        llm_cost=Money(llm_cost),
        priced=bool(priced),
        steps=steps,
        tool_calls=tool_calls,
        agent_triggers=agent_triggers,
        execution_ms=times[0],
        llm_ms=times[1],
        tool_ms=times[2],
        tools=tuple((text[name], calls, ms) for name, calls, ms in tools),
        agents=tuple((text[name], triggers) for name, triggers in agents),
        error=None if error is None else text[error],
    )
