"""What a digest says."""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from bot.answers import digest
from bot.answers.digest import Due
from bot.notify import agreement, silence
from bot.notify.agreement import About, Difference
from bot.notify.facts import DigestFacts, Line, Split, UserLine
from bot.notify.silence import Silence
from bot.store import acks, agreements, alerts, ledger, silences, sources
from bot.store.acks import Ack
from bot.store.connection import Connection
from bot.store.sources import Balance
from rules.labels import Label
from rules.money import ZERO, Money, share
from rules.rule import Rule
from rules.terms import Severity
from rules.window import Every, Period, Span
from tests.answers import test_alerts, world
from tests.answers.world import ANA, BEN, BERLIN, CI, NOW, days, hours, usd

PATIENCE = timedelta(minutes=10)
RULES = world.rules("""
rules:
  - {name: team, metric: spend, window: month, budget: 100 USD, thresholds: {critical: 100%}}
  - name: people
    metric: spend
    window: month
    group_by: [user]
    budget: 30 USD
    thresholds: {warning: 80%}
""")


def facts(
    db: Connection,
    every: Every = Every.DAY,
    rules: tuple[Rule, ...] = (),
    since: datetime | None = None,
) -> DigestFacts:
    return digest.facts(db, Due("daily", Period(every, BERLIN), since), rules, PATIENCE, NOW)


def local(*date: int) -> datetime:
    return datetime(*date, tzinfo=BERLIN)  # type: ignore[arg-type, misc] # a date in parts


def test_a_day_is_told_beside_the_days_before(db: Connection) -> None:
    world.add(
        db,
        [
            world.spent(20, hours(14), usd(2), BEN, model="sonnet"),
            world.spent(21, days(8) + hours(1), usd(6), CI),
        ],
    )
    found = facts(db)
    assert ("21 Nov 2026", "Europe/Berlin") == (found.period.name, found.period.zone)
    assert (usd(10), usd(13)) == (found.spend, found.before)
    assert Money(round((3 + 7 + 6) * 10**9 / 28)) == found.mean
    assert ("November 2026", usd("47.01")) == (found.to_date.name, found.to_date_spend)
    assert (local(2026, 11, 1), NOW) == (found.to_date.start, found.to_date.end)
    assert (
        UserLine(CI, usd(8), usd(6), share(usd(8), usd(10))),
        UserLine(BEN, usd(2), ZERO, share(usd(2), usd(10))),
    ) == found.users
    assert (Line("opus", usd(8)), Line("sonnet", usd(2))) == found.models
    assert [("t-ci@", usd(8)), ("t-ben", usd(2))] == [(line.id, line.cost) for line in found.tasks]
    assert (2, 2, 0) == (found.streams, found.records, found.errors)
    assert Fraction(0) == found.error_rate
    assert usd(50) == found.to_date_before, "October by the same day and time"
    assert (Split(usd(10), ZERO, ZERO), world.POLLED, ()) == (found.split, found.as_of, found.stale)


@pytest.mark.parametrize(
    ("every", "name", "told"),
    [
        (Every.WEEK, "week of 9 Nov 2026", (usd(7), usd(4), usd("13.5"))),
        (Every.MONTH, "October 2026", (usd(50), usd(6), None)),
    ],
)
def test_weeks_and_months_are_told_beside_the_one_before(
    db: Connection, every: Every, name: str, told: tuple[Money | None, ...]
) -> None:
    world.polled(db, days=100)
    edges = {
        local(2026, 11, 2): 4,  # the first moment of the week before
        local(2026, 9, 1): 1,
        local(2026, 9, 30, 23, 59): 5,
    }
    world.add(db, [world.spent(40 + n, at, usd(edges[at])) for n, at in enumerate(edges)])
    found = facts(db, every)
    assert (every, name) == (found.every, found.period.name)
    assert told == (found.spend, found.before, found.mean)


