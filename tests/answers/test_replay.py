"""What the rules would have said, held against judging everything every time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers import replay
from bot.answers.replay import Terms
from bot.notify.quiet import Quiet
from bot.notify.silence import Silence
from bot.store import acks, alerts, ledger, silences, sources
from bot.store.acks import Ack
from bot.store.connection import Connection
from bot.store.sources import Backfill
from rules import labels, selection, window
from rules.alert import Reason
from rules.finding import Series
from rules.rule import Rule
from rules.terms import Severity
from rules.window import Span
from tests.answers import brute, world
from tests.answers.world import ANA, BEN
from tests.rules import making
from tests.store import usage

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime.fromisoformat("2026-11-19T20:00:00+00:00")
EACH = Terms(MINUTE)

QUICK = """
rules:
  - {name: hourly, metric: spend, group_by: [user], window: hour, thresholds: {warning: 5 USD, critical: 9 USD}}
  - {name: daily, metric: spend, window: day, thresholds: {warning: 8 USD}}
  - {name: rolling, metric: spend, group_by: [user], window: 30m, thresholds: {warning: 5 USD}, recover: 3 USD, keep: 7m}
  - {name: failing, metric: error_rate, window: 20m, min_count: 2, thresholds: {critical: 60%}, for: 4m}
  - {name: quiet, metric: streams, group_by: [user], window: 15m, below: true, thresholds: {info: 1}}
  - {name: tasks, metric: tasks, window: 25m, thresholds: {info: 2}}
"""
LOUD = """
rules:
  - {name: hourly, metric: spend, group_by: [user], window: hour, thresholds: {warning: 3 USD, critical: 9 USD}, repeat: 8m}
  - {name: daily, metric: spend, window: day, thresholds: {warning: 5 USD, critical: 15 USD}, repeat: 20m}
  - {name: rolling, metric: spend, group_by: [user], window: 30m, thresholds: {warning: 5 USD}, recover: 3 USD, keep: 7m, repeat: 5m}
"""
NEW = """
rules:
  - {name: task, metric: first_seen, group_by: [task], window: hour, thresholds: {info: 1}}
  - {name: user, metric: first_seen, group_by: [user], window: day, thresholds: {info: 1}}
  - {name: status, metric: first_seen, group_by: [status], window: 45m, thresholds: {info: 1}}
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
        pytest.param(NEW, 5 * MINUTE, 4 * HOUR, id="who and what is new"),
        pytest.param(USUAL, 4 * HOUR, 8 * DAY, id="what is usual on a day"),
        pytest.param(ROLLING, 4 * HOUR, 8 * DAY, id="what is usual in a day's length"),
        pytest.param(FORECAST, 8 * HOUR, 14 * DAY, id="forecasts"),
    ],
)
@settings(max_examples=6)
@given(events=_events)
def test_visiting_what_matters_equals_judging_everything_every_time(
    text: str, every: timedelta, length: timedelta, events: list[_Event]
) -> None:
    rules, since = world.rules(text), START + length / 4
    db = _store(events, length)
    _go_on(db, length)
    stretch, terms = Span(since, START + 1.3 * length), Terms(every)
    found = replay.replay(db, rules, stretch, terms)
    assert brute.replay(db, rules, stretch, terms) == brute.lines(found)
    db.close()


_fraction = st.floats(0, 1)
_silences = st.lists(
    st.tuples(
        _fraction,  # when it starts, of the whole time
        st.floats(0, 0.4),  # how long it lasts
        st.sampled_from(["*", "hourly", "d*", "rolling"]),
        st.sampled_from(["", ANA, "*@acme.test"]),
    ),
    max_size=3,
)
_acks = st.lists(
    st.tuples(
        st.sampled_from(["hourly", "daily", "rolling"]),
        st.sampled_from([ANA, BEN]),
        _fraction,  # when it is taken on
        st.one_of(st.none(), st.floats(0, 0.2)),  # how much later it is given back
        st.sampled_from([Severity.WARNING, Severity.CRITICAL]),
    ),
    max_size=4,
)
_quiet = st.sampled_from(
    [
        None,
        Quiet(world.BERLIN, hours=(time(22, 10), time(23))),
        Quiet(
            world.BERLIN, hours=(time(23, 5), time(0, 45)), spared=frozenset({Severity.CRITICAL})
        ),
        Quiet(world.BERLIN, days=frozenset({3})),
    ]
)


def _silence(db: Connection, length: timedelta, drawn: tuple[float, float, str, str]) -> None:
    start, lasts, rule, user = drawn
    starts = START + start * length
    match = labels.EVERYTHING if not user else selection.patterns({"user": user})
    silences.add(db, Silence(0, starts, starts + lasts * length, "ada", "known", rule, match))


