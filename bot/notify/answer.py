"""What can be asked, answered as values: Slack and the command line show the same ones."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from bot.notify.acted import Acted
from bot.notify.agreement import Agreement
from bot.notify.facts import AlertLine, BudgetLine, DigestFacts, Split, Stretch, TaskLine
from bot.notify.forecast import ForecastAnswer
from bot.notify.silence import Silence
from bot.notify.why import WhyAnswer
from rules.metric import Totals
from rules.money import Money


@dataclass(frozen=True, slots=True)
class SpendAnswer:
    """What `who` (a person, or `the team`) spent in `period`, beside the same stretch of the period before.

    `before` covers as much of the earlier period as has passed of this one, so the two compare like with like; it is
    None when the ledger does not reach back. `arrival` says that figures go by time of arrival (assumption A1 fails).
    """

    who: str
    period: Stretch
    split: Split
    totals: Totals
    before: Money | None
    before_period: Stretch
    as_of: datetime | None
    arrival: bool = False


@dataclass(frozen=True, slots=True)
class TopLine:
    """One row of a ranking. `amount` orders it: money, or a count for tools and agents. `detail` is a task's title."""

    name: str
    detail: str
    cost: Money | None
    count: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class TopAnswer:
    """The dearest users, models or tasks, or the most used tools or agents; `more` rows are left out.

    `total` is over all rows, shown or not; it is None for tools and agents, which are counted in `total_count`.
    """

    by: str
    who: str
    period: Stretch
    rows: tuple[TopLine, ...]
    more: int
    total: Money | None
    total_count: int
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error message and how often it came."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class ErrorsAnswer:
    """How much failed: `failed` of `judged` streams (aborted and blocked ones are in neither), and what it cost."""

    who: str
    period: Stretch
    rate: Fraction | None
    failed: int
    judged: int
    cost: Money
    dearest: tuple[TaskLine, ...]
    more: int
    complaints: tuple[Complaint, ...]
    more_complaints: int
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class ByokLine:
    """One person's money by who is paid."""

    user: str
    split: Split


@dataclass(frozen=True, slots=True)
class ByokAnswer:
    """Credits, Neo's platform cost and the provider's cost apart; `without` is how many people of all used no BYOK."""

    who: str
    period: Stretch
    split: Split
    rows: tuple[ByokLine, ...]
    more: int
    as_of: datetime | None
    without: int = 0


@dataclass(frozen=True, slots=True)
class ToolLine:
    """Calls of one tool and the time they took in milliseconds."""

    name: str
    calls: int
    ms: int


@dataclass(frozen=True, slots=True)
class StreamLine:
    """One execution of a task."""

    at: datetime
    status: str
    cost: Money
    error: str


class Origin(StrEnum):
    """Whence a task is told: from Neo, or from the ledger, since Neo has none to show to the asker or was silent."""

    LIVE = "live"
    GONE = "gone"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class TaskAnswer:
    """One task, from Neo where it answers, else from the ledger."""

    id: str
    title: str
    user: str
    model: str
    status: str
    byok: bool
    created: datetime
    split: Split
    steps: int
    tool_calls: int
    execution_ms: int
    tools: tuple[ToolLine, ...]
    more_tools: int
    agents: tuple[tuple[str, int], ...]
    timeline: tuple[StreamLine, ...]
    more_streams: int
    error: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class BudgetsAnswer:
    """Every budget with how much of it is used and where it is heading."""

    who: str
    rows: tuple[BudgetLine, ...]
    more: int
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class AlertsAnswer:
    """Open alerts, worst first, and what is silenced; only admins are told of silences that mute none of the alerts.

    `before` alerts were told on earlier pages, `more` are left out.
    """

    rows: tuple[AlertLine, ...]
    more: int
    as_of: datetime | None
    silences: tuple[Silence, ...] = ()
    before: int = 0


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in force: what it looks at and what it is held against, in words."""

    name: str
    summary: str
    metric: str
    window: str
    group_by: tuple[str, ...]
    where: str
    limits: tuple[str, ...]
    notify: tuple[str, ...]
    open: int


@dataclass(frozen=True, slots=True)
class RulesAnswer:
    """The rules in force, but for `before` on earlier pages; `faults` are those of a file that the last reload refused."""

    rows: tuple[RuleLine, ...]
    faults: tuple[str, ...]
    before: int = 0


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source's health. `age` is seconds since its last complete poll; `error` is what stands in the way now.

    `agreement` is what came of holding it against Neo's own totals, the last time.
    """

    name: str
    role: str
    last_complete: datetime | None
    age: float | None
    stale: bool
    backfilled: bool
    error: str
    records: int
    rejected: int
    unpriced: int
    notes: tuple[str, ...] = ()
    agreement: Agreement | None = None


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """The bot's own health. `delivery_error` is why the last of the undeliverable messages reached nobody."""

    version: str
    sources: tuple[SourceLine, ...]
    rules: int
    faults: tuple[str, ...]
    open_alerts: int
    waiting: int
    oldest_waiting: datetime | None
    undeliverable: int
    last_judged: datetime | None
    zone: str
    delivery_error: str = ""
    nothing_gets_out: bool = False
    silences: int = 0
    backup_error: str = ""

    @property
    def well(self) -> bool:
        return not (
            self.faults
            or self.undeliverable
            or self.backup_error
            or any(line.stale or line.error for line in self.sources)
        )


@dataclass(frozen=True, slots=True)
class DigestAnswer:
    """A digest as it would be sent now."""

    digest: DigestFacts


@dataclass(frozen=True, slots=True)
class HelpAnswer:
    """The verbs, or one of them; `note` says what was not understood and the nearest word."""

    verb: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, and what to do; `denied`: who asks may not have it."""

    text: str
    denied: bool = False


Answer = (
    SpendAnswer
    | TopAnswer
    | ErrorsAnswer
    | ByokAnswer
    | TaskAnswer
    | BudgetsAnswer
    | ForecastAnswer
    | AlertsAnswer
    | RulesAnswer
    | StatusAnswer
    | DigestAnswer
    | WhyAnswer
    | Acted
    | HelpAnswer
    | Refusal
)
