"""The schema of a file of rule tests."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.config.settings import Receiver
from bot.notify.settings import NotifySettings
from bot.rehearsal import when
from bot.rehearsal.when import When
from rules import quantity, reading, selection, terms
from rules.alert import Reason
from rules.labels import EVERYTHING, Label, Selector
from rules.metric import Unit
from rules.terms import Severity

_MOST = 10_000

_CHANGE = frozenset({"correct", "remove", "at", "spend", "status"})
_SINGLE = frozenset({"at", "seen"})
_ROW = frozenset({"from_", "until", "grows"})
"""Keys of the forms that a line of usage takes."""


def _money(value: object) -> str:
    """An amount as it is written; what a credit is worth is known later."""
    text = reading.scalar(value)
    quantity.amount(text, Unit.MONEY, reading.Defaults().usd_per_credit, of_budget=False)
    return text


def _reason(value: object) -> Reason:
    return Reason(reading.choice(reading.scalar(value), list(Reason), "a reason"))


def _duration(value: object) -> timedelta:
    return quantity.duration(reading.scalar(value))


def _named(labels: dict[str, str]) -> dict[str, str]:
    """Users are compared in lower case, as those of Neo are."""
    return {name: text.lower() if name == Label.USER else text for name, text in labels.items()}


_When = Annotated[When, BeforeValidator(when.read)]
_Local = Annotated[datetime, BeforeValidator(when.read_local)]
_Money = Annotated[str, BeforeValidator(_money)]
_Span = Annotated[timedelta, BeforeValidator(_duration), Field(gt=timedelta(0))]
_Truth = Annotated[bool, BeforeValidator(reading.truth)]
_Word = Annotated[str, BeforeValidator(reading.scalar)]
_User = Annotated[_Word, AfterValidator(str.lower)]
_Labels = Annotated[dict[str, _Word], AfterValidator(_named)]
_Source = Annotated[str, AfterValidator(reading.slug)]
_Count = Annotated[int, Field(ge=0)]
_Times = Annotated[int, Field(ge=1, le=_MOST)]


def _some(trials: "tuple[Trial, ...]") -> "tuple[Trial, ...]":
    """Counted in here: a bound of the schema would not count those that have a fault."""
    if not trials:
        raise ValueError("must not be empty")
    return trials


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )


class Usage(_Part):
    """Records: a single one, `times` of them at once, or with `every` one after the other."""

    user: _User = ""
    spend: _Money = "0 USD"
    llm_cost: _Money = "0 USD"
    at: _When | None = None
    from_: _When | None = Field(default=None, alias="from")
    until: _When | None = None
    every: _Span | None = None
    grows: _Money = "0 USD"
    times: _Times = 1
    seen: _When | None = None
    id: _Word = ""
    correct: _Word = ""
    remove: _Word = ""
    task: _Word = ""
    title: _Word = ""
    model: _Word = "test-model"
    status: _Word = "completed"
    error: _Word = ""
    byok: _Truth = False
    source: _Source = "neo"
    tools: tuple[_Word, ...] = ()
    agents: tuple[_Word, ...] = ()
    steps: _Count = 1
    takes: _Span = timedelta(seconds=1)

    @property
    def changes(self) -> str:
        """The record that it corrects or removes."""
        return self.correct or self.remove

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        """A change of a record, a record, or many in a row: each has keys of its own."""
        told = self.model_fields_set
        if self.changes:
            if "at" not in told or told - _CHANGE or {"correct", "remove"} <= told:
                raise ValueError(
                    "`correct` or `remove` names a record, `at` says when; `correct` takes `spend` and `status`"
                )
        elif not self.user:
            raise ValueError("a required key is missing: user")
        elif self.every is not None and told & _SINGLE:
            raise ValueError("with `every` say `from` and `until`, not `at` or `seen`")
        elif self.every is None and told & _ROW:
            raise ValueError("`from`, `until` and `grows` need `every`")
        return self


class Expected(_Part):
    """A notification; what is left out may be anything."""

    at: _When | None = None
    to: _Word | None = None
    rule: _Word | None = None
    reason: Annotated[Reason, BeforeValidator(_reason)] | None = None
    severity: Annotated[Severity, BeforeValidator(terms.severity)] | None = None
    labels: _Labels | None = None
    value: _Word | None = None
    count: Annotated[int, Field(ge=1)] | None = None
    text: _Word | None = None


class Silenced(_Part):
    """Somebody mutes the alerts of rules that fit a glob, and of labels that do, from `from` to before `until`."""

    rule: _Word = ""
    match: Annotated[Selector, BeforeValidator(selection.patterns)] = EVERYTHING
    from_: _When = Field(default=timedelta(0), alias="from")
    until: _When

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if not self.rule and not self.match.patterns:
            raise ValueError(
                'say what is muted: `rule`, `match` or both; `rule: "*"` mutes everything'
            )
        return self


class Acknowledged(_Part):
    """Somebody takes on the alerts of a rule that fire at `at`, and gives them back at `undo`."""

    rule: _Word
    labels: _Labels = Field(default_factory=dict)
    at: _When
    undo: _When | None = None


class Credits(_Part):
    """What Neo says of the credits from `at` on: how much is left, and when that expires."""

    at: _When = timedelta(0)
    balance: _Money
    expires: _When | None = None
    source: _Source = "neo"


class Outage(_Part):
    """Neo does not answer from `from` to before `until`; a source that is left out is every one."""

    from_: _When = Field(alias="from")
    until: _When
    source: _Source | None = None


class Trial(_Part):
    """One test: when it begins and ends, what is used, what people do and Neo says, and what is told."""

    name: Annotated[str, Field(min_length=1)]
    start: _Local
    until: _When = timedelta(hours=24)
    only: tuple[_Word, ...] = ()
    usage: tuple[Usage, ...] = ()
    silences: tuple[Silenced, ...] = ()
    acks: tuple[Acknowledged, ...] = ()
    credits: tuple[Credits, ...] = ()
    outages: tuple[Outage, ...] = ()
    expect: tuple[Expected, ...]


class Script(_Part):
    """The keys of the file; `rules` are read apart."""

    rules: object
    timezone: Annotated[ZoneInfo, BeforeValidator(reading.zone)] = ZoneInfo("UTC")
    usd_per_credit: Annotated[Decimal, Field(gt=0, le=1000)] = Decimal(10)
    every: _Span = timedelta(seconds=60)
    receivers: Annotated[dict[str, Receiver], Field(min_length=1)] = Field(
        default_factory=lambda: {"channel": Receiver(slack="#channel")}
    )
    notify: NotifySettings = NotifySettings()
    tests: Annotated[tuple[Trial, ...], AfterValidator(_some)]

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_left_out(cls, data: Any) -> Any:
        """A key without a value counts as left out."""
        if not isinstance(data, Mapping):
            return data
        return {key: value for key, value in data.items() if value is not None}
