from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.notify import holding, policy
from bot.notify.holding import Held, Holding
from bot.notify.notification import Destination, Via
from bot.notify.policy import Edit, Post, Step, Told
from bot.notify.quiet import Quiet
from bot.notify.silence import Silence
from rules.alert import Alert, Reason, State, Transition
from rules.terms import Severity
from tests.rules import making, samples
from tests.rules.making import CRITICAL, WARNING, usd

NIGHT = datetime(2026, 11, 18, 23, tzinfo=UTC)
RULE = samples.rule("metric: spend\nwindow: day\ngroup_by: [user]\nthresholds: {warning: 50 USD}")
FINOPS = Destination("finops", Via.SLACK, "#neo-spend")
PAGER = Destination("pager", Via.WEBHOOK, "pager")
ALERT = making.alert()
WORSE = replace(ALERT, severity=CRITICAL, peak=CRITICAL, value=usd(120), worst=usd(120))
CLOSED = replace(ALERT, state=State.CLOSED, ended=NIGHT)
RESOLVED = replace(ALERT, state=State.RESOLVED, severity=None, ended=NIGHT)
QUIET = Quiet(ZoneInfo("UTC"), hours=(time(22), time(6)), spared=frozenset({CRITICAL}))
SILENCE = Silence(1, NIGHT, NIGHT + timedelta(hours=1), "ada@acme.test", "known")
BY_NIGHT, MUTED, LOUD = Holding(NIGHT, quiet=QUIET), Holding(NIGHT, [SILENCE]), Holding(NIGHT)
OWED, OWED_MUTED = Held(ALERT.id, FINOPS, quietly=True), Held(ALERT.id, FINOPS, quietly=False)


def step(before: Alert | None, after: Alert | None, reason: Reason | None) -> Step:
    return Step(Transition(before, after, reason), RULE, (FINOPS, PAGER))


def told(peak: Severity = WARNING, *, to: Destination = FINOPS) -> policy.ToldBy:
    return {(ALERT.id, str(to)): Told("m-1", peak, usd(60), table=False)}


NEW = step(None, ALERT, Reason.FIRST)


@pytest.mark.parametrize(
    ("news", "now", "passes"),
    [
        pytest.param(NEW, LOUD, True, id="nothing when nothing holds it back"),
        pytest.param(NEW, Holding(NIGHT - timedelta(hours=2), quiet=QUIET), True, id="by day"),
        pytest.param(NEW, BY_NIGHT, False, id="by night"),
        pytest.param(NEW, MUTED, False, id="under a silence"),
        pytest.param(step(None, WORSE, Reason.FIRST), BY_NIGHT, True, id="what a night spares"),
        pytest.param(step(None, WORSE, Reason.FIRST), MUTED, False, id="though no silence does"),
        pytest.param(step(ALERT, None, None), BY_NIGHT, True, id="what is dropped"),
    ],
)
def test_what_is_held_back(news: Step, now: Holding, passes: bool) -> None:
    passed, held = holding.hold([news], {}, now)
    assert passes == (passed == [news])
    assert [] == policy.decide(passed, {}, NIGHT) or passes
    alert = news.transition.after
    owed = [Held(alert.id, place, now is BY_NIGHT) for place in (FINOPS, PAGER)] if alert else []
    assert ([] if passes else owed) == held


def test_what_was_told_is_edited_to_the_truth_all_the_same() -> None:
    passed, held = holding.hold([step(ALERT, WORSE, Reason.ESCALATED)], told(), MUTED)
    (edit,) = policy.decide(passed, told(), NIGHT)
    assert isinstance(edit, Edit)
    assert {FINOPS: False, PAGER: False} == {each.destination: each.quietly for each in held}
    passed, held = holding.hold([step(ALERT, RESOLVED, Reason.RESOLVED)], told(), MUTED)
    (edit,) = policy.decide(passed, told(), NIGHT)
    assert isinstance(edit, Edit)
    assert [] == held


def test_a_program_that_was_told_is_told_of_the_end_all_the_same() -> None:
    known = told(to=PAGER)
    passed, _ = holding.hold([step(ALERT, RESOLVED, Reason.RESOLVED)], known, MUTED)
    (end,) = policy.decide(passed, known, NIGHT)
    assert (PAGER, Reason.CLOSED) == (end.destination, end.steps[0].transition.reason)


@pytest.mark.parametrize(
    ("owed", "alert", "known", "reason"),
    [
        pytest.param(OWED, ALERT, {}, Reason.FIRST, id="what was never told"),
        pytest.param(OWED_MUTED, WORSE, told(), Reason.ESCALATED, id="a peak that was not told"),
        pytest.param(OWED, CLOSED, {}, Reason.DELAYED, id="what its period ended in a quiet time"),
        pytest.param(OWED_MUTED, CLOSED, {}, None, id="not so under a silence"),
        pytest.param(OWED, ALERT, told(), None, id="what was told meanwhile"),
        pytest.param(OWED, RESOLVED, {}, None, id="what is over"),
        pytest.param(OWED, None, {}, None, id="what is no more"),
    ],
)
def test_what_is_told_once_nothing_holds_it_back(
    owed: Held, alert: Alert | None, known: policy.ToldBy, reason: Reason | None
) -> None:
    alerts = {} if alert is None else {ALERT.id: (alert, RULE)}
    steps, done = holding.release([owed], alerts, known, LOUD)
    assert [owed] == done
    expected = Step(Transition(alert, alert, reason), RULE, (FINOPS,), held=True)
    assert ([] if reason is None else [expected]) == steps
    assert (reason is not None) == bool(policy.decide(steps, known, NIGHT))


def test_what_is_still_held_back_stays_so() -> None:
    alerts = {ALERT.id: (ALERT, RULE)}
    for now in (BY_NIGHT, MUTED):
        assert ([], []) == holding.release([OWED], alerts, {}, now)


def test_all_that_was_held_back_is_one_message_for_each_destination() -> None:
    other = RULE.model_copy(update={"name": "b-rule"})
    second = replace(ALERT, series=replace(ALERT.series, rule="b-rule", condition="forecast"))
    alerts = {ALERT.id: (ALERT, RULE), second.id: (second, other)}
    owed = [OWED, Held(second.id, FINOPS, quietly=True), Held(ALERT.id, PAGER, quietly=True)]
    steps, _ = holding.release(owed, alerts, {}, LOUD)
    posts = [each for each in policy.decide(steps, {}, NIGHT) if isinstance(each, Post)]
    assert [(FINOPS, 2, True), (PAGER, 1, True)] == [
        (post.destination, len(post.steps), post.held) for post in posts
    ]
