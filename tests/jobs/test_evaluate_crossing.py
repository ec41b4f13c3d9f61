"""What enters and leaves a rolling window is judged by the store's own word of it, blocked tasks as well as records."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.jobs import evaluate, verdicts
from bot.jobs.evaluate import Terms
from bot.notify.routing import Routes
from bot.store import alerts, ledger, sources, tasks
from bot.store.connection import Connection
from bot.store.sources import Backfill
from rules import evaluate as judging
from rules import loading, window
from rules.alert import State, Transition
from rules.reading import Defaults
from rules.record import Record, Task
from rules.scope import Scope
from rules.tick import Circumstances, Tick
from tests.store import usage

START, MINUTE = usage.NOON, timedelta(minutes=1)
RULES = loading.load(
    [
        (
            "rules.yaml",
            """
rules:
  - {name: stuck, metric: blocked, window: 2h, thresholds: {warning: 1, critical: 2}}
  - {name: stuck-by-user, metric: blocked, group_by: [user], window: 45m, min_count: 2, thresholds: {warning: 2}}
  - {name: few, metric: blocked, window: 3h, below: true, thresholds: {warning: 1}}
  - {name: failing, metric: errors, window: 2h, group_by: [user], thresholds: {warning: 1}}
""",
        )
    ],
    Defaults(),
).rules
TERMS = Terms(RULES, ("acme",), Routes({}, (), None), ZoneInfo("UTC"), timedelta(minutes=10))


def fresh() -> Connection:
    """An empty store whose ledger is whole for a long time."""
    db = usage.fresh()
    long_ago = START - timedelta(days=100)
    sources.backfilled(db, "acme", Backfill(long_ago, long_ago, done=True))
    return db


def tick(db: Connection, minutes: int) -> None:
    now = START + minutes * MINUTE
    sources.advance(db, "acme", cursor=now, complete_at=now)
    verdicts.commit(db, evaluate.prepare(db, TERMS, now), now)


def is_stuck(db: Connection) -> bool:
    found = alerts.open_alerts(db)
    return any(alert.series.rule == "stuck" and alert.state is State.FIRING for alert in found)


def test_an_alert_on_blocked_tasks_ends_when_the_last_has_left_the_window() -> None:
    db = fresh()
    tick(db, 0)
    tasks.put(db, [usage.task(status="blocked")])
    tick(db, 1)
    assert is_stuck(db)
    tick(db, 120)
    assert is_stuck(db)
    tick(db, 121)
    assert not is_stuck(db)
    db.close()


def test_a_task_that_was_blocked_ahead_of_the_time_counts_once_it_has_come() -> None:
    db = fresh()
    tick(db, 0)
    tasks.put(db, [usage.task(status="blocked", at=START + 20 * MINUTE)])
    tick(db, 1)
    assert not is_stuck(db)
    tick(db, 21)
    assert is_stuck(db)
    db.close()


@dataclass(frozen=True)
class Step:
    """Time passes, then Neo lists tasks and streams, then a tick comes."""

    minutes: int
    listed: tuple[Task, ...]
    streams: tuple[Record, ...]


_ago = st.sampled_from([-30, -1, 0, 1, 20, 44, 45, 100, 120, 170])


@st.composite
def _steps(draw: st.DrawFn) -> list[Step]:
    found, now = [], 0
    for _ in range(draw(st.integers(2, 7))):
        minutes = draw(st.sampled_from([1, 1, 15, 25, 45, 90, 120, 180]))
        now += minutes
        at = st.builds(lambda ago, now=now: START + (now - ago) * MINUTE, _ago)
        user = st.sampled_from(usage.USERS[:2])
        listed = st.builds(
            usage.task,
            id=st.sampled_from(usage.TASKS),
            user=user,
            status=st.sampled_from(["blocked", "blocked", "completed"]),
            at=at,
        )
        stream = st.builds(
            usage.record,
            key=st.sampled_from(usage.KEYS[:3]),
            user=user,
            at=at,
            status=st.just("error"),
        )
        some, more = draw(st.lists(listed, max_size=3)), draw(st.lists(stream, max_size=2))
        found.append(Step(minutes, tuple(some), tuple(more)))
    return found


def unseen(
    db: Connection, minutes: int, step: dict[str, Task], kept: dict[str, Record]
) -> list[Transition]:
    """What judging everything finds that the tick did not."""
    now = START + minutes * MINUTE
    scopes = [Scope(rule, window.span_at(rule.window, now), None) for rule in RULES if rule.window]
    world = usage.plain(kept.values(), step.values())
    answers = {query: world.answer(query) for query in judging.queries(scopes, now)}
    turn = Tick(Circumstances(now), answers, alerts.open_alerts(db))
    return [found for scope in scopes for found in turn.transitions(scope)]


@settings(deadline=None, max_examples=25)
@given(_steps())
def test_judging_only_what_changed_or_crossed_an_edge_leaves_nothing_unseen(
    steps: list[Step],
) -> None:
    db, now = fresh(), 0
    listed: dict[str, Task] = {}
    kept: dict[str, Record] = {}
    tick(db, now)
    for step in steps:
        now += step.minutes
        tasks.put(db, step.listed)
        ledger.add(db, step.streams, seen=START + now * MINUTE, live=True)
        listed.update({task.id: task for task in step.listed})
        kept.update({record.key: record for record in step.streams})
        tick(db, now)
        assert [] == unseen(db, now, listed, kept)
    db.close()
