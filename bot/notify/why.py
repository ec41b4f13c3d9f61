"""Why a rule says what it says of one series at one moment: the figures, the limits, the verdicts, the alerts."""

from dataclasses import dataclass
from datetime import datetime

from bot.notify.facts import NOTHING_DONE, Acted, Stretch
from bot.notify.notification import Destination
from rules import metric, recovery
from rules.alert import Reason, State
from rules.finding import Finding, Verdict
from rules.metric import Kind, Totals, Value
from rules.rule import Rule
from rules.terms import Limit, Severity, Terms


@dataclass(frozen=True, slots=True)
class Part:
    """One of what a value is made of: a record, or a task where `key` is empty; `at` is that of a record."""

    key: str
    source: str
    task: str
    title: str
    amount: Value
    user: str = ""
    model: str = ""
    status: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What a value is made of, the largest first: `parts` and `rest` come to `whole` exactly.

    `more` parts are left out, which come to `rest`. Parts that add nothing are not among them. `of` is what the whole is
    divided by where the value is a ratio.
    """

    parts: tuple[Part, ...]
    more: int
    rest: Value
    whole: Value
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A limit that the series is held to, and where it came from: `rule`, or the override that is named.

    `over` says of the first one where an alert is over that goes on behind it: `below $45.00`.
    """

    condition: str
    limit: Limit
    origin: str
    of_budget: bool
    over: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """The verdict of one condition, and why, as a sentence without its full stop."""

    condition: str
    verdict: Verdict
    severity: Severity | None
    value: Value | None
    limit: Limit | None
    words: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision about an alert, as it was made at `at`; without a reason nothing was said."""

    at: datetime
    state: State
    severity: Severity | None
    reason: Reason | None
    value: Value
    limit: Limit


@dataclass(frozen=True, slots=True)
class HeldBack:
    """News that nobody was told: `by` is the name of the silence that held it back, or `a quiet time`."""

    by: str
    news: Decided


@dataclass(frozen=True, slots=True)
class Told:
    """What a destination was last told of an alert."""

    destination: Destination
    peak: Severity
    value: Value


@dataclass(frozen=True, slots=True)
class Episode:
    """An alert of the series as it stood at the moment that is asked of.

    `last` is the last decision about it, `spoken` what was last said of it, `held` what was last held back since. `told`
    is known of the present alone, `acted` is what people did about it that counted then.
    """

    id: str
    condition: str
    state: State
    severity: Severity | None
    peak: Severity
    since: datetime
    last: Decided
    spoken: Decided | None
    told: tuple[Told, ...]
    note: str = ""
    acted: Acted = NOTHING_DONE
    held: HeldBack | None = None


@dataclass(frozen=True, slots=True)
class WhyAnswer:
    """What `rule` made of one series at `at`.

    `live`: it is asked of the present; else everything is as the ledger knew it then, but for stale data, of which no
    history is kept. `period` is the span that was judged. `made` is None where the value is not made of usage.
    """

    rule: str
    summary: str
    metric: str
    labels: dict[str, str]
    at: datetime
    live: bool
    period: Stretch
    value: Value | None
    totals: Totals
    made: Made | None
    budget: Value | None
    origin: str
    limits: tuple[Held, ...]
    verdicts: tuple[Said, ...]
    episodes: tuple[Episode, ...]
    as_of: datetime | None


def held(rule: Rule, terms: Terms) -> list[Held]:
    """Every fixed limit that `terms` of the rule set, and where each came from."""
    if terms.skip:
        return []
    own = rule.every_terms[0]
    return [
        Held(
            condition,
            limit,
            own.origin if limit in mine else terms.origin,
            of_budget=" of " in limit.text,
            over=_over(rule, terms, condition, limit) if limit is limits[0] else "",
        )
        for condition, limits, mine in (
            ("thresholds", terms.thresholds, own.thresholds),
            ("forecast", terms.forecast, own.forecast),
        )
        for limit in limits
    ]


def said(finding: Finding, terms: Terms, rule: Rule) -> Said:
    """What was found, and why."""
    return Said(
        condition=finding.series.condition,
        verdict=finding.verdict,
        severity=finding.severity,
        value=finding.value,
        limit=finding.limit,
        words=reason(finding, terms, rule),
    )


def reason(finding: Finding, terms: Terms, rule: Rule) -> str:
    """A verdict in words: `$104.20 reaches 100 USD`."""
    if terms.skip:
        return f"{terms.origin} leaves this series out"
    if finding.verdict is Verdict.UNKNOWN:
        return f"it cannot be judged: {finding.cause}"
    if finding.came_true:
        return "what was expected has happened, and a threshold says so"
    if finding.value is None or finding.limit is None:
        return "it has no limit"
    if rule.metric.kind is Kind.FIRST:
        return "its first usage falls into this span" if finding.value else "it is not new here"
    said = _compared(finding, finding.value, finding.limit, below=rule.below)
    return f"{said}{_lingering(finding, finding.value, finding.limit, terms, rule)}"


def _lingering(finding: Finding, value: Value, limit: Limit, terms: Terms, rule: Rule) -> str:
    """When an alert is over that goes on within its limit; one on a forecast lingers for a day, whatever the level."""
    if finding.verdict is not Verdict.HOLDS or metric.reaches(value, limit.value, below=rule.below):
        return ""
    over = _over(rule, terms, finding.series.condition, limit)
    return f", but the alert goes on until it {f'is {over}' if over else 'has recovered'}"


def _over(rule: Rule, terms: Terms, condition: str, limit: Limit) -> str:
    """Where an alert is over that goes on behind its limit."""
    level = recovery.level(rule, terms, condition, limit)
    side = "above" if rule.below else "below"
    return "" if level is None else f"{side} {metric.text(level)}"


def _compared(finding: Finding, value: Value, limit: Limit, *, below: bool) -> str:
    shown = f"{metric.text(value)}{' is expected, which' if finding.expected else ''}"
    if metric.reaches(value, limit.value, below=below):
        return f"{shown} {'is at most' if below else 'reaches'} {limit_text(limit)}"
    return f"{shown} {'is above' if below else 'stays short of'} {limit_text(limit)}"


def held_text(held: Held) -> str:
    """The limit, and where an alert is over that goes on behind it: `50 USD, over below $45.00`."""
    return f"{limit_text(held.limit)}{f', over {held.over}' if held.over else ''}"


def limit_text(limit: Limit) -> str:
    """The limit as written, and what it comes to where those differ: `80% of 2000 USD = $1,600.00`."""
    plain = limit.text.endswith(" USD") and " of " not in limit.text
    value = metric.text(limit.value)
    return limit.text if plain or value == limit.text else f"{limit.text} = {value}"
