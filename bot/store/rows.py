"""Records as rows of the ledger, and back."""

import marshal
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import blake2b
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

Words = tuple[Any, ...]
"""What Neo said of a record, in the order of FACTS, with texts and breakdowns as they came."""

Facts = tuple[Any, ...]
"""The same as it is kept: texts as the ids of terms, breakdowns as their numbers, `8,4,7976;5,23,7599`."""

_DIGEST_BYTES = 8
_MARSHAL = 2
"""The newest form in which equal values always come to equal bytes."""


def words(record: Record) -> Words:
    (
        _, _, task, user, model, status, byok, at, credits_, neo_cost, llm_cost, priced, *counts,
        tools, agents, error,
    ) = record  # fmt: skip
    return (
        task,
        user,
        model,
        status,
        error,
        tools,
        agents,
        int(byok),
        instant.to_micros(at),
        int(priced),
        credits_.nano,
        neo_cost.nano,
        llm_cost.nano,
        *counts,
    )


def digest(said: Words) -> bytes:
    """Tells whether a record was corrected; of 2**64 corrections one would go unseen."""
    return blake2b(marshal.dumps(said, _MARSHAL), digest_size=_DIGEST_BYTES).digest()


def encode(db: Connection, said: Collection[Words]) -> list[Facts]:
    """The facts of records; new texts are interned.

    Terms of which there are few come first: their ids, which stand in every row, are then small.
    """
    if not said:
        return []
    tasks, users, models, statuses, errors, tools, agents, *_ = zip(*said, strict=True)
    status = terms.intern(db, Kind.STATUS, set(statuses))
    model = terms.intern(db, Kind.MODEL, set(models))
    tool = terms.intern(db, Kind.TOOL, {part[0] for used in tools for part in used})
    agent = terms.intern(db, Kind.AGENT, {part[0] for used in agents for part in used})
    error = terms.intern(db, Kind.ERROR, set(errors) - {None})
    user = terms.intern(db, Kind.USER, set(users))
    task = terms.intern(db, Kind.TASK, set(tasks))
    return [
        (
            task[words[0]],
            user[words[1]],
            model[words[2]],
            status[words[3]],
            None if words[4] is None else error[words[4]],
            ";".join([f"{tool[name]},{calls},{ms}" for name, calls, ms in words[5]]) or None,
            ";".join([f"{agent[name]},{triggers}" for name, triggers in words[6]]) or None,
            *words[7:],
        )
        for words in said
    ]


def decode(db: Connection, rows: Sequence[Sequence[Any]]) -> list[Record]:
    """The records of rows that hold source, key and the facts, in this order."""
    tools = [_parts(row[7]) for row in rows]
    agents = [_parts(row[8]) for row in rows]
    ids = {row[0] for row in rows}.union(*(row[2:7] for row in rows))
    parts = {part[0] for found in (*tools, *agents) for part in found}
    text = terms.texts(db, ids.difference([None]) | parts)
    return [
        _record(row, text, (used, triggered))
        for row, used, triggered in zip(rows, tools, agents, strict=True)
    ]


def listed(column: str) -> str:
    """SQL of a breakdown as a JSON list of lists; NULL where nothing was used."""
    return f"'[[' || replace({column}, ';', '],[') || ']]'"


def _parts(breakdown: str | None) -> list[list[int]]:
    return [list(map(int, part.split(","))) for part in breakdown.split(";")] if breakdown else []


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
