"""A rule and its parts: the schema of the YAML is the type that the engine reads."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetPydanticSchema,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from rules import labels, meaning, quantity, reading, selection, series, terms
from rules.labels import Label, Selector, Values
from rules.metric import Kind, Metric
from rules.quantity import Amount
from rules.series import Question
from rules.terms import Receivers, Severity, Terms
from rules.window import Period, Window


def _exact(read: Any) -> BeforeValidator:
    return BeforeValidator(
        lambda value: read(str(value)) if isinstance(value, str | int) else value
    )


_Duration = Annotated[timedelta, _exact(quantity.duration)]
_Factor = Annotated[Fraction, _exact(quantity.factor)]
_Truth = Annotated[bool, BeforeValidator(reading.truth)]
_Severity = Annotated[Severity, BeforeValidator(terms.severity)]
_Label = Annotated[Label, BeforeValidator(selection.group_label)]
_Limit = Annotated[Amount, BeforeValidator(reading.limit)]
_Budget = Annotated[Amount, BeforeValidator(reading.budget)]
_Measured = Annotated[Amount, BeforeValidator(reading.measured)]
_Limits = Annotated[dict[_Severity, _Limit], Field(min_length=1)]
_Names = Annotated[
    tuple[Annotated[str, AfterValidator(reading.slug)], ...], AfterValidator(reading.receivers)
]
_NamesOf = Annotated[dict[_Severity, _Names], Field(min_length=1)]
_Named = Annotated[
    Annotated[_Names, Tag("every")] | Annotated[_NamesOf, Tag("of")],
    Discriminator(lambda value: "of" if isinstance(value, Mapping) else "every"),
    AfterValidator(terms.receivers),
]
_Receivers = Annotated[
    Receivers, GetPydanticSchema(lambda _type, schemas: schemas.generate_schema(_Named))
]


CONDITIONS = ("thresholds", "forecast", "baseline")
"""The kinds of condition, by the keys that set them."""


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        populate_by_name=False,
        defer_build=True,
    )


def _sets_budget(data: object) -> bool:
    return isinstance(data, Mapping) and data.get("budget") is not None


class Baseline(_Part):
    """What is usual for the series: how far back to look, times how much, and at least how much more."""

    over: _Duration = timedelta(days=28)
    info: _Factor | None = None
    warning: _Factor | None = None
    critical: _Factor | None = None
    floor: _Measured | None = None

    @property
    def factors(self) -> dict[Severity, Fraction]:
        """The factor of each severity that is set."""
        found = {
            Severity.INFO: self.info,
            Severity.WARNING: self.warning,
            Severity.CRITICAL: self.critical,
        }
        return {severity: factor for severity, factor in found.items() if factor is not None}


class Override(_Part):
    """Other terms for the series that match; the first match wins."""

    match: Annotated[Selector, BeforeValidator(selection.match)]
    budget: _Budget | None = None
    thresholds: _Limits | None = None
    forecast: _Limits | None = None
    recover: _Limit | None = None
    min_count: Annotated[int, Field(ge=0)] | None = None
    notify: _Receivers | None = None
    skip: _Truth = False

    @model_validator(mode="before")
    @classmethod
    def _start(cls, data: Any, info: ValidationInfo) -> Any:
        context = reading.of(info)
        context.has_budget = context.rule_has_budget or _sets_budget(data)
        return data


class Rule(_Part):
    """One named entry: a metric, a window, labels to group by, and conditions."""

    name: Annotated[str, AfterValidator(reading.slug)]
    summary: str = ""
    metric: Annotated[Metric, BeforeValidator(reading.metric)]
    where: Annotated[Selector, BeforeValidator(selection.where)] = labels.EVERYTHING
    group_by: tuple[_Label, ...] = Field(default=(), validate_default=True)
    zone: ZoneInfo = Field(default=None, alias="timezone", validate_default=True)
    week_starts: Annotated[int, BeforeValidator(reading.weekday)] = 0
    month_starts: Annotated[int, Field(ge=1, le=31)] = 1
    window: Window | None = Field(default=None, validate_default=True)
    below: _Truth = False
    budget: _Budget | None = None
    thresholds: _Limits | None = None
    forecast: _Limits | None = None
    baseline: Baseline | None = None
    recover: _Limit | None = None
    overrides: tuple[Override, ...] = ()
    min_count: Annotated[int, Field(ge=0)] = 0
    for_: _Duration = Field(default=timedelta(0), alias="for")
    keep: _Duration = timedelta(0)
    notify: _Receivers | None = None
    repeat: (
        Annotated[timedelta, _exact(quantity.duration), AfterValidator(reading.pause)] | None
    ) = None
    runbook: str = ""

    @model_validator(mode="before")
    @classmethod
    def _start(cls, data: Any, info: ValidationInfo) -> Any:
        context = reading.of(info)
        context.metric, context.grouped = None, tuple(Label)
        context.has_budget = context.rule_has_budget = _sets_budget(data)
        return data

    @field_validator("group_by", mode="after")
    @classmethod
    def _group_by(cls, value: tuple[Label, ...], info: ValidationInfo) -> tuple[Label, ...]:
        """Adds the labels that the metric always has."""
        if "metric" not in info.data:
            return value
        metric: Metric = info.data["metric"]
        grouped = (*dict.fromkeys((*value, *metric.always)),)
        reading.of(info).grouped = grouped
        return grouped

    @field_validator("zone", mode="before")
    @classmethod
    def _zone(cls, value: object, info: ValidationInfo) -> ZoneInfo:
        return reading.of(info).defaults.zone if value is None else reading.zone(value)

    @field_validator("window", mode="before")
    @classmethod
    def _window(cls, value: object, info: ValidationInfo) -> Window | None:
        defaults = reading.of(info).defaults
        if value is None:
            metric = info.data.get("metric")
            if metric is None or metric.kind is Kind.GAUGE:
                return None
            raise ValueError(
                "a window is missing: a calendar period such as day or month, or a duration such as 24h"
            )
        zone = info.data.get("zone", defaults.zone)
        weeks, months = info.data.get("week_starts", 0), info.data.get("month_starts", 1)
        return reading.window(value, zone, weeks, months, defaults.credit_anchor)

    @property
    def by_period(self) -> bool:
        """Whether an episode of this rule is one calendar period (else it runs from firing to resolved)."""
        return isinstance(self.window, Period) and self.metric.kind in (
            Kind.SUM,
            Kind.DISTINCT,
            Kind.MAX,
            Kind.FIRST,
        )

    @cached_property
    def question(self) -> Question:
        """What it asks of history, which other rules may ask too."""
        return series.question(self.metric, self.window, self.group_by, self.where)

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """The kinds of condition that it or one of its overrides sets."""
        parts = (self, *self.overrides)
        return tuple(
            kind for kind in CONDITIONS if any(getattr(part, kind, None) for part in parts)
        )

    @cached_property
    def meaning(self) -> str:
        """What the rule measures. A series whose meaning changes is another series; changed limits keep it."""
        return meaning.of(self.metric, self.where, self.group_by, self.window)

    @cached_property
    def digest(self) -> str:
        """Changes whenever anything in the rule does."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    @cached_property
    def every_terms(self) -> tuple[Terms, ...]:
        """The rule's own terms, then those of each override."""
        return (
            self._terms(None, "rule"),
            *(
                self._terms(part, f"override {number} ({part.match})")
                for number, part in enumerate(self.overrides, start=1)
            ),
        )

    def terms(self, values: Values) -> Terms:
        """The terms of one series, from the first override that matches it or from the rule."""
        own, *others = self.every_terms
        if not others:
            return own
        named = dict(zip(self.group_by, values, strict=True))
        return next(
            (
                terms
                for part, terms in zip(self.overrides, others, strict=True)
                if part.match.matches(named)
            ),
            own,
        )

    def severities(self, terms: Terms) -> list[Severity]:
        """What its alerts may reach under those of its terms, the least first."""
        limited = {limit.severity for limit in (*terms.thresholds, *terms.forecast)}
        return sorted(limited.union(self.baseline.factors if self.baseline else ()))

    def _terms(self, override: Override | None, origin: str) -> Terms:
        def pick(name: str) -> Any:
            mine = None if override is None else getattr(override, name)
            return getattr(self, name) if mine is None else mine

        budget: Amount | None = pick("budget")
        recover: Amount | None = pick("recover")
        return Terms(
            thresholds=terms.limits(pick("thresholds"), budget),
            forecast=terms.limits(pick("forecast"), budget),
            budget=budget.value if budget else None,
            recover=terms.value(recover, budget) if recover else None,
            min_count=pick("min_count"),
            notify=pick("notify") or Receivers(),
            skip=override is not None and override.skip,
            origin=origin,
        )
