"""The same records lead to the same alerts and the same money, in whatever order, pieces and versions they arrive."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.jobs import evaluate, verdicts
from bot.jobs.evaluate import Terms
from bot.notify.routing import Routes
from bot.store import alerts, ledger, sources, sums
from bot.store.connection import Connection
from bot.store.sources import Backfill
from rules import loading, metric
from rules.alert import Alert, State
from rules.labels import EVERYTHING
from rules.metric import Reads
from rules.money import Money
from rules.reading import Defaults
from rules.record import Record
from rules.rule import Rule
from rules.series import Query
from rules.window import Span
from tests.store import usage

START, MINUTE, DAY = usage.NOON, timedelta(minutes=1), timedelta(days=1)
END = START + 60 * MINUTE
SETTLED = END + 40 * MINUTE
"""Once nothing has arrived for so long every timer has run out."""

RULES = {
    rule.name: rule
    for rule in loading.load(
        [
            (
                "rules.yaml",
                """
rules:
  - {name: day, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD, critical: 100 USD}}
  - {name: team, metric: total_cost, window: month, budget: 200 USD, thresholds: {info: 50%, critical: 100%}, for: 20m}
  - {name: rolling, metric: spend, group_by: [user, model], window: 24h, thresholds: {warning: 60 USD}, keep: 10m}
  - {name: failing, metric: error_rate, window: 24h, min_count: 2, thresholds: {warning: 40%, critical: 80%}, recover: 20%}
  - {name: busy, metric: tasks, group_by: [user], window: day, thresholds: {warning: 2, critical: 4}}
  - {name: runaway, metric: task_cost, window: 3d, for: 5m, thresholds: {critical: 60 USD}}
  - {name: dear, metric: cost_per_task, window: week, thresholds: {warning: 40 USD}}
""",
            )
        ],
        Defaults(ZoneInfo("Europe/Berlin")),
    ).rules
}


@dataclass(frozen=True)
class Usage:
    """A record as it is in the end, None if Neo no longer has it; what it was told as before; and how often it is told."""

    final: Record | None
    before: tuple[Record, ...]
    told: int


Poll = list[tuple[str, Record | None]]
"""What one poll brings: records by key, None for one that is gone."""


def straight(world: Mapping[str, Usage]) -> list[Poll]:
    """All of it as it is in the end, at once."""
    return [[(key, used.final) for key, used in world.items() if used.final is not None]]


def mixed(world: Mapping[str, Usage], random: Random) -> list[Poll]:
    """Every version of every record, in any order but that the last is the last, over any number of polls."""
    waits = {
        key: [*used.before, *[used.final] * (used.told if used.final else 1)]
        for key, used in world.items()
    }
    polls: list[Poll] = [[]]
    while waits:
        key = random.choice(sorted(waits))
        polls[-1].append((key, waits[key].pop(0)))
        waits = {key: rest for key, rest in waits.items() if rest}
        if random.random() < 0.4 and len(polls) < 5:
            polls.append([])
    return polls


def lived(rules: tuple[Rule, ...], polls: Iterable[Poll]) -> Connection:
    """The store once all has arrived, and every timer has run out."""
    db = usage.fresh()
    long_ago = START - 100 * DAY
    sources.backfilled(db, "acme", Backfill(long_ago, long_ago, done=True))
    terms = Terms(rules, ("acme",), Routes({}, (), None), ZoneInfo("UTC"), timedelta(minutes=10))
    judge(db, terms, START - 2 * DAY)
    for number, poll in enumerate(polls):
        now = START + number * 3 * MINUTE
        for key, record in poll:
            if record is None:
                ledger.mark_gone(db, "acme", [key], seen=now)
            else:
                ledger.add(db, [record], seen=now, live=True)
        judge(db, terms, now)
    judge(db, terms, END)
    judge(db, terms, SETTLED)
    return db


def judge(db: Connection, terms: Terms, now: datetime) -> None:
    sources.advance(db, "acme", cursor=now, complete_at=now)
    found = evaluate.prepare(db, terms, now)
    if not found.idle:
        verdicts.commit(db, found, now)


def standing(db: Connection) -> list[tuple[Any, ...]]:
    """The alerts that stand: of which series and period, how bad, at what value, by which limit."""
    return sorted(
        (
            str(alert.series),
            str(alert.span.start) if alert.by_period else "",
            str(alert.state),
            str(alert.severity),
            metric.text(alert.value),
            alert.limit.text,
        )
        for alert in alerts.changeable(db, SETTLED - 7 * DAY)
        if alert.state in (State.FIRING, State.CLOSED) and is_judged_so(alert)
    )


def is_judged_so(alert: Alert) -> bool:
    """Whether it stands by its value as it is, and not because it has yet to recover, or to be judged again."""
    reached = metric.reaches(alert.value, alert.limit.value, below=False)
    return reached and alert.starved is None


def money(db: Connection) -> Money:
    span = Span(START - 100 * DAY, START + DAY)
    return sums.answer(db, Query(Reads.RECORDS, span, (), EVERYTHING))[()].total_cost


_cost = st.tuples(
    st.sampled_from([0, 5, 30, 45, 60, 110]), st.sampled_from([0, 0, 1, 999_999_999])
).map(lambda parts: Money(parts[0] * 10**9 + parts[1]))


def _records(key: str) -> st.SearchStrategy[Record]:
    return st.builds(
        usage.record,
        key=st.just(key),
        user=st.sampled_from(usage.USERS[:2]),
        task=st.sampled_from(["t-1", "t-2", key]),
        status=st.sampled_from(["completed", "failed"]),
        credits=_cost,
        llm_cost=st.sampled_from([Money(0), Money(7)]),
        at=st.sampled_from([1, 90, 300, 800, 1000, 2000]).map(lambda ago: START - ago * MINUTE),
    )


@st.composite
def _worlds(draw: st.DrawFn) -> dict[str, Usage]:
    found = {}
    for number in range(draw(st.integers(1, 5))):
        key = f"stream-{number}"
        before = tuple(draw(st.lists(_records(key), max_size=1)))
        stays = not before or draw(st.sampled_from([True, True, True, False]))
        final = draw(_records(key)) if stays else None
        found[key] = Usage(final, before, draw(st.sampled_from([1, 1, 2])))
    return found


_rules = st.lists(st.sampled_from(sorted(RULES)), min_size=1, max_size=2, unique=True)


@settings(max_examples=200)
@given(_rules, _worlds(), st.randoms(use_true_random=False))
def test_in_whatever_order_records_arrive_the_same_alerts_stand_in_the_end(
    names: list[str], world: dict[str, Usage], random: Random
) -> None:
    """Of alerts what people act on is compared: what stands, how bad it is, by which figures.

    When an alert began, its worst value and its peak tell what it went through, which may differ: a cost that was told
    too high and corrected did cross its limit for a while, and that it is corrected was said. For the same reason what
    ended is not compared, nor what goes on though it is short of its limit, since its `recover` is not reached yet, or
    though there is too little left to judge: there the way to a value counts, as it is meant to. Nor are rules with
    `below` among these: somebody to whom usage was booked by mistake is quiet from then on, and that is told.
    """
    rules = tuple(RULES[name] for name in names)
    one, other = lived(rules, straight(world)), lived(rules, mixed(world, random))
    whole = [used.final for used in world.values() if used.final is not None]
    if whole:
        spent = sum(each.credits.nano + each.neo_cost.nano + each.llm_cost.nano for each in whole)
        assert Money(spent) == money(one) == money(other)
    assert standing(one) == standing(other)
    one.close()
    other.close()
