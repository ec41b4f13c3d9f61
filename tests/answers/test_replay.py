"""What the rules would have said, held against judging everything every time."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers import replay
from bot.answers.replay import Replayed
from bot.notify import policy
from bot.notify.notification import Destination, Via
from bot.store import history, ledger, sources
from bot.store.connection import Connection
from bot.store.sources import Backfill
from rules import evaluate, scope, window
from rules.alert import Alert, Reason, State, Transition
from rules.labels import Values
from rules.record import Record
from rules.rule import Rule
from rules.scope import Scope
from rules.series import Sums
from rules.tick import Circumstances, Tick
from rules.window import Period, Span
from tests.answers import world
from tests.answers.world import ANA, BEN
from tests.store import usage

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime.fromisoformat("2026-11-19T20:00:00+00:00")
_PLACE = Destination("anyone", Via.SLACK, "anyone")

Line = tuple[datetime, str, dict[str, str], Reason, str, Span]

QUICK = """
rules:
  - {name: hourly, metric: spend, group_by: [user], window: hour, thresholds: {warning: 5 USD, critical: 9 USD}}
  - {name: daily, metric: spend, window: day, thresholds: {warning: 8 USD}}
  - {name: rolling, metric: spend, group_by: [user], window: 30m, thresholds: {warning: 5 USD}, recover: 3 USD, keep: 7m}
  - {name: failing, metric: error_rate, window: 20m, min_count: 2, thresholds: {critical: 60%}, for: 4m}
  - {name: quiet, metric: streams, group_by: [user], window: 15m, below: true, thresholds: {info: 1}}
  - {name: tasks, metric: tasks, window: 25m, thresholds: {info: 2}}
"""
USUAL = """
rules:
  - {name: usual, metric: spend, group_by: [user], window: day, baseline: {over: 7d, warning: 2x, floor: 2 USD}}
"""
ROLLING = """
rules:
  - {name: rolling, metric: spend, window: 24h, timezone: UTC, baseline: {over: 7d, warning: 2x, floor: 2 USD}}
"""
FORECAST = """
rules:
  - {name: week, metric: spend, window: week, forecast: {warning: 30 USD}}
  - {name: month, metric: spend, window: month, forecast: {warning: 60 USD}}
