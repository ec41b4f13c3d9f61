"""What a rule made of a series, and from which records."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.answers import alerts as open_alerts
from bot.answers import madeof, recorded, why
from bot.answers.who import Asker
from bot.answers.why import Asked, Given
from bot.notify import silence
from bot.notify.answer import Refusal
from bot.notify.facts import AckFacts, Acted, SilenceFacts
from bot.notify.notification import Destination, NoteBody, Via
from bot.notify.quiet import Quiet
from bot.notify.silence import Silence
from bot.notify.why import Told, WhyAnswer
from bot.store import acks, alerts, decisions, messages, outbox, silences, sources, tasks
from bot.store.acks import Ack
from bot.store.connection import Connection
from bot.store.outbox import Entry
from bot.store.sources import Balance
from rules.alert import Alert, Reason, State, Transition
from rules.finding import Series, Verdict
from rules.labels import Label
from rules.metric import METRICS, Kind
from rules.money import Money
from rules.terms import Limit, Severity
from rules.window import Span
from tests.answers import world
from tests.answers.world import ADMIN, ANA, AS_ANA, BEN, CI, NOBODY, NOW, usd
from tests.store import usage

RULES = world.rules("""
rules:
  - {name: day, metric: spend, group_by: [user], window: day, thresholds: {warning: 10 USD}}
  - {name: week, metric: spend, group_by: [user, model], window: 7d, thresholds: {warning: 10 USD}}
  - {name: team, metric: spend, window: 7d, budget: 40 USD, thresholds: {warning: 80%}}
  - {name: failing, metric: error_rate, window: 7d, thresholds: {warning: 90%}}
  - {name: per-task, metric: cost_per_task, window: 7d, thresholds: {warning: 90 USD}}
  - {name: tasks, metric: tasks, window: 7d, thresholds: {warning: 90}}
  - {name: tools, metric: tool_time, group_by: [tool], window: day, thresholds: {warning: 1h}}
  - {name: blocked, metric: blocked, window: month, thresholds: {warning: 1}}
  - {name: odd, metric: spend, group_by: [user], window: day, baseline: {warning: 4x}}
  - {name: asleep, metric: streams, group_by: [user], window: 24h, below: true, thresholds: {info: 0}}
  - {name: new, metric: first_seen, group_by: [user], window: 7d, thresholds: {info: 1}}
  - {name: left, metric: credit_balance, thresholds: {warning: 20 USD}, below: true}
  - {name: slow, metric: spend, group_by: [user], window: 24h, thresholds: {warning: 30 USD}, recover: 10 USD}
