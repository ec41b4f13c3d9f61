"""Any metric over any window, split by labels: the rows of a table, and what they come to together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.answers import coverage, measure, periods
from bot.notify.facts import Stretch
from bot.store.connection import Connection
from rules import metric, reading, selection, window
from rules.labels import Label, Selector, Values
from rules.metric import METRICS, NOTHING, Kind, Metric, Totals, Value
from rules.series import Query
from rules.window import Window


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the ledger; `metric.always` labels are in `group_by` already."""

    metric: Metric
    group_by: tuple[Label, ...]
    period: Stretch
    where: Selector


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by label values, the largest first; `total` is None where rows have no common value.

    Ratios and tasks are counted anew for the total. A row without a value is left out.
    """

    asked: Asked
    rows: tuple[tuple[Values, Value], ...]
    total: Value | None
    as_of: datetime | None


def read(metric_name: str, by: Sequence[str], where: Iterable[str], period: Stretch) -> Asked:
    """Reads a metric's name, labels, and `label=pattern` words; ValueError that says what was expected."""
    found = METRICS[reading.choice(metric_name, METRICS, "a metric")]
    if found.kind is Kind.GAUGE:
        raise ValueError(
            f"{found.name} is not in the ledger: it says how things stand now, not what was used"
        )
    group_by = tuple(dict.fromkeys((*(selection.label(word) for word in by), *found.always)))
    for name in group_by:
        selection.check_group(name, found)
    selected = _where(where, found)
    if found.kind is Kind.FIRST:
        selection.check_first(group_by, selected)
    return Asked(found, group_by, period, selected)


def stretch(word: str, zone: ZoneInfo, now: datetime, turn: datetime | None = None) -> Stretch:
    """A word of `periods`, or a window as rules write it: `quarter`, `90m`; `turn` is one of the credit month."""
    try:
        return periods.stretch(word, zone, now)
    except ValueError as unknown:
        rule_window = window_of(word, zone, turn)
        if rule_window is None:
            raise unknown from None
    return periods.called(rule_window, window.span_at(rule_window, now), zone)


def window_of(word: str, zone: ZoneInfo, turn: datetime | None = None) -> Window | None:
    """The window that rules mean by `word`, if they mean one."""
    try:
        return reading.window(word, zone, 0, 1, turn)
    except ValueError:
        return None


def answer(db: Connection, asked: Asked) -> Table:
    found = _totals(db, asked, asked.group_by)
    if not asked.group_by:
        found.setdefault((), NOTHING)
    rows = [
        (values, value)
        for values, totals in found.items()
        if (value := asked.metric.value(totals)) is not None
    ]
    rows.sort(key=lambda row: (-metric.size(row[1]), row[0]))
    return Table(asked, tuple(rows), _total(db, asked, found), coverage.as_of(db))


def _total(db: Connection, asked: Asked, found: dict[Values, Totals]) -> Value | None:
    match asked.metric.kind:
        case Kind.SUM | Kind.FIRST:
            return asked.metric.value(measure.added(found.values()))
        case Kind.DISTINCT | Kind.RATIO:
            return asked.metric.value(_totals(db, asked, ()).get((), NOTHING))
        case _:
            return None


def _totals(db: Connection, asked: Asked, group_by: tuple[Label, ...]) -> dict[Values, Totals]:
    span = periods.span(asked.period)
    return measure.joined(
        db, [Query(table, span, group_by, asked.where) for table in asked.metric.reads]
    )


def _where(words: Iterable[str], of_metric: Metric) -> Selector:
    """`user=*@acme.test` words; the same label twice means either, `!` before a pattern means not."""
    globs: dict[str, list[str]] = {}
    for word in words:
        name, equals, glob = word.partition("=")
        if not equals or not glob.strip():
            raise ValueError(f'"{word}" is not a label and a pattern, such as user=*@acme.test')
        globs.setdefault(name.strip(), []).append(glob.strip())
    try:
        return selection.patterns(globs, lambda name: selection.check_where(name, of_metric))
    except ValidationError as error:
        raise ValueError("; ".join(details["msg"] for details in error.errors())) from None