def _take_on(
    db: Connection,
    rules: Mapping[str, Rule],
    length: timedelta,
    drawn: tuple[str, str, float, float | None, Severity],
) -> None:
    """Somebody takes on the alert of a series that there may be at that moment."""
    name, user, when, later, peak = drawn
    at = START + when * length
    alert = _alert(db, rules[name], user, at)
    acks.add(db, Ack(alert, at, "ada", peak))
    if later is not None:
        acks.undo(db, alert, at + later * length)


def _alert(db: Connection, rule: Rule, user: str, at: datetime) -> str:
    """The id of an alert of that moment, as the live bot keeps it."""
    assert rule.window is not None
    values = (user,) if rule.group_by else ()
    series = Series(rule.name, "thresholds", rule.meaning, rule.group_by, values)
    span = window.span_at(rule.window, at)
    alert = replace(making.alert(), series=series, span=span, by_period=rule.by_period, since=at)
    alerts.put(db, [(alert, None)])
    return alert.id


@settings(max_examples=30)
@given(events=_events, muted=_silences, taken=_acks, quiet=_quiet)
def test_so_it_does_where_people_silence_and_take_on_and_times_are_quiet(
    events: list[_Event], muted: list[Any], taken: list[Any], quiet: Quiet | None
) -> None:
    length, rules = 4 * HOUR, world.rules(LOUD)
    db = _store(events, length)
    for each in muted:
        _silence(db, length, each)
    for each in sorted(taken, key=lambda drawn: drawn[2]):
        _take_on(db, {rule.name: rule for rule in rules}, length, each)
    stretch, terms = Span(START + 32 * MINUTE, START + 1.1 * length), Terms(4 * MINUTE, quiet)
    found = replay.replay(db, rules, stretch, terms)
    assert brute.replay(db, rules, stretch, terms) == brute.lines(found)
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
    db: Connection, text: str, since: datetime, hours: int = 48, quiet: Quiet | None = None
) -> list[tuple[int, str, str]]:
    """What is said in the hours from midnight on: at which minute, about whom, and why."""
    found = replay.replay(
        db, world.rules(text), Span(since, MIDNIGHT + hours * HOUR), Terms(MINUTE, quiet)
    )
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


def test_what_was_taken_on_is_repeated_once_it_is_given_back(db: Connection) -> None:
    _see(db, 1, 65, 10)
    again = DAILY.replace("window: day", "window: day, repeat: 2h")
    assert [65, 185] == [minute for minute, *_ in _said(db, again, MIDNIGHT, hours=7)]
    alert = _alert(db, world.rules(again)[0], ANA, MIDNIGHT + 65 * MINUTE)
    acks.add(db, Ack(alert, MIDNIGHT + 100.5 * MINUTE, "ada", Severity.WARNING))
    assert [65] == [minute for minute, *_ in _said(db, again, MIDNIGHT, hours=7)]
    acks.undo(db, alert, MIDNIGHT + 199.5 * MINUTE)
    assert [65, 200] == [minute for minute, *_ in _said(db, again, MIDNIGHT, hours=7)]


def test_what_was_taken_on_before_it_begins_is_so_still(db: Connection) -> None:
    _see(db, 1, 65, 10)
    again = DAILY.replace("window: day", "window: day, repeat: 2h")
    since = MIDNIGHT + 70 * MINUTE
    assert [190] == [minute for minute, *_ in _said(db, again, since, hours=4)]
    alert = _alert(db, world.rules(again)[0], ANA, MIDNIGHT + 65 * MINUTE)
    acks.add(db, Ack(alert, MIDNIGHT + 66 * MINUTE, "ada", Severity.WARNING))
    assert [] == _said(db, again, since, hours=4)


def test_an_acknowledgement_of_what_other_rules_say_is_none(db: Connection) -> None:
    _see(db, 1, 65, 10)
    other = DAILY.replace("name: daily", "name: other")
    alert = _alert(db, world.rules(other)[0], ANA, MIDNIGHT + 65 * MINUTE)
    acks.add(db, Ack(alert, MIDNIGHT + 66 * MINUTE, "ada", Severity.WARNING))
    acks.add(db, Ack("forgotten", MIDNIGHT + 66 * MINUTE, "ada", Severity.WARNING))
    assert [(65, ANA, "first warning")] == _said(db, DAILY, MIDNIGHT)


def test_what_its_day_and_the_quiet_time_ended_at_once_is_told(db: Connection) -> None:
    evening = Quiet(world.BERLIN, hours=(time(22), time(0)))
    _see(db, 1, 23 * 60, 10)
    assert [(24 * 60, ANA, "delayed warning")] == _said(db, DAILY, MIDNIGHT, quiet=evening)


def test_what_holds_at_the_beginning_is_taken_as_told_under_a_silence_too(db: Connection) -> None:
    _see(db, 1, 65, 10)
    since, ends = MIDNIGHT + 70 * MINUTE, MIDNIGHT + 90 * MINUTE
    silences.add(db, Silence(0, since, ends, "ada", "known"))
    assert [] == _said(db, DAILY, since)
    _see(db, 1, 80, 25)
    assert [(90, ANA, "escalated critical")] == _said(db, DAILY, since)