"""


def _lines(found: Replayed) -> list[Line]:
    return _sorted(
        (
            said.at,
            said.rule.name,
            said.labels,
            said.reason,
            f"{said.severity} {said.value} {said.limit.text}",
            said.period,
        )
        for said in found.said
    )


def _sorted(lines: Iterator[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line[0], line[1], str(line[2:])))


class Brute:
    """Judges every series of every rule at every moment, and keeps every alert.

    Only of periods that are over it judges no more than series whose own records changed, or whose alert is open.
    """

    def __init__(self, rules: Sequence[Rule], start: datetime) -> None:
        self.rules = rules
        self.start = start
        self.alerts: dict[str, Alert] = {}
        self.told: set[str] = set()
        self.keys: set[str] = set()
        self.known: set[Record] = set()
        self.changed: set[Record] = set()

    def judge(self, at: datetime, records: Sequence[Record]) -> Iterator[Line]:
        self.changed, self.known = self.known ^ set(records), set(records)
        scopes = [part for rule in self.rules for part in self.scopes(rule, at)]
        sums = Sums(records)
        answers = {query: sums.answer(query) for query in evaluate.queries(scopes, at)}
        live = [alert for alert in self.alerts.values() if self.is_live(alert, at)]
        turn = Tick(Circumstances(at), answers, live)
        for part in scopes:
            for transition in turn.transitions(part):
                yield from self.step(transition, part, at)

    def scopes(self, rule: Rule, at: datetime) -> Iterator[Scope]:
        assert rule.window is not None
        span = window.span_at(rule.window, at)
        yield Scope(rule, span, None)
        while rule.by_period and isinstance(rule.window, Period):
            span = window.before(rule.window, span)
            if span.end <= max(self.start, at - scope.LATE):
                return
            yield Scope(rule, span, self.concerned(rule, span), closed=True)

    def concerned(self, rule: Rule, span: Span) -> frozenset[Values]:
        of_records = (record for record in self.changed if record.at in span)
        of_alerts = (
            alert.series for alert in self.alerts.values() if alert.open and alert.span == span
        )
        return frozenset(
            [
                *(tuple(record.label(label) for label in rule.group_by) for record in of_records),
                *(series.values for series in of_alerts if series.rule == rule.name),
            ]
        )

    def is_live(self, alert: Alert, at: datetime) -> bool:
        again = alert.state in (State.CORRECTED, State.CLOSED)
        return alert.open or (again and alert.span.end > at - scope.LATE)

    def step(self, transition: Transition, part: Scope, at: datetime) -> Iterator[Line]:
        alert, reason = transition.after, transition.reason
        if alert is None:
            assert transition.before is not None
            del self.alerts[transition.before.id]
            return
        self.alerts[alert.id] = alert
        if reason is None:
            return
        key = policy.dedupe_key(_PLACE, alert, reason)
        if alert.id in self.told or alert.state is State.FIRING or reason is Reason.LATE:
            self.told.add(alert.id)
            if key not in self.keys:
                self.keys.add(key)
                text = f"{alert.severity or alert.peak} {alert.value} {alert.limit.text}"
                yield at, part.rule.name, alert.series.labels, reason, text, part.span


def _brute(
    db: Connection, rules: Sequence[Rule], since: datetime, until: datetime, every: timedelta
) -> list[Line]:
    versions = list(history.versions(db, since - 365 * DAY))
    at = since - max(rule.for_ for rule in rules)
    brute, known, lines = Brute(rules, at), dict[str, Record](), list[Line]()
    while at <= until:
        while versions and versions[0].known <= at:
            version = versions.pop(0)
            known.pop(version.key, None)
            if version.record is not None:
                known[version.key] = version.record
        lines += brute.judge(at, list(known.values()))
        at += every
    return _sorted(line for line in lines if line[0] > since)


_events = st.lists(
    st.tuples(
        st.floats(0, 1),  # when it is seen, of the whole time
        st.integers(0, 11),  # which stream
        st.one_of(st.just(0.0), st.floats(0, 0.2)),  # how much earlier it was created
        st.integers(0, 7),  # dollars
        st.booleans(),  # whether it failed
        st.sampled_from(["live", "live", "live", "backfill", "gone"]),
    ),
    max_size=24,
)
_Event = tuple[float, int, float, int, bool, str]


def _store(events: Sequence[_Event], length: timedelta) -> Connection:
    db = usage.fresh()
    for when, number, earlier, dollars, failed, how in sorted(events):
        seen = START + timedelta(seconds=int(when * length.total_seconds()))
        if how == "gone":
            ledger.mark_gone(db, "acme", [world.spent(number, seen, world.usd(0)).key], seen=seen)
            continue
        record = world.spent(
            number,
            seen - timedelta(seconds=int(earlier * length.total_seconds())),
            world.usd(dollars),
            (ANA, BEN)[number % 2],
            status="failed" if failed else "completed",
            task=f"t-{number % 3}",
        )
        ledger.add(db, [record], seen=seen, live=how == "live")
    return db


def _go_on(db: Connection, length: timedelta) -> None:
    """Usage on each of the days before, and of those that are replayed, without which nothing is usual."""
    days = [START + number * DAY for number in range(-10, length // DAY)]
    records = [world.spent(100 + place, day, world.usd(3)) for place, day in enumerate(days)]
    ledger.add(db, records, seen=START + length, live=False)


@pytest.mark.parametrize(
    ("text", "every", "length"),
    [
        pytest.param(QUICK, 2 * MINUTE, 4 * HOUR, id="minutes, around midnight"),
        pytest.param(USUAL, 4 * HOUR, 8 * DAY, id="what is usual on a day"),
        pytest.param(ROLLING, 4 * HOUR, 8 * DAY, id="what is usual in a day's length"),
        pytest.param(FORECAST, 8 * HOUR, 14 * DAY, id="forecasts"),
    ],
)
@settings(max_examples=12)
@given(events=_events)
def test_visiting_what_matters_equals_judging_everything_every_time(
    text: str, every: timedelta, length: timedelta, events: list[_Event]
) -> None:
    rules, since = world.rules(text), START + length / 4
    db = _store(events, length)
    _go_on(db, length)
    until = START + 1.3 * length
    found = replay.replay(db, rules, since, until, every)
    assert _brute(db, rules, since, until, every) == _lines(found)
    db.close()


DAILY = """
rules:
  - {name: daily, metric: spend, group_by: [user], window: day, thresholds: {warning: 10 USD, critical: 20 USD}}
