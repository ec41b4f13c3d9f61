"""Any metric over any window, split by labels: the rows of a table, and what they come to together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.answers import coverage, measure, periods
from bot.notify.facts import Stretch
from bot.store.connection import Connection
from rules import metric, reading, window
from rules.labels import Label, Selector, Values
from rules.metric import METRICS, NOTHING, Kind, Metric, Totals, Value
from rules.series import Query


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
    group_by = tuple(dict.fromkeys((*(reading.label(word) for word in by), *found.always)))
    reading.check_group(group_by, found)
    selector = _where(where)
    reading.check_where(selector, found)
    return Asked(found, group_by, period, selector)


def stretch(word: str, zone: ZoneInfo, now: datetime) -> Stretch:
    """A word of `periods`, or a window as rules write it: `quarter`, `90m`."""
    try:
        return periods.stretch(word, zone, now)
    except ValueError as unknown:
        try:
            rule_window = reading.window(word, zone, 0, 1, None)
        except ValueError:
            raise unknown from None
    return periods.called(rule_window, window.span_at(rule_window, now), zone)


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
        case Kind.SUM:
            return asked.metric.value(measure.added(found))
        case Kind.DISTINCT | Kind.RATIO:
            return asked.metric.value(_totals(db, asked, ()).get((), NOTHING))
        case _:
            return None


def _totals(db: Connection, asked: Asked, group_by: tuple[Label, ...]) -> dict[Values, Totals]:
    span = periods.span(asked.period)
    return measure.joined(
        db, [Query(table, span, group_by, asked.where) for table in asked.metric.reads]
    )


def _where(words: Iterable[str]) -> Selector:
    """`user=*@acme.test` words; the same label twice means either, `!` before a pattern means not."""
    globs: dict[str, list[str]] = {}
    for word in words:
        name, equals, glob = word.partition("=")
        if not equals or not glob.strip():
            raise ValueError(f'"{word}" is not a label and a pattern, such as user=*@acme.test')
        globs.setdefault(name.strip(), []).append(glob.strip())
    return reading.patterns(globs)
