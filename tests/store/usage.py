"""Records and questions for the store's tests, few enough in kind that they often meet."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.store import schema
from bot.store.connection import Connection
from rules.labels import Label, Pattern, Selector
from rules.metric import Reads
from rules.money import Money
from rules.record import Record, Task
from rules.series import Answer, Only, Query, Sums
from rules.window import Span

NOON = datetime(2026, 10, 25, 12, tzinfo=UTC)
"""A day on which Berlin's clock is set back."""

SINGLE = (Label.SOURCE, Label.USER, Label.MODEL, Label.BYOK, Label.STATUS, Label.TASK)
KEYS = (*(str(UUID(int=number)) for number in range(6)), "task:t-1", "free text")
USERS = ("ana@acme.test", "bob@acme.test", "ci@acme.test", "unknown")
TASKS = ("t-1", "t-2", str(UUID(int=77)))
TOOLS = ("bash", "nuclei", "http*")
AGENTS = ("recon", "report")


def fresh() -> Connection:
    """An empty store in memory."""
    db = Connection(sqlite3.connect(":memory:", isolation_level=None))
    db.conn.deserialize(_empty())
    return db


@cache
def _empty() -> bytes:
    with closing(Connection(sqlite3.connect(":memory:", isolation_level=None))) as db:
        schema.upgrade(db, Path(":memory:"))
        return db.conn.serialize()


def record(**facts: Any) -> Record:
    """A plain record that differs from others in what is said."""
    return Record(
        **{
            "source": "acme",
            "key": KEYS[0],
            "task": "t-1",
            "user": "ana@acme.test",
            "model": "opus",
            "status": "completed",
            "byok": False,
            "at": NOON,
            "credits": Money(5_000_000_001),
            "neo_cost": Money(0),
            "llm_cost": Money(0),
            "priced": True,
            "steps": 3,
            "tool_calls": 2,
            "agent_triggers": 1,
            "execution_ms": 900,
            "llm_ms": 500,
            "tool_ms": 300,
            **facts,
        }
    )


def task(**facts: Any) -> Task:
    return Task(
        **{
            "source": "acme",
            "id": "t-1",
            "title": "Assess the shop",
            "user": "ana@acme.test",
            "model": "opus",
            "status": "completed",
            "byok": False,
            "at": NOON,
            "spend": Money(7),
            "streams": 1,
            **facts,
        }
    )


_instants = st.one_of(
    st.datetimes(datetime(2026, 10, 23), datetime(2026, 10, 28)),  # noqa: DTZ001 - made aware below
    st.integers(0, 5 * 96).map(lambda n: datetime(2026, 10, 23) + timedelta(minutes=15 * n)),  # noqa: DTZ001
).map(lambda at: at.replace(tzinfo=UTC))
_counts = st.integers(0, 9)
_money = st.integers(-(10**9), 10**13).map(Money)

spans = st.tuples(_instants, _instants).map(lambda both: Span(min(both), max(both)))
records = st.builds(
    Record,
    source=st.sampled_from(["acme", "blue"]),
    key=st.sampled_from(KEYS),
    task=st.sampled_from(TASKS),
    user=st.sampled_from(USERS),
    model=st.sampled_from(["opus", "sonnet"]),
    status=st.sampled_from(["completed", "error", "failed", "aborted", "odd"]),
    byok=st.booleans(),
    at=_instants,
    credits=_money,
    neo_cost=_money,
    llm_cost=_money,
    priced=st.booleans(),
    steps=_counts,
    tool_calls=_counts,
    agent_triggers=_counts,
    execution_ms=_counts,
    llm_ms=_counts,
    tool_ms=_counts,
    tools=st.dictionaries(st.sampled_from(TOOLS), st.tuples(_counts, _counts)).map(
        lambda used: tuple(sorted((name, *numbers) for name, numbers in used.items()))
    ),
    agents=st.dictionaries(st.sampled_from(AGENTS), _counts).map(
        lambda used: tuple(sorted(used.items()))
    ),
    error=st.sampled_from([None, "timed out", ""]),
)
batches = st.lists(records, max_size=8)
tasks = st.lists(
    st.builds(
        Task,
        source=st.sampled_from(["acme", "blue"]),
        id=st.sampled_from(TASKS),
        title=st.sampled_from(["one", "two"]),
        user=st.sampled_from(USERS),
        model=st.sampled_from(["opus", "sonnet"]),
        status=st.sampled_from(["blocked", "blocked", "completed"]),
        byok=st.booleans(),
        at=_instants,
        spend=_money,
        streams=_counts,
    ),
    max_size=6,
)

