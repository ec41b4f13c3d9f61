"""The nouns of the ledger: a record is one priced stream of a task; a task is its title and status."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from rules import labels
from rules.labels import Label
from rules.money import Money

FAILED = frozenset({"error", "failed"})
JUDGED = FAILED | {"completed"}
"""The statuses in the denominator of an error rate; aborted, blocked and unknown ones are in neither part."""


ENDED = JUDGED | {"aborted", "blocked"}
"""The statuses that the documents name: a task that has another one may still run."""


class Record(NamedTuple):
    """One line of usage as the ledger keeps it; a tuple, since a million are made where history is read.

    `key` is the stream's id, unique within its source. `at` is when it was created, in UTC; the three times are
    milliseconds. `tools` are (name, calls, milliseconds), `agents` (name, triggers), both in the order of their names.
    `priced` is false while Neo has not filled in a cost that the row's kind should carry.
    """

    source: str
    key: str
    task: str
    user: str
    model: str
    status: str
    byok: bool
    at: datetime
    credits: Money
    neo_cost: Money
    llm_cost: Money
    priced: bool
    steps: int
    tool_calls: int
    agent_triggers: int
    execution_ms: int
    llm_ms: int
    tool_ms: int
    tools: tuple[tuple[str, int, int], ...] = ()
    agents: tuple[tuple[str, int], ...] = ()
    error: str | None = None

    @property
    def spend(self) -> Money:
        """What Neo charges for it."""
        return self.credits + self.neo_cost

    def label(self, name: Label) -> str:
        """The value of a single-valued label."""
        return (
            labels.byok_value(self.byok) if name is Label.BYOK else str(getattr(self, name.value))
        )


@dataclass(frozen=True, slots=True)
class Task:
    """A task as Neo lists it: words about it, never money for the sums. `at` is when it was created, in UTC."""

    source: str
    id: str
    title: str
    user: str
    model: str
    status: str
    byok: bool
    at: datetime
    spend: Money
    streams: int

    def label(self, name: Label) -> str:
        if name is Label.TASK:
            return self.id
        return (
            labels.byok_value(self.byok) if name is Label.BYOK else str(getattr(self, name.value))
        )


def task_key(task_id: str) -> str:
    """The key of a record that stands for a whole task while Neo refuses its streams."""
    return f"task:{task_id}"