"""


@pytest.fixture
def db() -> Iterator[Connection]:
    found = usage.fresh()
    yield found
    found.close()


def _see(db: Connection, number: int, minute: int, dollars: int, user: str = ANA) -> None:
    """A stream that is seen at that minute of the day, as costing so much; the same number corrects it."""
    seen = MIDNIGHT + minute * MINUTE
    ledger.add(
        db,
        [world.spent(number, MIDNIGHT + HOUR, world.usd(dollars), user)],
        seen=seen,
        live=True,
    )


MIDNIGHT = datetime.fromisoformat("2026-11-19T23:00:00+00:00")
"""In Berlin, where rules count."""


def _said(
    db: Connection, text: str, since: datetime, hours: int = 48
) -> list[tuple[int, str, str]]:
    """What is said in the hours from midnight on: at which minute, about whom, and why."""
    found = replay.replay(db, world.rules(text), since, MIDNIGHT + hours * HOUR, MINUTE)
    return [
        (
            (said.at - MIDNIGHT) // MINUTE,
            said.labels.get("user", ""),
            f"{said.reason} {said.severity}",
        )
        for said in found.said
    ]


def test_a_day_is_told_as_it_went(db: Connection) -> None:
    _see(db, 1, 65, 10)
    _see(db, 2, 70, 5, BEN)
    _see(db, 1, 90, 25)
    _see(db, 1, 120, 3)
    _see(db, 2, 1500, 12, BEN)
    assert [
        (65, ANA, "first warning"),
        (90, ANA, "escalated critical"),
        (120, ANA, "corrected critical"),
        (1500, BEN, "late warning"),
    ] == _said(db, DAILY, MIDNIGHT)


def test_what_holds_at_the_beginning_is_taken_as_told(db: Connection) -> None:
    _see(db, 1, 65, 10)
    _see(db, 1, 90, 25)
    assert [(90, ANA, "escalated critical")] == _said(db, DAILY, MIDNIGHT + 70 * MINUTE)
    assert [] == _said(db, DAILY, MIDNIGHT + 90 * MINUTE)


def test_what_has_held_for_long_enough_at_the_beginning_is_taken_as_told(db: Connection) -> None:
    _see(db, 1, 65, 10)
    held = DAILY.replace("window: day", "window: day, for: 10m")
    assert [(75, ANA, "first warning")] == _said(db, held, MIDNIGHT + 70 * MINUTE)
    assert [] == _said(db, held, MIDNIGHT + 80 * MINUTE)


def test_a_rolling_window_is_told_with_its_span(db: Connection) -> None:
    _see(db, 1, 65, 10)
    rolling = DAILY.replace("day,", "2h,")
    found = replay.replay(db, world.rules(rolling), MIDNIGHT, MIDNIGHT + DAY, MINUTE)
    first, resolved = found.said
    assert (first.at - 2 * HOUR, first.at) == (first.period.start, first.period.end)
    assert (Reason.RESOLVED, MIDNIGHT + 3 * HOUR + MINUTE) == (resolved.reason, resolved.at)


def test_many_at_once_are_one_message(db: Connection) -> None:
    for number in range(6):
        _see(db, number, 65, 10, f"user-{number}@acme.test")
    found = replay.replay(db, world.rules(DAILY), MIDNIGHT, MIDNIGHT + DAY, MINUTE)
    assert (6, 1) == (len(found.said), found.messages)


def test_many_that_change_at_once_are_one_message(db: Connection) -> None:
    for number in range(7):
        _see(db, number, 65 + number // 4, 10, f"user-{number}@acme.test")
        _see(db, number, 80, 20, f"user-{number}@acme.test")
        _see(db, number, 90, 1, f"user-{number}@acme.test")
    found = replay.replay(db, world.rules(DAILY), MIDNIGHT, MIDNIGHT + DAY, MINUTE)
    assert (21, 7 + 1 + 1) == (len(found.said), found.messages)


def test_rules_on_what_has_no_history_are_left_out(db: Connection) -> None:
    rules = world.rules(
        DAILY
        + """
  - {name: balance, metric: credit_balance, below: true, thresholds: {critical: 10 USD}}
  - {name: blocked, metric: blocked, window: day, thresholds: {critical: 1}}
