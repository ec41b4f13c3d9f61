"""What a series is held to: severities, limits, and the terms that apply once overrides have been looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from rules import quantity, reading
from rules.metric import Value
from rules.quantity import Amount


class Severity(IntEnum):
    """How bad it is; ordered."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3

    def __str__(self) -> str:
        return self.name.lower()


def severity(word: object) -> Severity:
    """The severity of that name, in any case; ValueError naming the nearest if there is none."""
    return Severity[
        reading.choice(str(word), [str(each) for each in Severity], "a severity").upper()
    ]


@dataclass(frozen=True, slots=True)
class Limit:
    """What a value is held against: the severity, the amount, and the words it was written in."""

    severity: Severity
    value: Value
    text: str


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who is told of an alert, by the severity that it has reached: `every` names those of a severity without its own.

    Where nobody is named, `notify.default` of the configuration says who is told.
    """

    every: tuple[str, ...] = ()
    by_severity: tuple[tuple[Severity, tuple[str, ...]], ...] = ()

    def at(self, severity: Severity) -> tuple[str, ...]:
        return dict(self.by_severity).get(severity, self.every)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one series of a rule is held to once overrides are applied; limits by rising severity."""

    thresholds: tuple[Limit, ...]
    forecast: tuple[Limit, ...]
    budget: Value | None
    recover: Value | None
    min_count: int
    notify: Receivers
    skip: bool
    origin: str


def receivers(named: tuple[str, ...] | Mapping[Severity, tuple[str, ...]]) -> Receivers:
    """A list is for every severity, a mapping for those that it names."""
    if isinstance(named, tuple):
        return Receivers(named)
    return Receivers(by_severity=tuple(sorted(named.items())))


def limits(amounts: Mapping[Severity, Amount] | None, budget: Amount | None) -> tuple[Limit, ...]:
    return tuple(
        limit(severity, amount, budget) for severity, amount in sorted((amounts or {}).items())
    )


def limit(severity: Severity, amount: Amount, budget: Amount | None) -> Limit:
    return Limit(severity, value(amount, budget), text(amount, budget))


def value(amount: Amount, budget: Amount | None) -> Value:
    """What an amount comes to, which a percentage does only of a budget."""
    if amount.percent is not None and budget is not None and budget.value is not None:
        return quantity.of_budget(amount.percent, budget.value)
    if amount.value is None:
        raise ValueError(f"{amount.text} is a percentage of a budget, and there is none")
    return amount.value


def text(amount: Amount, budget: Amount | None) -> str:
    """An amount as it was written: `50 USD`, `80% of 2000 USD`."""
    if amount.percent is None or budget is None:
        return amount.text
    return f"{amount.text} of {budget.text}"