DAYS = world.rules("""
rules:
  - {name: team, metric: spend, window: month, budget: 100 USD, thresholds: {critical: 50%}}
  - {name: days, metric: spend, window: day, budget: 10 USD, thresholds: {critical: 100%}}
  - {name: hours, metric: spend, window: 24h, budget: 10 USD, thresholds: {critical: 100%}}
""")


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        pytest.param(
            Every.DAY,
            [
                ("days", usd(8), "21", False, None),
                ("hours", usd("21.01"), "21", False, Severity.CRITICAL),
                ("team", usd("39.01"), "1", True, None),
            ],
            id="yesterday",
        ),
        pytest.param(
            Every.MONTH,
            [
                ("team", usd(50), "1", False, Severity.CRITICAL),
                ("days", usd("21.01"), "22", False, Severity.CRITICAL),
                ("hours", usd("21.01"), "21", False, Severity.CRITICAL),
            ],
            id="the month",
        ),
    ],
)
def test_a_budget_of_the_span_that_is_told_of_is_shown_as_it_ended(
    db: Connection, every: Every, expected: list[object]
) -> None:
    found = facts(db, every, DAYS).budgets
    assert expected == [
        (
            line.rule,
            line.spent,
            str(line.period.start.astimezone(BERLIN).day),
            line.pace is not None,
            line.severity,
        )
        for line in found
    ]
    assert all((line.left is None) == (line.period.end <= NOW) for line in found)


def test_of_many_budgets_those_over_everything_are_told_and_the_others_counted(
    empty: Connection,
) -> None:
    people = [f"u{number:02}@acme.test" for number in range(digest.BUDGETS + 3)]
    spent = [
        world.spent(number, hours(30), usd(1 + number), person)
        for number, person in enumerate(people)
    ]
    world.add(empty, spent)
    rules = world.rules("""
rules:
  - {name: person-month, metric: spend, group_by: [user], window: month, budget: 1 USD, thresholds: {info: 100%, critical: 500%}}
  - {name: person-day, metric: spend, group_by: [user], window: day, budget: 10 USD, thresholds: {warning: 100%}}
  - {name: team-month, metric: spend, window: month, budget: 1000 USD, thresholds: {warning: 100%}}
""")
    found = facts(empty, rules=rules)
    assert digest.BUDGETS == len(found.budgets)
    assert ["team-month", "person-day", "person-day"] == [line.rule for line in found.budgets[:3]]
    critical, warning, info = len(people) - 4, 2, 4
    assert ((Severity.CRITICAL, critical), (Severity.WARNING, warning), (Severity.INFO, info)) == (
        found.reached
    )
    assert len(people) + warning + 1 - digest.BUDGETS == found.more_budgets


def test_what_the_ledger_does_not_reach_is_not_compared(db: Connection) -> None:
    world.polled(db, days=5)
    found = facts(db)
    assert (None, None) == (found.before, found.mean)


def test_budgets_over_everything_and_those_that_are_near(db: Connection) -> None:
    found = facts(db, rules=RULES)
    assert [("team", {}, None), ("people", {"user": ANA}, Severity.WARNING)] == [
        (line.rule, line.labels, line.severity) for line in found.budgets
    ]
    assert all(line.pace for line in found.budgets)


def test_open_alerts_are_told(db: Connection) -> None:
    found = [test_alerts.alert(f"u{n}@acme.test", Severity.INFO) for n in range(8)]
    alerts.put(db, [(alert, None) for alert in found])
    told = facts(db)
    assert (5, 3, 0) == (len(told.alerts), told.more_alerts, told.silenced)


def test_alerts_that_are_silenced_are_told_as_such(db: Connection) -> None:
    found = [test_alerts.alert(f"u{n}@acme.test", Severity.INFO) for n in range(8)]
    alerts.put(db, [(alert, None) for alert in found])
    match = silence.selector([(Label.USER, "u7*")])
    silences.add(db, Silence(0, NOW - hours(1), NOW + hours(1), "ada", "known", match=match))
    silences.add(db, Silence(0, NOW - hours(1), NOW + hours(1), "ada", "this", alert=found[0].id))
    silences.add(db, Silence(0, NOW - hours(2), NOW, "ada", "over by now"))
    told = facts(db)
    assert 2 == told.silenced
    assert [line.id in (found[0].id, found[7].id) for line in told.alerts] == [
        line.acted.silence is not None for line in told.alerts
    ]


def test_all_open_alerts_are_counted_that_people_did_something_about(db: Connection) -> None:
    found = [
        replace(test_alerts.alert(f"u{n}@acme.test", Severity.INFO), acked=Severity.CRITICAL)
        for n in range(8)
    ]
    alerts.put(db, [(alert, None) for alert in found])
    for alert in found[:7]:
        acks.add(db, Ack(alert.id, NOW, ANA, Severity.CRITICAL))
    silences.add(db, Silence(0, NOW, NOW + hours(1), ANA, "", alert=found[0].id))
    told = facts(db)
    assert (7, 1) == (told.acked, told.silenced)
    assert 5 == len(told.alerts)