""")
GIVEN = Given(RULES, ("acme",), timedelta(minutes=10))
PLACE = Destination("finops", Via.SLACK, "#neo-spend")


def asked(db: Connection, rule: str, at: Any = None, **labels: str) -> WhyAnswer:
    found = why.answer(db, GIVEN, Asked(rule, labels, at), NOW)
    assert isinstance(found, WhyAnswer), found
    return found


def refused(db: Connection, rule: str, at: Any = None, **labels: str) -> str:
    found = why.answer(db, GIVEN, Asked(rule, labels, at), NOW)
    assert isinstance(found, Refusal)
    return found.text


def test_a_value_is_made_of_records_that_add_up_to_it(db: Connection) -> None:
    found = asked(db, "day", user=ANA)
    assert (usd("20.01"), "22 Nov 2026", True) == (found.value, found.period.name, found.live)
    assert found.made is not None
    assert [
        (usd(20), "t-ana", "Assess the shop", "opus", NOW - timedelta(hours=1)),
        (usd("0.01"), "t-ana", "Assess the shop", "sonnet", NOW - timedelta(hours=2)),
    ] == [(each.amount, each.task, each.title, each.model, each.at) for each in found.made.parts]
    assert (0, Money(0), usd("20.01")) == (found.made.more, found.made.rest, found.made.whole)
    [said] = found.verdicts
    assert (Verdict.HOLDS, "$20.01 reaches 10 USD") == (said.verdict, said.words)
    assert () == found.episodes


def test_what_is_new_is_made_of_the_record_that_was_first(empty: Connection) -> None:
    world.polled(empty)
    records = [world.spent(n, world.hours(n), usd(n)) for n in (2, 9, 4)]
    world.add(empty, [*records, world.spent(1, world.days(8), usd(1), user=BEN)])
    world.add(empty, [world.spent(3, world.hours(1), usd(1), user=BEN)])
    found = asked(empty, "new", user=ANA)
    assert found.made is not None
    [first] = found.made.parts
    assert (1, 1, 1, 0) == (found.value, first.amount, found.made.whole, found.made.rest)
    assert (NOW - world.hours(9), ANA) == (first.at, first.user)
    known = asked(empty, "new", user=BEN)
    assert known.made is not None
    assert (0, ()) == (known.value, known.made.parts)


def test_what_is_not_shown_is_told_as_one_sum(empty: Connection) -> None:
    world.polled(empty)
    world.add(empty, [world.spent(n, world.hours(1), Money(10**9 + n)) for n in range(30)])
    made = asked(empty, "day", user=ANA).made
    assert made is not None
    assert (madeof.TOP, 30 - madeof.TOP) == (len(made.parts), made.more)
    assert [Money(10**9 + n) for n in range(29, 29 - madeof.TOP, -1)] == [
        each.amount for each in made.parts
    ]
    assert Money(sum(10**9 + n for n in range(30 - madeof.TOP))) == made.rest
    assert made.whole == Money(sum(10**9 + n for n in range(30)))


def test_of_very_many_records_the_tasks_are_told(
    db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(madeof, "MOST", 1)
    made = asked(db, "day", user=ANA).made
    assert made is not None
    assert [("", "t-ana", "Assess the shop", usd("20.01"))] == [
        (each.key, each.task, each.title, each.amount) for each in made.parts
    ]


@pytest.mark.parametrize(
    ("rule", "labels", "value", "made"),
    [
        pytest.param("failing", {}, 40, ([1, 1], 5), id="failed streams of those judged"),
        pytest.param(
            "per-task",
            {},
            usd("10.67"),
            ([usd(20), usd(8), usd(3), usd(1), usd("0.01")], 3),
            id="money of several tasks",
        ),
        pytest.param("tasks", {}, 3, ([1, 1, 1], None), id="tasks count one each"),
        pytest.param(
            "tools",
            {"tool": "bash"},
            timedelta(milliseconds=900),
            ([timedelta(milliseconds=900)], None),
            id="one tool of a record that used two",
        ),
        pytest.param("asleep", {"user": ANA}, 2, ([1, 1], None), id="streams"),
    ],
)
def test_every_kind_of_value_is_told_by_its_parts(
    db: Connection,
    rule: str,
    labels: dict[str, str],
    value: Any,
    made: tuple[list[Any], int | None],
) -> None:
    found = asked(db, rule, **labels)
    assert found.made is not None
    assert made == ([each.amount for each in found.made.parts], found.made.of)
    assert str(value) == str(found.value)


def test_every_ratio_has_what_is_summed_in_it() -> None:
    ratios = {name for name, each in METRICS.items() if each.kind is Kind.RATIO}
    assert ratios == set(madeof.RATIOS)


def test_blocked_tasks_are_named(db: Connection) -> None:
    tasks.put(db, [usage.task(id="t-9", status="blocked", at=NOW, title="Stuck")])
    made = asked(db, "blocked").made
    assert made is not None
    assert [("t-9", "Stuck", 1)] == [(each.task, each.title, each.amount) for each in made.parts]


def test_an_earlier_moment_is_told_as_it_was_known_then(db: Connection) -> None:
    before = asked(db, "team", world.POLLED - timedelta(seconds=1))
    assert (False, None, Money(0)) == (before.live, before.as_of, before.value)
    after = asked(db, "team", world.POLLED)
    assert (usd("32.01"), world.POLLED) == (after.value, after.period.end)
    assert ["$32.01 reaches 80% of 40 USD = $32.00"] == [each.words for each in after.verdicts]


def test_a_value_with_a_star_in_it_is_no_pattern(db: Connection) -> None:
    world.add(db, [world.spent(90, world.hours(1), usd(1), "a*", task="t-star")])
    found = asked(db, "day", user="a*")
    assert found.made is not None
    assert (usd(1), ["t-star"]) == (found.value, [each.task for each in found.made.parts])


def test_stale_data_is_said(db: Connection) -> None:
    given = replace(GIVEN, stale_after=timedelta(seconds=1))
    found = why.answer(db, given, Asked("day", {"user": BEN}), NOW)
    assert isinstance(found, WhyAnswer)
    assert ["it cannot be judged: the data is stale"] == [each.words for each in found.verdicts]


def test_a_baseline_without_history_cannot_be_judged(db: Connection) -> None:
    found = asked(db, "odd", user=ANA)
    assert () == found.limits
    assert ["it cannot be judged: too little traffic to judge"] == [
        each.words for each in found.verdicts
    ]


def test_a_gauge_is_told_of_the_present_only(db: Connection) -> None:
    turn = NOW + timedelta(days=3)
    sources.balanced(db, "acme", Balance(usd(15), usd(100), None, turn, NOW))
    found = asked(db, "left", source="acme")
    assert (usd(15), None) == (found.value, found.made)
    assert "$15.00 is at most 20 USD" == found.verdicts[0].words
    assert "source=acme ($15.00)" in refused(db, "left")
    assert "No history is stored of what left measures" in refused(
        db, "left", NOW - timedelta(hours=1), source="acme"
    )


@pytest.mark.parametrize(
    ("rule", "labels", "says"),
    [
        pytest.param("dya", {}, '"dya" is not a rule; did you mean "day"?', id="a rule's name"),
        pytest.param("zzz", {}, "expected one of day, week, team", id="another name"),
        pytest.param(
            "day",
            {},
            f"Say which series of day: user=…; there are, worst first: user={ANA} ($20.01), user={BEN}",
            id="no label",
        ),
        pytest.param("asleep", {}, f"worst first: user={BEN} (1), user={ANA} (2)", id="too little"),
        pytest.param(
            "week",
            {"model": "sonnet"},
            f"user=…; there are, worst first: user={ANA} model=sonnet ($0.01).",
            id="half of the labels",
        ),
        pytest.param("day", {"usr": ANA}, '"usr" is no label of day, which groups by user', id="x"),
        pytest.param("team", {"user": ANA}, "team, which groups by nothing", id="no group"),
        pytest.param(
            "day", {"user": CI}, f"There is nothing of day{{user={CI}}}; there are", id="no usage"
        ),
        pytest.param(
            "tools", {"tool": "x"}, "there are, worst first: bash (0s), nuclei", id="no such tool"
        ),
    ],
)
def test_what_is_not_clear_is_answered_with_what_there_is(
    db: Connection, rule: str, labels: dict[str, str], says: str
) -> None:
    assert says in refused(db, rule, **labels).replace("tool=", "")


def test_where_there_are_many_series_some_are_named(empty: Connection) -> None:
    world.add(
        empty, [world.spent(n, world.hours(1), usd(n + 1), f"u{n}@a.test") for n in range(11)]
    )
    assert "user=u10@a.test ($11.00), " in refused(empty, "day")
    assert refused(empty, "day").endswith("user=u3@a.test ($4.00), +3 more.")


def test_an_empty_ledger_has_no_series(empty: Connection) -> None:
    assert "there is no series with usage" in refused(empty, "day")
    assert why.answer(empty, replace(GIVEN, rules=()), Asked("x", {}), NOW) == Refusal(
        "There are no rules."
    )


def test_the_future_is_not_told(db: Connection) -> None:
    assert "That time is still to come." == refused(db, "team", NOW + timedelta(seconds=1))


# --- alerts ---------------------------------------------------------------------------------------


def alert(user: str = ANA, **facts: Any) -> Alert:
    rule = RULES[0]
    limit = Limit(Severity.WARNING, usd(10), "10 USD")
    plain = {
        "series": Series("day", "thresholds", rule.meaning, (Label.USER,), (user,)),
        "span": Span(NOW - timedelta(hours=12), NOW + timedelta(hours=12)),
        "by_period": True,
        "state": State.FIRING,
        "severity": Severity.WARNING,
        "peak": Severity.WARNING,
        "value": usd(20),
        "worst": usd(20),
        "limit": limit,
        "peak_limit": limit,
        "since": NOW - timedelta(hours=1),
    }
    return Alert(**{**plain, **facts})


def fire(db: Connection, each: Alert, reason: Reason | None = Reason.FIRST) -> Alert:
    alerts.put(db, [(each, None)])
    decisions.add(db, [Transition(None, each, reason)], each.since)
    return each


def tell(db: Connection, each: Alert, at: datetime | None = None) -> None:
    at = at or each.since
    messages.write(db, each.id, PLACE, NoteBody("x"), at)
    outbox.add(db, Entry(each.id, f"{each.id}|{at}", "first"), at)
    messages.tell(db, [each], PLACE, each.id)


def of(db: Connection, prefix: str, asker: Asker = ADMIN) -> WhyAnswer | Refusal:
    return why.of_alert(db, GIVEN, asker, prefix, NOW)


def found_of(db: Connection, prefix: str, asker: Asker = ADMIN) -> WhyAnswer:
    found = of(db, prefix, asker)
    assert isinstance(found, WhyAnswer), found
    return found


def test_an_alert_is_told_with_its_state_and_who_was_told_what(db: Connection) -> None:
    ours = fire(db, alert(note="moved"))
    tell(db, ours)
    found = found_of(db, ours.id[:6], AS_ANA)
    assert ({"user": ANA}, usd("20.01"), True) == (found.labels, found.value, found.live)
    [episode] = found.episodes
    assert (ours.id, State.FIRING, ours.since) == (episode.id, episode.state, episode.since)
    assert (Told(PLACE, Severity.WARNING, usd(20)),) == episode.told
    assert "moved" == episode.note
    assert episode.spoken == episode.last
    assert (Reason.FIRST, usd(20), ours.since) == (
        episode.last.reason,
        episode.last.value,
        episode.last.at,
    )


QUIET = Quiet(ZoneInfo("UTC"), hours=(time(9), time(10, 45)))
MUTED = Silence(0, NOW - world.hours(3), NOW - world.hours(0.5), "ada@acme.test", "", "day")


@pytest.mark.parametrize("live", [True, False], ids=["now", "as of then"])
@pytest.mark.parametrize(
    ("muted", "quiet", "by"),
    [
        pytest.param(True, QUIET, "S1", id="by a silence"),
        pytest.param(False, QUIET, recorded.QUIET, id="by a quiet time"),
        pytest.param(False, None, None, id="by nobody: no receiver wants it"),
    ],
)
def test_what_was_held_back_was_not_said(
    db: Connection, muted: bool, quiet: Quiet | None, by: str | None, live: bool
) -> None:
    ours = fire(db, alert())
    if muted:
        silences.add(db, MUTED)
    given, at = replace(GIVEN, quiet=quiet), None if live else NOW - timedelta(minutes=1)
    found = why.answer(db, given, Asked("day", {"user": ANA}, at), NOW)
    assert isinstance(found, WhyAnswer)
    [episode] = found.episodes
    assert episode.spoken is None
    assert by == (episode.held.by if episode.held else None)
    tell(db, ours, NOW - world.hours(0.5))
    [freed] = asked(db, "day", at, user=ANA).episodes
    assert freed.spoken is not None
    assert (NOW - world.hours(0.5), Reason.FIRST, None) == (
        freed.spoken.at,
        freed.spoken.reason,
        freed.held,
    )


def test_what_a_silence_of_its_one_person_held_back_was_not_said(db: Connection) -> None:
    (rule,) = world.rules(
        f"rules: [{{name: hers, metric: spend, where: {{user: {ANA}}}, window: day, thresholds: {{warning: 10 USD}}}}]"
    )
    series = Series("hers", "thresholds", rule.meaning, (), ())
    fire(db, replace(alert(), series=series))
    silences.add(db, replace(MUTED, rule="*", match=silence.selector([(Label.USER, ANA)])))
    found = why.answer(db, replace(GIVEN, rules=(rule,)), Asked("hers", {}, None), NOW)
    assert isinstance(found, WhyAnswer)
    [episode] = found.episodes
    assert episode.held is not None
    assert "S1" == episode.held.by


def test_what_was_told_is_not_known_of_the_past(db: Connection) -> None:
    ours = fire(db, alert(), None)
    messages.tell(db, [ours], PLACE, "m1")
    [episode] = asked(db, "day", NOW - timedelta(minutes=1), user=ANA).episodes
    assert ((), None, Severity.WARNING) == (episode.told, episode.spoken, episode.peak)
    before = asked(db, "day", NOW - timedelta(minutes=1), user=BEN)
    assert () == before.episodes


def test_an_alert_of_another_period_is_another_story(db: Connection) -> None:
    earlier = Span(NOW - timedelta(hours=36), NOW - timedelta(hours=12))
    over = fire(db, alert(CI, span=earlier, state=State.CLOSED, since=NOW - timedelta(hours=25)))
    fire(db, alert(CI, series=replace(over.series, meaning="another")))
    found = found_of(db, over.id)
    assert (usd(8), earlier.start) == (found.value, found.period.start)
    assert [over.id] == [each.id for each in found.episodes]
    assert ["$8.00 stays short of 10 USD"] == [each.words for each in found.verdicts]
    today = why.answer(db, GIVEN, Asked("day", {"user": CI}), NOW)
    assert isinstance(today, WhyAnswer)
    assert (None, ()) != (today.value, today.episodes)
    assert () == today.episodes


def test_an_episode_that_ended_is_told_as_it_was_when_it_did(db: Connection) -> None:
    rule = RULES[1]
    series = Series("week", "thresholds", rule.meaning, rule.group_by, (ANA, "opus"))
    ended = NOW - timedelta(minutes=30)
    rolling = alert(series=series, by_period=False, state=State.RESOLVED, ended=ended)
    found = found_of(db, fire(db, rolling).id)
    assert (ended, False) == (found.at, found.live)


@pytest.mark.parametrize(
    ("state", "verdict", "words"),
    [
        pytest.param(
            State.FIRING,
            Verdict.HOLDS,
            "$20.01 stays short of 30 USD, but the alert goes on until it is below $10.00",
            id="it fires",
        ),
        pytest.param(
            State.RESOLVED, Verdict.CLEAR, "$20.01 stays short of 30 USD", id="it is over"
        ),
    ],
)
def test_between_recover_and_the_limit_it_matters_whether_it_fires(
    db: Connection, state: State, verdict: Verdict, words: str
) -> None:
    series = Series("slow", "thresholds", RULES[-1].meaning, (Label.USER,), (ANA,))
    limit = Limit(Severity.WARNING, usd(30), "30 USD")
    fire(db, alert(series=series, by_period=False, state=state, limit=limit))
    [said] = asked(db, "slow", user=ANA).verdicts
    assert (verdict, words) == (said.verdict, said.words)


@pytest.mark.parametrize(
    ("asker", "prefix"),
    [
        pytest.param(ADMIN, "zzzz", id="there is none"),
        pytest.param(ADMIN, "", id="nothing was asked"),
        pytest.param(NOBODY, "", id="nobody knows who asks"),
    ],
)
def test_an_id_that_fits_nothing(db: Connection, asker: Asker, prefix: str) -> None:
    found = of(db, prefix, asker)
    assert isinstance(found, Refusal)
    assert f'There is no alert "{prefix}" among those that you may see.' in found.text


def test_somebody_elses_alert_is_not_there(db: Connection) -> None:
    theirs, ours = fire(db, alert(BEN)), fire(db, alert())
    found = of(db, theirs.id, AS_ANA)
    assert isinstance(found, Refusal)
    assert "There is no alert" in found.text
    assert BEN not in found.text
    assert isinstance(of(db, ours.id, AS_ANA), WhyAnswer)


def test_a_beginning_of_several_ids_names_them(db: Connection) -> None:
    ids: dict[str, list[str]] = {}
    number = 0
    while not any(len(each) > 1 for each in ids.values()):
        each = fire(db, alert(f"u{number}@a.test"))
        ids.setdefault(each.id[:1], []).append(each.id)
        number += 1
    prefix, both = next((prefix, each) for prefix, each in ids.items() if len(each) > 1)
    found = of(db, prefix)
    assert isinstance(found, Refusal)
    assert f'"{prefix}" begins the ids of 2 alerts: ' in found.text
    assert all(id_ in found.text for id_ in both)


@pytest.mark.parametrize("rule", ["gone", "day"], ids=["removed", "measures something else"])
def test_an_alert_of_a_rule_that_is_gone_says_so(db: Connection, rule: str) -> None:
    series = Series(rule, "thresholds", "other", (Label.USER,), (ANA,))
    found = of(db, fire(db, alert(series=series)).id)
    assert isinstance(found, Refusal)
    assert "is gone, or measures something else now" in found.text
    assert "last firing at $20.00, limit 10 USD." in found.text


def test_what_people_did_about_an_alert_is_told_as_it_counted_then(db: Connection) -> None:
    ours = fire(db, alert(acked=Severity.WARNING))
    given, ended = NOW - timedelta(minutes=30), NOW - timedelta(minutes=10)
    acks.add(db, Ack(ours.id, given, BEN, Severity.WARNING))
    acks.add(db, Ack(ours.id, given - timedelta(minutes=9), CI, Severity.INFO))
    kept = silences.add(db, Silence(0, given, ended, CI, "a scan", rule="day"))
    muted = SilenceFacts(kept.name, CI, ended, "a scan")
    [now] = found_of(db, ours.id).episodes
    [then] = asked(db, "day", NOW - timedelta(minutes=20), user=ANA).episodes
    [before] = asked(db, "day", NOW - timedelta(minutes=40), user=ANA).episodes
    assert Acted(AckFacts(BEN, given)) == now.acted
    assert Acted(AckFacts(BEN, given), muted) == then.acted
    assert Acted() == before.acted
    acks.undo(db, ours.id, NOW - timedelta(minutes=5))
    alerts.put(db, [(replace(ours, acked=None), None)])
    [undone] = found_of(db, ours.id).episodes
    [still] = asked(db, "day", NOW - timedelta(minutes=20), user=ANA).episodes
    assert (Acted(), then.acted) == (undone.acted, still.acted)


def test_of_what_is_over_nothing_counts(db: Connection) -> None:
    over = fire(db, alert(state=State.CORRECTED, acked=Severity.WARNING))
    acks.add(db, Ack(over.id, NOW - timedelta(minutes=30), BEN, Severity.WARNING))
    silences.add(db, Silence(0, NOW - timedelta(hours=1), NOW + timedelta(hours=1), CI, ""))
    [now] = found_of(db, over.id).episodes
    [then] = asked(db, "day", NOW - timedelta(minutes=20), user=ANA).episodes
    assert Acted() == now.acted == then.acted


def test_what_is_about_a_person_by_its_rule_or_task_is_theirs_to_see(db: Connection) -> None:
    tasks.put(db, [usage.task(id="t-9", user=ANA)])
    series = Series("runaway", "thresholds", "x", (Label.TASK,), ("t-9",))
    theirs = fire(db, alert(series=series))
    given = replace(
        GIVEN,
        rules=world.rules("""
rules:
  - {name: runaway, metric: task_cost, window: 24h, thresholds: {warning: 1 USD}}
"""),
    )
    found = why.of_alert(db, given, AS_ANA, theirs.id, NOW)
    assert isinstance(found, Refusal)
    assert "measures something else now" in found.text
    assert [theirs] == open_alerts.seen(db, AS_ANA, given.rules)
    other = why.of_alert(db, given, replace(AS_ANA, email=BEN), theirs.id, NOW)
    assert isinstance(other, Refusal)
    assert other.denied