def test_a_rolling_window_is_told_with_its_span(db: Connection) -> None:
    _see(db, 1, 65, 10)
    rolling = DAILY.replace("day,", "2h,")
    found = replay.replay(db, world.rules(rolling), Span(MIDNIGHT, MIDNIGHT + DAY), EACH)
    first, resolved = found.said
    assert (first.at - 2 * HOUR, first.at) == (first.period.start, first.period.end)
    assert (Reason.RESOLVED, MIDNIGHT + 3 * HOUR + MINUTE) == (resolved.reason, resolved.at)


def test_many_at_once_are_one_message(db: Connection) -> None:
    for number in range(6):
        _see(db, number, 65, 10, f"user-{number}@acme.test")
    found = replay.replay(db, world.rules(DAILY), Span(MIDNIGHT, MIDNIGHT + DAY), EACH)
    assert (6, 1) == (len(found.said), found.messages)


def test_many_that_change_at_once_are_one_message(db: Connection) -> None:
    for number in range(7):
        _see(db, number, 65 + number // 4, 10, f"user-{number}@acme.test")
        _see(db, number, 80, 20, f"user-{number}@acme.test")
        _see(db, number, 90, 1, f"user-{number}@acme.test")
    found = replay.replay(db, world.rules(DAILY), Span(MIDNIGHT, MIDNIGHT + DAY), EACH)
    assert (21, 7 + 1 + 1) == (len(found.said), found.messages)


def test_rules_on_what_has_no_history_are_left_out(db: Connection) -> None:
    rules = world.rules(
        DAILY
        + """
  - {name: balance, metric: credit_balance, below: true, thresholds: {critical: 10 USD}}
  - {name: blocked, metric: blocked, window: day, thresholds: {critical: 1}}
"""
    )
    found = replay.replay(db, rules, Span(MIDNIGHT, MIDNIGHT + HOUR), EACH)
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
    found = replay.replay(db, rules, Span(MIDNIGHT, MIDNIGHT + DAY), EACH)
    assert {"day": MIDNIGHT + DAY, "2h": MIDNIGHT + 3 * HOUR} == found.late
    assert not found.empty
    assert [3 * HOUR, 3 * HOUR + MINUTE] == [said.at - MIDNIGHT for said in found.said]
    later = replay.replay(db, rules, Span(MIDNIGHT + 3 * HOUR, MIDNIGHT + DAY), EACH)
    assert {"day": MIDNIGHT + DAY} == later.late


def test_who_is_new_waits_for_what_was_before(db: Connection) -> None:
    sources.backfilled(db, "acme", Backfill(MIDNIGHT, MIDNIGHT, done=True))
    rules = world.rules(
        "rules: [{name: new, metric: first_seen, group_by: [user], window: 1h, thresholds: {info: 1}}]"
    )
    for number, user, at in ((1, ANA, 27 * DAY), (2, BEN, 28 * DAY + 2 * HOUR)):
        known = world.spent(number, MIDNIGHT + at, world.usd(1), user)
        ledger.add(db, [known], seen=MIDNIGHT + at, live=False)
    found = replay.replay(db, rules, Span(MIDNIGHT, MIDNIGHT + 30 * DAY), EACH)
    assert {"1h of first_seen": MIDNIGHT + 28 * DAY + HOUR} == found.late
    assert [({"user": BEN}, "first"), ({"user": BEN}, "resolved")] == [
        (said.labels, said.reason) for said in found.said
    ]


def test_a_ledger_that_begins_with_a_day_holds_the_whole_of_it(db: Connection) -> None:
    sources.backfilled(db, "acme", Backfill(MIDNIGHT, MIDNIGHT, done=True))
    found = replay.replay(db, world.rules(DAILY), Span(MIDNIGHT - HOUR, MIDNIGHT + DAY), EACH)
    assert {"day": MIDNIGHT} == found.late


def test_nothing_is_visited_that_cannot_matter(db: Connection) -> None:
    """The beginning, two turns of the day in Berlin, and a record that crosses: as it comes, and as it leaves the window."""
    _see(db, 1, 65, 10)
    rules = world.rules(
        DAILY + DAILY.replace("rules:", "").replace("daily", "rolling").replace("day,", "2h,")
    )
    assert 5 == replay.replay(db, rules, Span(MIDNIGHT - HOUR, MIDNIGHT + DAY), EACH).visits
    _see(db, 2, 65, 9, BEN)
    assert 5 == replay.replay(db, rules, Span(MIDNIGHT - HOUR, MIDNIGHT + DAY), EACH).visits


def test_it_begins_on_the_whole_minute_before(db: Connection) -> None:
    _see(db, 1, 65, 10)
    assert [] == _said(db, DAILY, MIDNIGHT + 65.5 * MINUTE)
    assert [(65, ANA, "first warning")] == _said(db, DAILY, MIDNIGHT + 64.5 * MINUTE)