def test_what_is_not_listed_is_counted(empty: Connection) -> None:
    world.add(
        empty,
        [world.spent(n, hours(25), usd(1), f"u{n}@acme.test", model=f"m{n % 7}") for n in range(9)],
    )
    told = facts(empty)
    assert (5, 4) == (len(told.users), told.more_users)
    assert (5, 2) == (len(told.models), told.more_models)
    assert (5, 4) == (len(told.tasks), told.more_tasks)


def test_credits_are_told_where_every_source_knows_them(db: Connection) -> None:
    expiry = NOW + days(30)
    sources.balanced(db, "acme", Balance(usd(40), usd(100), expiry, None, NOW))
    assert (usd(40), expiry) == (facts(db).credits_left, facts(db).credits_expire)
    world.polled(db, "blue")
    assert facts(db).credits_left is None
    sources.balanced(db, "blue", Balance(usd(2), usd(100), None, None, NOW))
    assert (usd(42), expiry) == (facts(db).credits_left, facts(db).credits_expire)


def test_stale_sources_are_named(db: Connection) -> None:
    sources.failed(db, "blue", "unreachable", at=NOW)
    assert ("blue",) == facts(db).stale


def test_a_quiet_day_is_all_zero(empty: Connection) -> None:
    found = facts(empty)
    assert (ZERO, 0, None, (), ()) == (
        found.spend,
        found.streams,
        found.error_rate,
        found.users,
        found.tasks,
    )


def test_what_came_late_for_days_that_were_told_is_summed(db: Connection) -> None:
    since = world.POLLED + timedelta(seconds=1)
    late = [world.spent(30, days(3), usd(2)), world.spent(6, days(8), usd(5), status="aborted")]
    ledger.add(db, late, seen=NOW, live=True)
    ledger.add(db, [world.spent(31, hours(24), usd(100))], seen=NOW, live=True)
    last = digest.facts(
        db, Due("daily", Period(Every.DAY, BERLIN), since), (), PATIENCE, NOW + days(1)
    )
    assert usd(2 + 5 - 7 + 100) == last.late
    assert ZERO == facts(db).late, "the first digest has nothing to be late for"


def test_days_that_no_digest_told_of_are_not_late(db: Connection) -> None:
    since = NOW - days(4)
    ledger.add(db, [world.spent(30, days(2), usd(2))], seen=NOW, live=True)
    found = digest.facts(db, Due("daily", Period(Every.DAY, BERLIN), since), (), PATIENCE, NOW)
    assert usd("57") == found.late, "only the two records that are older than that digest's day"


def compare(db: Connection, source: str, at: datetime, left: int, healed: int = 0) -> None:
    """The ledger of a source was held against Neo's own totals."""
    by, stays = usd(left + healed), usd(left)
    found = [Difference(About.TASK, "t", by, ZERO, by, stays)] if left or healed else []
    span = Span(NOW - days(90), at)
    agreements.put(db, source, agreement.conclude(at, span, (9, found), []))


def test_how_it_compares_with_neo_is_told_while_that_is_fresh_of_every_source(
    db: Connection,
) -> None:
    assert facts(db).reconciled is None, "it was never compared"
    compare(db, "acme", NOW - days(2), 3)
    assert usd(3) == facts(db).reconciled
    sources.identify(db, "blue", role="admin", account=None)
    assert facts(db).reconciled is None, "the other source was never compared"
    compare(db, "blue", NOW - hours(5), 4)
    assert usd(7) == facts(db).reconciled
    compare(db, "acme", NOW - days(2) - hours(1), 0)
    assert facts(db).reconciled is None, "that is too long ago"


def test_what_was_healed_since_the_last_digest_is_told(db: Connection) -> None:
    for number, ago in enumerate((days(9), days(1), hours(2)), start=1):
        compare(db, "acme", NOW - ago, 0, healed=10**number)
    assert [usd(1100), usd(1110), usd(100 + 1000)] == [
        facts(db, since=NOW - days(3)).healed,
        facts(db, Every.MONTH).healed,
        facts(db).healed,
    ]