_GLOBS = {
    Label.SOURCE: ["acme", "b*"],
    Label.USER: ["ana@acme.test", "*@acme.test", "ci@*", "nobody@acme.test", "unknown"],
    Label.MODEL: ["opus", "*"],
    Label.BYOK: ["true", "false"],
    Label.STATUS: ["error", "*ed", "odd"],
    Label.TASK: ["t-*", "t-1", TASKS[2], "00000000-*"],
    Label.TOOL: ["bash", "http*", "n*", "none"],
    Label.AGENT: ["recon", "re*"],
}


@st.composite
def _patterns(draw: st.DrawFn, label: Label) -> Pattern:
    globs = st.lists(st.sampled_from(_GLOBS[label]), max_size=2).map(tuple)
    return Pattern(draw(globs), draw(globs))


@st.composite
def queries(draw: st.DrawFn) -> Query:
    reads = draw(
        st.sampled_from([Reads.RECORDS, Reads.RECORDS, Reads.TASKS, Reads.BLOCKED, Reads.FIRST])
    )
    least = 1 if reads is Reads.FIRST else 0
    group_by = draw(st.lists(st.sampled_from(SINGLE), unique=True, min_size=least, max_size=3))
    if reads is Reads.RECORDS:
        used = draw(st.sampled_from([None, None, None, Label.TOOL, Label.AGENT]))
        group_by += [used] if used else []
    chosen = draw(st.lists(st.sampled_from(list(Label)), unique=True, max_size=2))
    zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
    zone = None if least else draw(st.one_of(st.none(), st.sampled_from(zones)))
    return Query(
        reads,
        draw(spans),
        tuple(draw(st.permutations(group_by))),
        Selector.of({label: draw(_patterns(label)) for label in chosen}),
        ZoneInfo(zone) if zone else None,
    )


_MIDNIGHT = NOON - timedelta(hours=12)


def _around(*minutes: int) -> st.SearchStrategy[datetime]:
    return st.sampled_from([_MIDNIGHT + timedelta(minutes=each) for each in minutes])


newcomers = st.builds(
    lambda record, at: record._replace(at=at),
    records,
    _around(-2500, -800, -50, -10, 10, 20, 25, 30, 40, 55, 70, 120),
)
"""Records of which some come first just before or just after a span of `newest` begins."""

_NEW_BY = [*((each,) for each in SINGLE), (Label.SOURCE, Label.USER), (Label.MODEL, Label.BYOK)]
newest = st.builds(
    Query,
    reads=st.just(Reads.FIRST),
    span=st.tuples(_around(-20, 0, 20, 20), st.integers(1, 3)).map(
        lambda drawn: Span(drawn[0], drawn[0] + timedelta(hours=drawn[1]))
    ),
    group_by=st.sampled_from([*_NEW_BY, (Label.USER, Label.TASK)]),
    where=st.sampled_from(
        [Selector(), Selector(), Selector.of({Label.STATUS: Pattern(exclude=("odd",))})]
    ),
)


@st.composite
def wishes(draw: st.DrawFn, query: Query, told: Answer) -> Only:
    """Some of what there is, and something that there is not."""
    width = len(query.group_by)
    there = sorted({values[:width] for values in told})
    some = draw(st.sets(st.sampled_from(there))) if there else set()
    return frozenset(some | draw(st.sampled_from([set(), {("nothing",) * width}])))


def plain(records_: Collection[Record], tasks_: Collection[Task] = ()) -> Sums:
    """The reference that SQL is held against."""
    return Sums(records_, tasks_)
