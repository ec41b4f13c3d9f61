"""Holds what was told against what is expected, and shows the difference line by line."""

from collections.abc import Iterator, Mapping, Sequence

from bot.rehearsal.loading import Rehearsal
from bot.rehearsal.script import Expected
from bot.rehearsal.told import Told
from rules import metric, quantity
from rules.metric import METRICS
from rules.terms import Severity

SAME, MISSING, NEW = "  ", "- ", "+ "


def difference(rehearsal: Rehearsal, told: Sequence[Told]) -> list[str]:
    """Empty where all is as expected; else every line, what was expected and not told marked `-`, the reverse `+`."""
    compared = _Compared(rehearsal, told)
    lines = list(compared.lines())
    return [] if all(line.startswith(SAME) for line in lines) else lines


class _Compared:
    """The longest run of expectations that are met in their order."""

    def __init__(self, rehearsal: Rehearsal, told: Sequence[Told]) -> None:
        self._rehearsal = rehearsal
        self._expected = rehearsal.expect
        self._told = told
        self._fits = [[self._fit(one, other) for other in told] for one in self._expected]
        self._longest = self._table()

    def _table(self) -> list[list[int]]:
        """How many are met from expectation `row` and notification `column` on."""
        table = [[0] * (len(self._told) + 1) for _ in range(len(self._expected) + 1)]
        for row in reversed(range(len(self._expected))):
            for column in reversed(range(len(self._told))):
                skipped = max(table[row + 1][column], table[row][column + 1])
                met = table[row + 1][column + 1] + 1 if self._fits[row][column] else 0
                table[row][column] = max(skipped, met)
        return table

    def lines(self) -> Iterator[str]:
        row = column = 0
        while row < len(self._expected) and column < len(self._told):
            best = self._longest[row][column]
            if self._fits[row][column] and best == self._longest[row + 1][column + 1] + 1:
                yield SAME + self._shown(self._told[column])
                row, column = row + 1, column + 1
            elif best == self._longest[row + 1][column]:
                yield MISSING + self._wanted(self._expected[row])
                row += 1
            else:
                yield NEW + self._shown(self._told[column])
                column += 1
        yield from (MISSING + self._wanted(each) for each in self._expected[row:])
        yield from (NEW + self._shown(each) for each in self._told[column:])

    def _fit(self, expected: Expected, told: Told) -> bool:
        """Whether all that is expected is so. The moment may be one judging later, as it is for a poll."""
        origin, every = self._rehearsal.origin, self._rehearsal.every
        if expected.at is not None:
            late = told.at - origin.moment(expected.at)
            if not 0 <= late / every <= 1:
                return False
        pairs = (
            (expected.to, told.to),
            (expected.rule, told.rule),
            (expected.reason, told.reason),
            (_word(expected.severity), told.severity),
            (expected.count, told.count),
        )
        if any(wanted is not None and wanted != is_ for wanted, is_ in pairs):
            return False
        return (
            _labels_fit(expected, told)
            and _text_fits(expected, told)
            and self._value_fits(expected, told)
        )

    def _value_fits(self, expected: Expected, told: Told) -> bool:
        if expected.value is None:
            return True
        if told.value is None:
            return False
        rate = self._rehearsal.usd_per_credit
        try:
            unit = METRICS[told.metric].unit
            wanted = quantity.amount(expected.value, unit, rate, of_budget=False)
        except ValueError:
            return False
        return wanted.value == told.value

    def _wanted(self, expected: Expected) -> str:
        origin = self._rehearsal.origin
        at = None if expected.at is None else origin.shown(origin.moment(expected.at))
        labels = None if expected.labels is None else _named(expected.labels)
        return _line(
            (
                ("", at),
                ("to", expected.to),
                ("rule", expected.rule),
                ("reason", expected.reason),
                ("severity", expected.severity),
                ("labels", labels),
                ("value", expected.value),
                ("count", expected.count),
                ("text", None if expected.text is None else f'"{expected.text}"'),
            )
        )

    def _shown(self, told: Told) -> str:
        return _line(
            (
                ("", self._rehearsal.origin.shown(told.at)),
                ("to", told.to),
                ("rule", told.rule or None),
                ("reason", told.reason or None),
                ("severity", told.severity or None),
                ("labels", _named(told.labels) if told.labels else None),
                ("value", None if told.value is None else metric.text(told.value)),
                ("count", told.count if told.count > 1 else None),
                ("text", f'"{told.headline}"'),
            )
        )


def _word(severity: Severity | None) -> str | None:
    return None if severity is None else str(severity)


def _line(pairs: Sequence[tuple[str, object]]) -> str:
    said = [f"{name} {value}".strip() for name, value in pairs if value is not None]
    return ", ".join(said) or "anything"


def _named(labels: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in labels.items()) + "}"


def _labels_fit(expected: Expected, told: Told) -> bool:
    return (expected.labels or {}).items() <= told.labels.items()


def _text_fits(expected: Expected, told: Told) -> bool:
    return expected.text is None or expected.text in told.text
