"""Records, tasks and rules with little to say, for tests that say the rest."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rules import composer, loading, money
from rules.reading import Defaults
from rules.record import Record, Task
from rules.rule import Rule

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

_RECORD = Record(
    source="acme",
    key="stream-1",
    task="task-1",
    user="ana@acme.test",
    model="gpt-5",
    status="completed",
    byok=False,
    at=NOON,
    credits=money.ZERO,
    neo_cost=money.ZERO,
    llm_cost=money.ZERO,
    priced=True,
    steps=0,
    tool_calls=0,
    agent_triggers=0,
    execution_ms=0,
    llm_ms=0,
    tool_ms=0,
)

_TASK = Task(
    source="acme",
    id="task-1",
    title="Scan acme.test",
    user="ana@acme.test",
    model="gpt-5",
    status="completed",
    byok=True,
    at=NOON,
    spend=money.ZERO,
    streams=1,
)


def record(**changes: Any) -> Record:
    return _RECORD._replace(**changes)


def task(**changes: Any) -> Task:
    return replace(_TASK, **changes)


def rule(text: str, defaults: Defaults | None = None, *, flawed: bool = False) -> Rule:
    """The one rule whose keys `text` lists, without its name; a `flawed` one would be refused as a whole."""
    lines = "".join(f"\n    {line}" for line in text.strip().splitlines())
    loaded = loading.load(
        [("rules.yaml", f"rules:\n  - name: a-rule{lines}\n")], defaults or Defaults()
    )
    assert flawed is bool(loaded.faults)
    return loaded.rules[0]


def faults(text: str, defaults: Defaults | None = None) -> list[str]:
    """What is wrong with a rule, without the places."""
    lines = "".join(f"\n    {line}" for line in text.strip().splitlines())
    loaded = loading.load(
        [("rules.yaml", f"rules:\n  - name: a-rule{lines}\n")], defaults or Defaults()
    )
    return [fault.message for fault in loaded.faults]


def tree(text: str) -> object:
    """What YAML says, when it is without fault."""
    document = composer.read("a.yaml", text)
    assert () == document.faults
    return document.tree()
