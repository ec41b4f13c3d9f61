"""The tables that sums are read from: what each knows, and how its rows for a piece of a span are found."""

from dataclasses import dataclass

from bot.store import instant, rollup
from rules.labels import Label
from rules.metric import Reads


@dataclass(frozen=True, slots=True, eq=False)
class Grain:
    """`bucket` is what its unit of time comes to in microseconds; 1 is the ledger's own exactness."""

    table: str
    time: str
    bucket: int
    labels: frozenset[Label]
    worth: dict[str, str]
    always: str = "TRUE"
    driven: frozenset[Label] = frozenset()

    def column(self, label: Label) -> str:
        return "id" if self is TASK and label is Label.TASK else label.value

    def found(self, pieces: str, driver: Label | None) -> str:
        """SQL of the rows in some pieces; with a driver, of those that have one of its ids.

        CROSS JOIN keeps this order. The plus keeps SQLite from going by time where the driver is better.
        """
        plus = "+" if driver is Label.TASK else ""
        time = f"{plus}{self.time} >= low AND {plus}{self.time} < high"
        if driver is None and self is not USER:
            return f"{pieces} CROSS JOIN {self.table} ON {time}"
        chosen = "driver" if driver else _EVERYONE
        return (
            f"{pieces} CROSS JOIN {chosen} CROSS JOIN {self.table}"
            f" ON {driver or Label.USER} = chosen AND {time}"
        )


_EVERYONE = "(SELECT id AS chosen FROM term WHERE kind = 'user')"
"""For a table that goes by user first, looking for each is faster than going through all of its time."""

_SINGLE = frozenset({Label.SOURCE, Label.MODEL, Label.BYOK, Label.STATUS})
_KEPT = {name: name for name in rollup.SUMS}

LEDGER = Grain(
    "ledger", "at", 1, frozenset(Label), rollup.WORTH,
    always="gone IS NULL", driven=frozenset({Label.USER, Label.TASK}),
)  # fmt: skip
SOURCE = Grain("rollup_source", "day", instant.DAY, frozenset({Label.SOURCE}), _KEPT)
HOUR = Grain("rollup_hour", "hour", instant.HOUR, _SINGLE, _KEPT)
DAY = Grain(
    "rollup_day", "day", instant.DAY, _SINGLE, _KEPT,
    driven=frozenset({Label.MODEL, Label.STATUS}),
)  # fmt: skip
USER = Grain(
    "rollup_user", "day", instant.DAY, frozenset({Label.SOURCE, Label.USER}), _KEPT,
    driven=frozenset({Label.USER}),
)  # fmt: skip
TASK_DAY = Grain(
    "task_day", "day", instant.DAY, frozenset({Label.SOURCE, Label.USER, Label.TASK}), {}
)
TASK = Grain("task", "at", 1, frozenset(Label), {"blocked": "1"}, always="blocked")

_ROLLUPS: dict[Reads, tuple[tuple[Grain, ...], ...]] = {
    Reads.RECORDS: ((SOURCE, HOUR), (DAY, HOUR), (USER,)),
    Reads.TASKS: ((TASK_DAY,),),
    Reads.BLOCKED: (),
}
"""What is read together, coarsest first; the ledger has what they leave at the edges."""


def choose(reads: Reads, labels: frozenset[Label], driver: Label | None) -> tuple[Grain, ...]:
    """The tables that know all labels of a query and can be driven by one of them, coarsest first."""
    if reads is Reads.BILLING:
        raise ValueError("billing figures are gauges, not sums of records")
    exact = TASK if reads is Reads.BLOCKED else LEDGER
    for rollups in _ROLLUPS[reads]:
        if all(
            labels <= grain.labels and (driver is None or driver in grain.driven)
            for grain in rollups
        ):
            return (*rollups, exact)
    return (exact,)
