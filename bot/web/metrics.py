"""What Prometheus reads: figures of the database, so that a restart resets nothing, and counts since the start.

Figures are gauges: Neo corrects records, and old ones are pruned, so any of them may fall. Counts are counters, which
Prometheus knows to begin anew.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp import web
from prometheus_client import CollectorRegistry, exposition
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.answers import alerts, measure, status
from bot.counts import Counts, What
from bot.notify.agreement import Agreement
from bot.notify.answer import SourceLine, StatusAnswer
from bot.store import ledger
from bot.store.connection import Connection
from bot.store.error import StoreError
from bot.web import keys
from bot.web.in_force import InForce
from rules.labels import Label
from rules.metric import Totals
from rules.money import NANO
from rules.terms import Severity


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is told, as of one moment; `open_alerts` are those that fire, `totals` are of whole sources.

    `connected`: whether Slack's socket is open; None where commands come over HTTP.
    """

    at: datetime
    status: StatusAnswer
    open_alerts: Mapping[Severity, int]
    totals: Mapping[str, Totals]
    connected: bool | None = None


class _Told(Collector):
    """A collector of figures that were read before, because reading them has to be awaited."""

    def __init__(self, figures: Figures, counts: Counts | None) -> None:
        self._figures = figures
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        yield from families(self._figures)
        if self._counts is not None:
            yield from counters(self._counts)


async def show(request: web.Request) -> web.Response:
    door, now = request.app[keys.ADMIN], request.app[keys.CLOCK].now()
    try:
        figures = await door.database.read(read, door.in_force(), now)
    except StoreError as error:
        return web.Response(status=503, text=f"{error}\n")
    connected = None if door.socket is None else door.socket.outage() is None
    registry = CollectorRegistry()
    registry.register(_Told(replace(figures, connected=connected), door.counts))
    body = exposition.generate_latest(registry)
    return web.Response(body=body, headers={"Content-Type": exposition.CONTENT_TYPE_LATEST})


def read(db: Connection, in_force: InForce, now: datetime) -> Figures:
    """The figures, from one snapshot."""
    whole = ledger.extent(db)
    totals = measure.by(db, (Label.SOURCE,), whole) if whole else {}
    return Figures(
        now,
        status.answer(db, in_force.running, now),
        Counter(alert.severity or alert.peak for alert in alerts.firing(db)),
        {source: each for (source,), each in totals.items()},
    )


def families(figures: Figures) -> Iterator[Metric]:
    """Every metric with its samples."""
    version = figures.status.version
    yield InfoMetricFamily("neo_budget_build", "The bot that is running.", {"version": version})
    for name, words, value in _SOURCE:
        family = GaugeMetricFamily(f"neo_budget_{name}", words, labels=["source"])
        for line in figures.status.sources:
            if (number := value(line)) is not None:
                family.add_metric([line.name], number)
        yield family
    yield _cost(figures.totals)
    yield _alerts(figures.open_alerts)
    for name, words, count in _WHOLE:
        if (number := count(figures)) is not None:
            yield GaugeMetricFamily(f"neo_budget_{name}", words, number)


def counters(counts: Counts) -> Iterator[Metric]:
    """What happened since the start, and when each last did."""
    for what, (words, names) in _COUNTED.items():
        counter = CounterMetricFamily(f"neo_budget_{what}", f"{words}.", labels=names)
        last = GaugeMetricFamily(
            f"neo_budget_{what}_last_timestamp_seconds",
            f"{words}: when it last happened.",
            labels=names,
        )
        for count in counts.of(what):
            counter.add_metric(count.labels, count.number)
            if count.last is not None:
                last.add_metric(count.labels, count.last.timestamp())
        yield counter
        yield last


def _cost(totals: Mapping[str, Totals]) -> Metric:
    family = GaugeMetricFamily(
        "neo_budget_cost_usd",
        "Cost of all records in the ledger, by who is paid.",
        labels=["source", "kind"],
    )
    for source, each in sorted(totals.items()):
        family.add_metric([source, "credits"], each.credits / NANO)
        family.add_metric([source, "neo_cost"], each.neo_cost / NANO)
        family.add_metric([source, "llm_cost"], each.llm_cost / NANO)
    return family


