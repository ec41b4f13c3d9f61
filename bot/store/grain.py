"""The tables that sums are read from: what each knows, and how its rows for a piece of a span are found."""

from dataclasses import dataclass

from bot.store import instant, rollup
from rules.labels import Label
from rules.metric import Reads


@dataclass(frozen=True, slots=True)
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
        plus = "+" if driver is Label.TASK and self is LEDGER else ""
        time = f"{plus}{self.time} >= low AND {plus}{self.time} < high"
        if driver is None:
            return f"{pieces} CROSS JOIN {self.table} ON {time}"
        day = "" if plus else f"{self.table}.day = utc_day AND "
        return (
            f"{pieces} CROSS JOIN driver CROSS JOIN {self.table}"
            f" ON {day}{driver} = driver.chosen AND {time}"
        )


_SINGLE = frozenset({Label.SOURCE, Label.MODEL, Label.BYOK, Label.STATUS})
_KEPT = {name: name for name in rollup.SUMS}

LEDGER = Grain(
    "ledger", "at", 1, frozenset(Label), rollup.WORTH,
    always="gone IS NULL", driven=frozenset({Label.USER, Label.TASK}),
)  # fmt: skip
HOUR = Grain("rollup_hour", "hour", instant.HOUR, _SINGLE, _KEPT)
DAY = Grain(
    "rollup_day", "day", instant.DAY, _SINGLE | {Label.USER}, _KEPT, driven=frozenset({Label.USER})
)
TASK_DAY = Grain(
    "task_day", "day", instant.DAY, _SINGLE | {Label.USER, Label.TASK}, {},
    driven=frozenset({Label.TASK}),
)  # fmt: skip
TASK = Grain("task", "at", 1, frozenset(Label), {"blocked": "1"}, always="blocked")

_COARSEST_FIRST: dict[Reads, tuple[Grain, ...]] = {
    Reads.RECORDS: (HOUR, DAY, LEDGER),
    Reads.TASKS: (TASK_DAY, LEDGER),
    Reads.BLOCKED: (TASK,),
}


def choose(reads: Reads, labels: frozenset[Label], driver: Label | None) -> Grain:
    """The coarsest that knows all labels of a query and can be driven by one of them."""
    if reads is Reads.BILLING:
        raise ValueError("billing figures are gauges, not sums of records")
    return next(
        grain
        for grain in _COARSEST_FIRST[reads]
        if labels <= grain.labels and (driver is None or driver in grain.driven or grain is TASK)
    )