"""
    )
    found = replay.replay(db, rules, MIDNIGHT, MIDNIGHT + HOUR, MINUTE)
    assert ["balance", "blocked"] == [rule.name for rule in found.left_out]
    assert ((), True) == (found.said, found.empty)


def test_windows_wait_until_the_ledger_holds_the_whole_of_them(db: Connection) -> None:
    begins = MIDNIGHT + HOUR
    sources.backfilled(db, "acme", Backfill(begins, begins, done=True))
    _see(db, 1, 65, 10)
    _see(db, 2, 200, 1)
    rules = world.rules(
        DAILY + DAILY.replace("rules:", "").replace("daily", "rolling").replace("day,", "2h,")
    )
    found = replay.replay(db, rules, MIDNIGHT, MIDNIGHT + DAY, MINUTE)
    assert {"day": MIDNIGHT + DAY, "2h": MIDNIGHT + 3 * HOUR} == found.late
    assert not found.empty
    assert [3 * HOUR, 3 * HOUR + MINUTE] == [said.at - MIDNIGHT for said in found.said]
    later = replay.replay(db, rules, MIDNIGHT + 3 * HOUR, MIDNIGHT + DAY, MINUTE)
    assert {"day": MIDNIGHT + DAY} == later.late


def test_a_ledger_that_begins_with_a_day_holds_the_whole_of_it(db: Connection) -> None:
    sources.backfilled(db, "acme", Backfill(MIDNIGHT, MIDNIGHT, done=True))
    found = replay.replay(db, world.rules(DAILY), MIDNIGHT - HOUR, MIDNIGHT + DAY, MINUTE)
    assert {"day": MIDNIGHT} == found.late


def test_nothing_is_visited_that_cannot_matter(db: Connection) -> None:
    """The beginning, two turns of the day in Berlin, and a record that crosses: as it comes, and as it leaves the window."""
    _see(db, 1, 65, 10)
    rules = world.rules(
        DAILY + DAILY.replace("rules:", "").replace("daily", "rolling").replace("day,", "2h,")
    )
    assert 5 == replay.replay(db, rules, MIDNIGHT - HOUR, MIDNIGHT + DAY, MINUTE).visits
    _see(db, 2, 65, 9, BEN)
    assert 5 == replay.replay(db, rules, MIDNIGHT - HOUR, MIDNIGHT + DAY, MINUTE).visits


def test_it_begins_on_the_whole_minute_before(db: Connection) -> None:
    _see(db, 1, 65, 10)
    assert [] == _said(db, DAILY, MIDNIGHT + 65.5 * MINUTE)
    assert [(65, ANA, "first warning")] == _said(db, DAILY, MIDNIGHT + 64.5 * MINUTE)
