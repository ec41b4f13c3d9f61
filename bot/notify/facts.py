"""What notifications say, as facts: no wording, no markup. They are kept as JSON until they are sent."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from bot.notify.figure import Figure
from rules.alert import Reason, State
from rules.money import ZERO, Money
from rules.terms import Severity


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span as people read it: what it is called, and its ends shown in `zone` (an IANA name). `end` is exclusive."""

    name: str
    start: datetime
    end: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task and its cost inside the span that is spoken of."""

    id: str
    title: str
    user: str
    model: str
    cost: Money
    streams: int


@dataclass(frozen=True, slots=True)
class Split:
    """Money by who is paid: credits and neo_cost are Neo's, llm_cost is the model provider's."""

    credits: Money
    neo_cost: Money
    llm_cost: Money

    @property
    def spend(self) -> Money:
        return self.credits + self.neo_cost


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a budget is heading: the expected total, its 80% range if there is one, and when the limit is reached."""

    expected: Figure
    low: Figure | None
    high: Figure | None
    hit: datetime | None


@dataclass(frozen=True, slots=True)
class AckFacts:
    """Who took an alert on, and when."""

    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SilenceFacts:
    """What mutes an alert: the name of the silence (`S3`), who wants it, until when, and why if they said."""

    name: str
    author: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Acted:
    """What people did about an alert that is open, as far as it counts now."""

    ack: AckFacts | None = None
    silence: SilenceFacts | None = None


NOTHING_DONE = Acted()


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """One alert at one moment.

    `value` and `limit` are in the metric's unit, `limit_text` is the limit as written (`80% of 2000 USD`). `told` is the
    value that this destination was last told, when it was. `reason` is why we speak of it. `data_at` is the time of the
    last complete poll behind the figures; `records` is how many records make up the value. `final` says of a closed
    period that the time in which late usage is to be expected has passed. `first` is when what is new was first used.
    `over_at` is what the value has yet to go past where the alert goes on though it is within its limit.
    """

    id: str
    rule: str
    summary: str
    condition: str
    metric: str
    labels: dict[str, str]
    state: State
    severity: Severity | None
    peak: Severity
    reason: Reason
    value: Figure
    worst: Figure
    limit: Figure
    limit_text: str
    limit_severity: Severity
    told: Figure | None
    period: Stretch
    by_period: bool
    since: datetime
    ended: datetime | None
    note: str
    records: int
    tasks: tuple[TaskLine, ...]
    more_tasks: int
    split: Split | None
    pace: Pace | None
    data_at: datetime | None
    runbook: str
    receiver: str
    final: bool = False
    acted: Acted = NOTHING_DONE
    first: datetime | None = None
    over_at: Figure | None = None


@dataclass(frozen=True, slots=True)
class ChangesFacts:
    """What became of many alerts in one evaluation: of members of a table, as a reply to it, or of alerts on their own.

    `count` is how many there are, `reasons` how many of them for which. `total` is the exact sum of their values where
    adding makes sense, and `period` the one that all of them are of. `rule` is empty for several. `note` is why it comes here.
    """

    rule: str
    rows: tuple[AlertFacts, ...]
    count: int
    reasons: tuple[tuple[Reason, int], ...] = ()
    total: Figure | None = None
    period: Stretch | None = None
    data_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """Many alerts of one rule that began in one evaluation, as one message: the worst ten, and exact totals.

    `count` is how many there are; `total` is the exact sum of their values where adding makes sense, else None.
    `first` is true for a rule's first evaluation; `held` for what a silence or a quiet time had held back, of several rules
    where `rule` is empty. `open` is how many of them still hold, `acked` and `silenced` how many of these somebody took on,
    and are muted. `also` is what was held back with them, of alerts with messages of their own, `note` why it comes here.
    """

    id: str
    rule: str
    summary: str
    metric: str
    severity: Severity
    rows: tuple[AlertFacts, ...]
    count: int
    open: int
    total: Figure | None
    first: bool
    period: Stretch
    data_at: datetime | None
    runbook: str
    note: str = ""
    held: bool = False
    acked: int = 0
    silenced: int = 0
    also: ChangesFacts | None = None


@dataclass(frozen=True, slots=True)
class UserLine:
    """One person in a digest; `before` is the comparable earlier amount. `share` is a percentage."""

    user: str
    cost: Money
    before: Money
    share: Fraction


@dataclass(frozen=True, slots=True)
class Line:
    """A named amount: a model, a tool."""

    name: str
    cost: Money


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A budget's state: spent of budget in its period, of which so much is `left` if it goes on to an end, and its pace."""

    rule: str
    labels: dict[str, str]
    spent: Figure
    budget: Figure
    period: Stretch
    pace: Pace | None
    severity: Severity | None
    left: timedelta | None = None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An open alert in a list; `title` is that of the task it is about, `metric` its rule's, each where that is known."""

    id: str
    rule: str
    labels: dict[str, str]
    severity: Severity
    value: Figure
    limit_text: str
    since: datetime
    acted: Acted = NOTHING_DONE
    title: str = ""
    metric: str = ""


@dataclass(frozen=True, slots=True)
class DayCost:
    """What one local day cost."""

    day: date
    split: Split

    @property
    def cost(self) -> Money:
        """All of it, whoever is paid."""
        return self.split.spend + self.split.llm_cost


@dataclass(frozen=True, slots=True)
class ChartFacts:
    """The days of a chart, at least two and the oldest first; `budget` is what Neo may charge in a calendar month."""

    days: tuple[DayCost, ...]
    zone: str
    budget: Money | None


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """A scheduled summary of one closed stretch of local dates (`period`), usually yesterday.

    `every` is `day`, `week` or `month`. `before` is the same weekday a week earlier, the seven days or the month before;
    `mean` what as many days cost on average over the 28 days before, which a month has none of. `to_date_before` is what the
    month before had come to by the same day and time. Each is None when the ledger does not reach back. `chart` comes along as a picture. `late` is cost added to earlier days since the last digest.
    `stale` names sources whose data is old. `reconciled` is the difference to Neo's own totals where it is known, `healed` what was put
    right since the last digest. `final`: late usage is not to be expected any more. `note` is why it comes here. Of open alerts,
    `silenced` are muted and `acked` taken on. `budgets` are told one by one, and `more_budgets` are not; `reached` counts all by severity.
    """

    name: str
    every: str
    period: Stretch
    spend: Money
    before: Money | None
    mean: Money | None
    to_date: Stretch
    to_date_spend: Money
    budgets: tuple[BudgetLine, ...]
    credits_left: Money | None
    credits_expire: datetime | None
    split: Split
    users: tuple[UserLine, ...]
    more_users: int
    models: tuple[Line, ...]
    tasks: tuple[TaskLine, ...]
    streams: int
    errors: int
    error_rate: Fraction | None
    alerts: tuple[AlertLine, ...]
    more_alerts: int
    records: int
    as_of: datetime | None
    late: Money
    stale: tuple[str, ...]
    reconciled: Money | None
    skipped: str = ""
    final: bool = False
    note: str = ""
    to_date_before: Money | None = None
    silenced: int = 0
    acked: int = 0
    chart: ChartFacts | None = None
    more_models: int = 0
    more_tasks: int = 0
    more_budgets: int = 0
    reached: tuple[tuple[Severity, int], ...] = ()
    healed: Money = ZERO