def _alerts(counts: Mapping[Severity, int]) -> Metric:
    family = GaugeMetricFamily("neo_budget_alerts_open", "Alerts that fire.", labels=["severity"])
    for severity in Severity:
        family.add_metric([str(severity)], counts.get(severity, 0))
    return family


def _stamp(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _of(found: Agreement | None, read: Callable[[Agreement], float]) -> float | None:
    return None if found is None else read(found)


def _waited(figures: Figures) -> float:
    oldest = figures.status.oldest_waiting
    return 0.0 if oldest is None else (figures.at - oldest).total_seconds()


_COUNTED: Mapping[What, tuple[str, tuple[str, ...]]] = {
    What.POLLS: ("Polls of a source, by outcome", ("source", "outcome")),
    What.EVALUATIONS: ("Evaluations of the rules that were begun, and done", ("outcome",)),
    What.DELIVERIES: ("Messages sent, edited, put off and refused", ("receiver", "outcome")),
    What.RATE_LIMITED: ("Answers of Neo and Slack with status 429", ("service", "source")),
    What.HEARTBEATS: ("Heartbeats sent, withheld and failed", ("outcome",)),
    What.REQUESTS_LIMITED: ("Commands and presses of people who asked too often", ()),
}
"""Of what is counted: help, and the names of its labels."""

_SOURCE: tuple[tuple[str, str, Callable[[SourceLine], float | None]], ...] = (
    ("records", "Records in the ledger.", lambda line: line.records),
    ("records_unpriced", "Records that Neo has given no price yet.", lambda line: line.unpriced),
    ("rows_rejected", "Rows of Neo that could not be read.", lambda line: line.rejected),
    ("data_age_seconds", "Time since the last complete poll.", lambda line: line.age),
    (
        "last_complete_poll_timestamp_seconds",
        "When the last complete poll was made.",
        lambda line: _stamp(line.last_complete),
    ),
    (
        "drift_usd",
        "Difference from Neo's own totals.",
        lambda line: _of(line.agreement, lambda found: found.drift.nano / NANO),
    ),
    (
        "healed_usd",
        "What the last reconciliation put right.",
        lambda line: _of(line.agreement, lambda found: found.healed.nano / NANO),
    ),
    (
        "last_reconciliation_timestamp_seconds",
        "When the ledger was last held against Neo's own totals.",
        lambda line: _of(line.agreement, lambda found: found.at.timestamp()),
    ),
    ("source_stale", "1 when the data is too old to judge by.", lambda line: line.stale),
    ("source_failing", "1 when the last poll failed.", lambda line: bool(line.error)),
    ("backfill_done", "1 when the history has been read.", lambda line: line.backfilled),
)
"""Of each source: name, help, and the figure; None leaves the sample out."""

_WHOLE: tuple[tuple[str, str, Callable[[Figures], float | None]], ...] = (
    ("rules", "Rules in force.", lambda told: told.status.rules),
    (
        "rule_faults",
        "Faults of a rules file that was refused.",
        lambda told: len(told.status.faults),
    ),
    (
        "last_evaluation_timestamp_seconds",
        "When the rules were last judged.",
        lambda told: _stamp(told.status.last_judged),
    ),
    ("outbox_waiting", "Messages that wait to be sent.", lambda told: told.status.waiting),
    ("outbox_failed", "Messages that cannot be delivered.", lambda told: told.status.undeliverable),
    ("outbox_oldest_seconds", "How long the oldest waiting message has waited.", _waited),
    (
        "backup_failing",
        "1 when there is no backup of today because the last try failed.",
        lambda told: bool(told.status.backup_error),
    ),
    ("slack_connected", "1 when Slack's socket is open.", lambda told: told.connected),
)
"""Of the whole bot: name, help, and the figure; None leaves the metric out."""
