from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.notify import holding, policy
from bot.notify.decision import Edit, Post, Step, Told, ToldBy
from bot.notify.holding import Held, Holding, Passed
from bot.notify.notification import Destination, Via
from bot.notify.quiet import Quiet
from bot.notify.silence import Silence
from rules import selection
from rules.alert import Alert, Reason, State, Transition
from rules.terms import Severity
from tests.rules import making, samples
from tests.rules.making import CRITICAL, WARNING, usd

NIGHT = datetime(2026, 11, 18, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULE = samples.rule("metric: spend\nwindow: day\ngroup_by: [user]\nthresholds: {warning: 50 USD}")
FINOPS = Destination("finops", Via.SLACK, "#neo-spend")
PAGER = Destination("pager", Via.WEBHOOK, "pager")
ALERT = making.alert()
WORSE = replace(ALERT, severity=CRITICAL, peak=CRITICAL, value=usd(120), worst=usd(120))
EASED = replace(WORSE, severity=WARNING, value=usd(60))
CLOSED = replace(ALERT, state=State.CLOSED, ended=NIGHT)
RESOLVED = replace(ALERT, state=State.RESOLVED, severity=None, ended=NIGHT)
QUIET = Quiet(ZoneInfo("UTC"), hours=(time(22), time(6)), spared=frozenset({CRITICAL}))
SILENCE = Silence(1, NIGHT, NIGHT + HOUR, "ada@acme.test", "known")
BY_NIGHT, MUTED, LOUD = Holding(NIGHT, quiet=QUIET), Holding(NIGHT, [SILENCE]), Holding(NIGHT)
BOTH = Holding(NIGHT, [SILENCE], QUIET)
OWED, OWED_MUTED = Held(ALERT.id, WARNING, quietly=True), Held(ALERT.id, WARNING, quietly=False)
LATE = replace(OWED_MUTED, late=True)


def step(before: Alert | None, after: Alert | None, reason: Reason | None = None) -> Step:
    return Step(Transition(before, after, reason), RULE, (FINOPS, PAGER))


def told(
    peak: Severity = WARNING,
    to: Destination = FINOPS,
    since: datetime = ALERT.since,
    *,
    over: bool = False,
) -> dict[tuple[str, str], Told]:
    return {(ALERT.id, str(to)): Told("m-1", peak, usd(60), table=False, since=since, over=over)}


def passed(
    now: Holding, *news: Step, known: ToldBy | None = None, held: Held | None = None
) -> Passed:
    return holding.pass_on(news, known or {}, {held.alert: held} if held else {}, now)


def said(found: Passed, known: ToldBy | None = None) -> list[tuple[str, Reason | None]]:
    """Whom something is said to, and why; silent edits are none."""
    decisions = policy.decide(found.steps, known or {}, NIGHT)
    return [
        (each.destination.receiver, each.steps[0].transition.reason)
        for each in decisions
        if not isinstance(each, Edit)
    ]


NEW = step(None, ALERT, Reason.FIRST)


@pytest.mark.parametrize(
    ("news", "now", "waits"),
    [
        pytest.param(NEW, LOUD, None, id="nothing when nothing holds it back"),
        pytest.param(NEW, Holding(NIGHT - 2 * HOUR, quiet=QUIET), None, id="by day"),
        pytest.param(NEW, BY_NIGHT, OWED, id="by night"),
        pytest.param(NEW, MUTED, OWED_MUTED, id="under a silence"),
        pytest.param(NEW, BOTH, OWED_MUTED, id="under a silence by night"),
        pytest.param(step(None, WORSE, Reason.FIRST), BY_NIGHT, None, id="what a night spares"),
        pytest.param(
            step(None, WORSE, Reason.FIRST),
            MUTED,
            replace(OWED_MUTED, least=CRITICAL),
            id="though no silence does",
        ),
        pytest.param(step(None, CLOSED, Reason.LATE), MUTED, LATE, id="late money"),
        pytest.param(step(ALERT, None), BY_NIGHT, None, id="what is dropped"),
    ],
)
def test_what_is_held_back(news: Step, now: Holding, waits: Held | None) -> None:
    found = passed(now, news)
    assert ((waits,) if waits else ()) == found.held
    assert () == found.done
    assert (waits is None) == (found.steps == (news,))
    assert waits is None or [] == said(found)


def test_what_was_told_is_edited_to_the_truth_all_the_same() -> None:
    found = passed(MUTED, step(ALERT, WORSE, Reason.ESCALATED), known=told())
    (edit,) = policy.decide(found.steps, told(), NIGHT)
    assert isinstance(edit, Edit)
    assert (Held(ALERT.id, CRITICAL, quietly=False),) == found.held
    found = passed(MUTED, step(ALERT, RESOLVED, Reason.RESOLVED), known=told())
    (edit,) = policy.decide(found.steps, told(), NIGHT)
    assert isinstance(edit, Edit)
    assert () == found.held


def test_a_program_that_was_told_is_told_of_the_end_all_the_same_and_of_a_return_later() -> None:
    known = told(to=PAGER)
    ended = passed(MUTED, step(ALERT, RESOLVED, Reason.RESOLVED), known=known)
    assert [("pager", Reason.CLOSED)] == said(ended, known)
    known = told(to=PAGER, over=True) | told()
    returned = passed(MUTED, step(CLOSED, ALERT, Reason.REPEAT), known=known)
    assert [] == said(returned, known)
    (waits,) = returned.held
    later = passed(LOUD, step(ALERT, ALERT), known=known, held=waits)
    assert [("pager", Reason.REPEAT)] == said(later, known)


def test_a_program_that_was_told_of_no_end_is_owed_no_return() -> None:
    known = told(to=PAGER) | told()
    assert [] == said(passed(LOUD, step(ALERT, ALERT), known=known, held=OWED), known)


@pytest.mark.parametrize(
    ("held", "alert", "known", "reason"),
    [
        pytest.param(OWED, ALERT, {}, Reason.FIRST, id="what was never told"),
        pytest.param(OWED_MUTED, WORSE, told(), Reason.ESCALATED, id="a peak that was not told"),
        pytest.param(OWED, CLOSED, {}, Reason.DELAYED, id="what its period ended in a quiet time"),
        pytest.param(OWED_MUTED, CLOSED, {}, None, id="not so under a silence"),
        pytest.param(LATE, CLOSED, {}, Reason.LATE, id="but late money is told then too"),
        pytest.param(LATE, CLOSED, told(), None, id="unless that was told before"),
        pytest.param(OWED, ALERT, told(), None, id="what was told meanwhile"),
        pytest.param(
            OWED, ALERT, told(since=ALERT.since - HOUR), Reason.FIRST, id="what was told of before"
        ),
        pytest.param(OWED, RESOLVED, {}, None, id="what is over"),
    ],
)
@pytest.mark.parametrize("is_news", [False, True], ids=["unchanged", "changed"])
def test_what_is_told_once_nothing_holds_it_back(
    held: Held, alert: Alert, known: ToldBy, reason: Reason | None, is_news: bool
) -> None:
    before = replace(alert, value=usd(1)) if is_news else alert
    news = replace(step(before, alert), destinations=(FINOPS,))
    found = passed(LOUD, news, known=known, held=held)
    assert ((), (ALERT.id,)) == (found.held, found.done)
    assert ([("finops", reason)] if reason else []) == said(found, known)
    assert [NIGHT] * bool(reason) == [
        each.transition.after and each.transition.after.spoken for each in found.clocks
    ]


def test_what_waits_and_news_of_the_same_alert_are_told_each_to_whom_it_is_news() -> None:
    known = told(CRITICAL) | told(to=PAGER)
    news = step(WORSE, replace(WORSE, value=usd(130), worst=usd(130)), Reason.REPEAT)
    found = passed(LOUD, news, known=known, held=OWED)
    assert [("finops", Reason.REPEAT), ("pager", Reason.ESCALATED)] == sorted(said(found, known))


def test_what_is_less_bad_again_has_not_escalated_until_it_has() -> None:
    waits = replace(OWED, least=CRITICAL)
    known = told() | told(to=PAGER)
    found = passed(LOUD, step(EASED, EASED), known=known, held=waits)
    assert ([], (waits,)) == (said(found, known), found.held)
    found = passed(LOUD, step(EASED, WORSE), known=known, held=waits)
    assert {Reason.ESCALATED} == {reason for _, reason in said(found, known)}


@pytest.mark.parametrize("now", [BY_NIGHT, MUTED, BOTH], ids=["night", "silence", "both"])
def test_what_is_still_held_back_stays_so(now: Holding) -> None:
    found = passed(now, step(ALERT, ALERT), held=OWED)
    quietly = now is BY_NIGHT
    assert ((replace(OWED, quietly=quietly),), (), []) == (found.held, found.done, said(found))


def test_what_a_silence_touched_in_a_quiet_night_is_told_though_its_day_ends() -> None:
    (waits,) = passed(BOTH, NEW).held
    (waits,) = passed(BY_NIGHT, step(ALERT, ALERT), held=waits).held
    (waits,) = passed(BY_NIGHT, step(ALERT, CLOSED), held=waits).held
    assert [("finops", Reason.DELAYED), ("pager", Reason.DELAYED)] == said(
        passed(LOUD, step(CLOSED, CLOSED), held=waits)
    )


def test_a_repeat_that_is_held_back_does_not_count() -> None:
    again = replace(ALERT, repeats=3, spoken=NIGHT)
    news = step(replace(ALERT, repeats=2), again, Reason.REPEAT)
    (clock,) = passed(BY_NIGHT, news, known=told()).clocks
    assert replace(again, repeats=2) == clock.transition.after


def test_a_silence_of_a_person_is_about_their_tasks_too() -> None:
    match = selection.patterns({"user": "cid@acme.test"})
    theirs = Holding(NIGHT, [replace(SILENCE, match=match)])
    assert () == passed(theirs, NEW).held
    assert (OWED_MUTED,) == passed(theirs, replace(NEW, labels={"user": "cid@acme.test"})).held


def test_its_identity_says_whether_it_holds_back_the_same() -> None:
    later, over = Holding(NIGHT + timedelta(minutes=1)), Holding(NIGHT + HOUR, [SILENCE])
    longer = Holding(NIGHT, [replace(SILENCE, ends=NIGHT + 2 * HOUR)])
    nothing_spared = Holding(NIGHT, quiet=replace(QUIET, spared=frozenset()))
    by_day = Holding(NIGHT - 2 * HOUR, quiet=QUIET)
    assert {LOUD.identity} == {each.identity for each in (later, over, by_day)}
    different = (LOUD, BY_NIGHT, MUTED, BOTH, longer, nothing_spared)
    assert 6 == len({each.identity for each in different})


def test_all_that_was_held_back_is_one_message_for_each_destination() -> None:
    other = RULE.model_copy(update={"name": "b-rule"})
    second = replace(ALERT, series=replace(ALERT.series, rule="b-rule", condition="forecast"))
    held = {each.id: replace(OWED, alert=each.id) for each in (ALERT, second)}
    steps = [
        step(ALERT, ALERT),
        Step(Transition(second, second), other, (FINOPS,)),
    ]
    found = holding.pass_on(steps, {}, held, LOUD)
    posts = [each for each in policy.decide(found.steps, {}, NIGHT) if isinstance(each, Post)]
    assert [(FINOPS, 2, True), (PAGER, 1, True)] == [
        (post.destination, len(post.steps), post.held) for post in posts
    ]
