from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.notify import policy
from bot.notify.decision import Changes, Decision, Edit, Post, Reply, Step, Told, ToldBy
from bot.notify.notification import Destination, Via
from rules.alert import Alert, Reason, State, Transition
from rules.window import Span
from tests.rules import making, samples
from tests.rules.making import CRITICAL, WARNING, usd
from tests.rules.samples import NOON

RULE = samples.rule("metric: spend\nwindow: day\ngroup_by: [user]\nthresholds: {warning: 50 USD}")
FINOPS = Destination("finops", Via.SLACK, "#neo-spend")
SECURITY = Destination("security", Via.SLACK, "#security")
PAGER = Destination("pager", Via.WEBHOOK, "pager")
ALERT = making.alert()
PENDING = replace(ALERT, state=State.PENDING, fired=None)
CLOSED = replace(ALERT, state=State.CLOSED, ended=making.DAY.end)
CORRECTED = replace(ALERT, state=State.CORRECTED, value=usd(40), severity=None, corrected=True)
RESOLVED = replace(CORRECTED, state=State.RESOLVED, by_period=False)
WORSE = replace(ALERT, value=usd(120), worst=usd(120), severity=CRITICAL, peak=CRITICAL)


def of(user: int) -> Alert:
    """Another person's alert."""
    return replace(ALERT, series=replace(ALERT.series, values=(f"user-{user:03}@acme.test",)))


def step(
    before: Alert | None,
    after: Alert | None,
    reason: Reason | None = None,
    to: Sequence[Destination] = (FINOPS,),
    **changes: object,
) -> Step:
    plain = Step(Transition(before, after, reason), RULE, tuple(to))
    return replace(plain, **changes)  # type: ignore[arg-type] # a table of changes


def new(
    alert: Alert = ALERT, *, first: bool = False, to: Sequence[Destination] = (FINOPS,)
) -> Step:
    return step(None, alert, Reason.FIRST, to, first=first)


def heard(*alerts: Alert, at: Destination = FINOPS, message: str = "m-1") -> ToldBy:
    """That a destination was told of alerts; of many in a table."""
    known = Told(message, WARNING, usd(60), len(alerts) > 1, ALERT.since)
    return {(alert.id, str(at)): known for alert in alerts}


def decided(*steps: Step, told: ToldBy | None = None) -> list[Decision]:
    return policy.decide(steps, told or {}, NOON)


def test_a_new_alert_is_posted_to_each_destination() -> None:
    one = new(to=(FINOPS, PAGER))
    found = decided(one)
    assert [
        Post(policy.identity(FINOPS, ALERT.id), FINOPS, RULE, (one,)),
        Post(policy.identity(PAGER, ALERT.id), PAGER, RULE, (one,)),
    ] == found


@pytest.mark.parametrize(
    ("first", "count", "messages"),
    [
        pytest.param(False, 5, 5, id="five new alerts are five messages"),
        pytest.param(False, 6, 1, id="six are one table"),
        pytest.param(False, 1_000, 1, id="a thousand are one table"),
        pytest.param(True, 1, 1, id="a first evaluation speaks of one series normally"),
        pytest.param(True, 2, 1, id="of more as one table"),
    ],
)
def test_how_many_messages_new_alerts_make(first: bool, count: int, messages: int) -> None:
    steps = [new(of(user), first=first) for user in range(count)]
    found = decided(*steps)
    assert messages == len(found)
    posts = [each for each in found if isinstance(each, Post)]
    assert [each.table for each in posts] == [count > messages] * messages
    assert {first} == {each.first for each in posts}
    assert steps == [each for post in posts for each in post.steps]
    assert steps == [each for post in posts for each in post.changed]


def test_what_a_rule_finds_later_is_no_part_of_its_first_evaluation() -> None:
    found = decided(new(of(1), first=True), new(of(2)))
    assert [True, False] == [each.first for each in found if isinstance(each, Post)]


def test_a_storm_is_counted_for_each_rule_and_destination() -> None:
    other = RULE.model_copy(update={"name": "b-rule"})
    mine = [new(of(user), to=(FINOPS, PAGER)) for user in range(4)]
    others = [replace(new(of(user)), rule=other) for user in range(4, 8)]
    lone = new(of(8), to=(PAGER,))
    found = decided(*mine, *others, lone)
    assert [FINOPS] * 8 + [PAGER] * 5 == sorted((each.destination for each in found), key=str)


def test_a_table_is_of_alerts_that_add_up() -> None:
    day = timedelta(days=1)
    earlier = Span(ALERT.span.start - day, ALERT.span.end - day)
    today, late = [of(user) for user in range(4)], replace(of(4), span=earlier)
    expected = [
        replace(alert, series=replace(alert.series, condition="forecast")) for alert in today[:3]
    ]
    posts = [
        each for each in decided(*map(new, [*today, late, *expected])) if isinstance(each, Post)
    ]
    told = [[step.transition.after for step in post.steps] for post in posts]
    assert [today, [late], expected] == told


def test_a_table_has_the_same_identity_in_the_same_evaluation_and_another_in_the_next() -> None:
    steps = [new(of(user)) for user in range(9)]
    (one,), (same,) = decided(*steps), decided(*reversed(steps))
    later = policy.decide(steps, {}, NOON + timedelta(minutes=1))
    ids = [each.message for each in (one, same, *later) if isinstance(each, Post)]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    "unheard",
    [
        pytest.param(step(None, PENDING), id="what only pends"),
        pytest.param(step(PENDING, None), id="what was dropped"),
        pytest.param(step(ALERT, CORRECTED, Reason.CORRECTED), id="what was taken back"),
        pytest.param(step(ALERT, RESOLVED, Reason.RESOLVED), id="what is over"),
        pytest.param(step(ALERT, CLOSED), id="what ended with its period"),
        pytest.param(
            step(ALERT, replace(CLOSED, state=State.REMOVED), Reason.CLOSED, rule=None),
            id="what went",
        ),
        pytest.param(step(ALERT, ALERT, Reason.ESCALATED, rule=None), id="what has no rule"),
        pytest.param(new(to=()), id="what goes nowhere"),
    ],
)
def test_who_was_never_told_is_not_told_of(unheard: Step) -> None:
    assert [] == decided(unheard)


@pytest.mark.parametrize(
    "news",
    [
        pytest.param(step(None, CLOSED, Reason.LATE), id="late money"),
        pytest.param(step(PENDING, ALERT, Reason.FIRST), id="what held long enough"),
        pytest.param(step(ALERT, WORSE, Reason.ESCALATED), id="what rises"),
        pytest.param(step(ALERT, replace(ALERT, value=usd(61))), id="what goes on firing"),
    ],
)
def test_who_was_never_told_is_told_of(news: Step) -> None:
    (post,) = decided(news)
    assert isinstance(post, Post)
    reason = Reason.LATE if news.transition.reason is Reason.LATE else Reason.FIRST
    assert [reason] == [each.transition.reason for each in post.steps]


def test_what_another_destination_was_told_counts_for_itself() -> None:
    found = decided(step(ALERT, WORSE, Reason.ESCALATED, (FINOPS, SECURITY)), told=heard(ALERT))
    assert [(Post, SECURITY), (Reply, FINOPS)] == [(type(each), each.destination) for each in found]


@pytest.mark.parametrize(
    ("news", "broadcast"),
    [
        pytest.param(step(ALERT, WORSE, Reason.ESCALATED), True, id="what rises, aloud"),
        pytest.param(step(None, ALERT, Reason.FIRST), True, id="what crosses a new limit, aloud"),
        pytest.param(step(CORRECTED, ALERT, Reason.REPEAT), False, id="what crosses again"),
        pytest.param(step(ALERT, CORRECTED, Reason.CORRECTED), False, id="what was taken back"),
        pytest.param(step(ALERT, RESOLVED, Reason.RESOLVED), False, id="what is over"),
        pytest.param(step(CLOSED, CLOSED, Reason.LATE), False, id="late money"),
        pytest.param(
            step(ALERT, replace(CLOSED, state=State.REMOVED), Reason.CLOSED, rule=None),
            False,
            id="what went with its rule",
        ),
    ],
)
def test_news_is_replied_to_who_was_told(news: Step, broadcast: bool) -> None:
    (found,) = decided(news, told=heard(ALERT))
    assert Reply("m-1", FINOPS, news.rule, (news,), table=False) == found
    assert isinstance(found, Reply)
    assert broadcast == found.broadcast
    assert (news,) == found.changed


@pytest.mark.parametrize(
    ("changed", "edited"),
    [
        pytest.param(step(ALERT, CLOSED), True, id="its period is over"),
        pytest.param(step(CORRECTED, ALERT), True, id="it crosses again"),
        pytest.param(step(ALERT, replace(ALERT, severity=None)), True, id="it is within its limit"),
        pytest.param(step(ALERT, replace(ALERT, peak=CRITICAL)), True, id="its peak is another"),
        pytest.param(
            step(ALERT, replace(ALERT, limit=replace(ALERT.limit, text="55 USD"))),
            True,
            id="its limit is another",
        ),
        pytest.param(
            step(ALERT, replace(ALERT, limit=replace(ALERT.limit, value=usd(55)))),
            False,
            id="its limit comes to something else",
        ),
        pytest.param(step(CLOSED, replace(CLOSED, value=usd(65))), True, id="a final figure moves"),
        pytest.param(step(CLOSED, replace(CLOSED, worst=usd(65))), False, id="its figure stays"),
        pytest.param(step(ALERT, replace(ALERT, value=usd(65))), False, id="a figure moves"),
        pytest.param(step(None, PENDING), False, id="it may cross another limit"),
        pytest.param(
            step(PENDING, replace(PENDING, severity=CRITICAL)), False, id="it still only pends"
        ),
    ],
)
def test_a_message_that_became_untrue_is_edited_without_a_word(changed: Step, edited: bool) -> None:
    expected = [Edit("m-1", FINOPS, RULE, (changed,), table=False)] if edited else []
    assert expected == decided(changed, told=heard(ALERT))


def test_an_edit_says_what_changed() -> None:
    closing = step(ALERT, CLOSED)
    (edit,) = decided(closing, told=heard(ALERT))
    assert isinstance(edit, Edit)
    assert (closing,) == edit.changed


@pytest.mark.parametrize(
    ("quiet", "reason"),
    [
        pytest.param(step(ALERT, CLOSED, to=(PAGER,)), Reason.CLOSED, id="its period is over"),
        pytest.param(step(CORRECTED, ALERT, to=(PAGER,)), Reason.REPEAT, id="it crosses again"),
        pytest.param(
            step(CLOSED, replace(CLOSED, value=usd(70)), to=(PAGER,)),
            None,
            id="a final figure moves",
        ),
        pytest.param(step(None, CLOSED, to=(PAGER,)), None, id="it was not open"),
    ],
)
def test_a_webhook_is_told_of_a_quiet_end_and_of_no_edits(
    quiet: Step, reason: Reason | None
) -> None:
    found = decided(quiet, told=heard(ALERT, at=PAGER))
    assert ([reason] if reason else []) == [each.steps[0].transition.reason for each in found]
    assert all(isinstance(each, Reply) for each in found)


def test_a_webhook_is_told_of_an_end_under_a_key_of_its_own() -> None:
    (reply,) = decided(step(ALERT, CLOSED, to=(PAGER,)), told=heard(ALERT, at=PAGER))
    closing = reply.steps[0].transition.reason
    assert closing is not None
    first = policy.dedupe_key(PAGER, ALERT, Reason.FIRST)
    assert first != policy.dedupe_key(PAGER, CLOSED, closing)


MEMBERS = [of(user) for user in range(7)]


def test_members_of_a_table_are_told_of_in_one_reply() -> None:
    rises = [step(alert, replace(alert, peak=CRITICAL), Reason.ESCALATED) for alert in MEMBERS[:3]]
    closes = [step(alert, replace(alert, state=State.CLOSED)) for alert in MEMBERS[3:5]]
    (reply,) = decided(rises[0], closes[0], *rises[1:], closes[1], told=heard(*MEMBERS))
    assert Reply("m-1", FINOPS, RULE, tuple(rises), table=True, silent=tuple(closes)) == reply
    assert (*rises, *closes) == reply.changed


def test_members_of_a_table_that_change_silently_are_one_edit() -> None:
    closes = [step(alert, replace(alert, state=State.CLOSED)) for alert in MEMBERS]
    assert [Edit("m-1", FINOPS, RULE, tuple(closes), table=True)] == decided(
        *closes, told=heard(*MEMBERS)
    )


def test_two_tables_are_told_of_apart() -> None:
    told = {**heard(*MEMBERS[:3]), **heard(*MEMBERS[3:], message="m-2")}
    rises = [step(alert, replace(alert, peak=CRITICAL), Reason.ESCALATED) for alert in MEMBERS]
    found = decided(*rises, told=told)
    assert ["m-1", "m-2"] == [each.message for each in found if isinstance(each, Reply)]


def rises(alerts: Iterable[Alert], **changes: object) -> list[Step]:
    return [
        step(alert, replace(alert, peak=CRITICAL), Reason.ESCALATED, **changes)  # type: ignore[arg-type] # a table of changes
        for alert in alerts
    ]


def alone(alerts: Iterable[Alert], at: Destination = FINOPS) -> ToldBy:
    """That a destination has a message about each of them."""
    return {
        key: known
        for number, alert in enumerate(alerts)
        for key, known in heard(alert, at=at, message=f"m-{number}").items()
    }


@pytest.mark.parametrize(
    ("count", "kinds"),
    [
        pytest.param(5, [Reply] * 5, id="five are replied to each"),
        pytest.param(
            6, [Changes, *[Edit] * 6], id="of six there is one message, and they are edited"
        ),
        pytest.param(1_000, [Changes, *[Edit] * 1_000], id="of a thousand too"),
    ],
)
def test_alerts_with_a_message_each_that_change_at_once(
    count: int, kinds: list[type[Decision]]
) -> None:
    alerts = [of(user) for user in range(count)]
    steps = rises(alerts)
    found = decided(*steps, told=alone(alerts))
    assert kinds == [type(each) for each in found]
    told = [each for each in found if isinstance(each, Reply | Changes)]
    assert steps == [each for decision in told for each in decision.steps]
    own = [each for each in found if isinstance(each, Reply | Edit)]
    assert [(f"m-{number}", (each,)) for number, each in enumerate(steps)] == [
        (each.message, each.steps) for each in own
    ]


def test_what_got_worse_while_it_was_held_back_is_one_message() -> None:
    alerts = [of(user) for user in range(2)]
    found = decided(*rises(alerts, held=True), told=alone(alerts))
    assert [Changes, Edit, Edit] == [type(each) for each in found]
    assert [Reply] == [
        type(each) for each in decided(*rises(alerts[:1], held=True), told=alone(alerts))
    ]


@pytest.mark.parametrize("new", [1, 2], ids=["beside one", "beside two"])
def test_what_got_worse_while_it_was_held_back_goes_along_with_what_is_new(new: int) -> None:
    known, fresh = [of(0), of(1)], [of(user) for user in range(5, 5 + new)]
    begun = [step(None, alert, Reason.FIRST, held=True) for alert in fresh]
    worse = rises(known, held=True)
    first, *edits = decided(*worse, *begun, told=alone(known))
    assert isinstance(first, Post)
    assert (tuple(begun), tuple(worse), True) == (first.steps, first.also, first.table)
    assert [("m-0", Edit), ("m-1", Edit)] == [(edit.message, type(edit)) for edit in edits]


def test_what_is_new_as_ever_takes_nothing_along() -> None:
    worse = rises([of(0)], held=True)
    found = decided(*worse, step(None, of(5), Reason.FIRST), told=alone([of(0)]))
    assert [Post, Reply] == [type(each) for each in found]
    elsewhere = step(None, of(5), Reason.FIRST, held=True, to=(SECURITY,))
    apart = decided(*worse, elsewhere, told=alone([of(0)]))
    assert [(Post, SECURITY), (Reply, FINOPS)] == [(type(each), each.destination) for each in apart]
    assert [()] == [each.also for each in apart if isinstance(each, Post)]


def test_what_changes_at_once_has_the_same_identity_only_in_the_same_evaluation() -> None:
    told = alone(MEMBERS)
    ends = [
        step(alert, replace(alert, state=State.CORRECTED), Reason.CORRECTED) for alert in MEMBERS
    ]
    found = [
        decided(*rises(MEMBERS), told=told),
        decided(*reversed(rises(MEMBERS)), told=told),
        decided(*ends, told=told),
        policy.decide(rises(MEMBERS), told, NOON + timedelta(minutes=1)),
    ]
    one, same, other, later = (decisions[0].message for decisions in found)
    assert one == same
    assert 3 == len({one, other, later})


def test_replies_are_counted_for_each_rule_and_destination() -> None:
    other = replace(ALERT.series, rule="b-rule")
    theirs = [
        replace(alert, series=replace(other, values=alert.series.values)) for alert in MEMBERS
    ]
    steps = [*rises(MEMBERS[:4]), *rises(theirs[:4])]
    assert {Reply} == {
        type(each) for each in decided(*steps, told=alone([*MEMBERS[:4], *theirs[:4]]))
    }
    told = {**alone(MEMBERS[:4]), **alone(MEMBERS[4:], at=SECURITY)}
    apart = [*rises(MEMBERS[:4]), *rises(MEMBERS[4:], to=(SECURITY,))]
    assert {Reply} == {type(each) for each in decided(*apart, told=told)}


def test_what_went_with_its_rule_is_told_at_once_too() -> None:
    gone = [
        step(alert, replace(alert, state=State.REMOVED), Reason.CLOSED, rule=None)
        for alert in MEMBERS
    ]
    first, *edits = decided(*gone, told=alone(MEMBERS))
    assert isinstance(first, Changes)
    assert first.rule is None
    assert [Edit] * 7 == [type(each) for each in edits]


def test_tables_are_told_of_together_with_others_when_it_is_too_much() -> None:
    lone, table = [of(user) for user in range(10, 15)], MEMBERS
    told = {**alone(lone), **heard(*table, message="t-1")}
    closes = step(table[6], replace(table[6], state=State.CLOSED))
    steps = [*rises([*table[:3], *lone]), closes]
    found = decided(*steps, told=told)
    (changes,) = (each for each in found if isinstance(each, Changes))
    assert steps[:8] == list(changes.steps)
    (edit,) = (each for each in found if isinstance(each, Edit) and each.table)
    assert (*steps[:3], closes) == edit.steps


def test_webhooks_are_told_of_many_changes_at_once_and_have_nothing_to_edit() -> None:
    (found,) = decided(*rises(MEMBERS, to=(PAGER,)), told=alone(MEMBERS, at=PAGER))
    assert isinstance(found, Changes)
    assert rises(MEMBERS, to=(PAGER,)) == list(found.steps)


def test_a_reply_to_what_is_still_undelivered_is_left_to_be_merged_with_it() -> None:
    waits = {key: replace(known, waiting=True) for key, known in alone(MEMBERS[:2]).items()}
    told = {**alone(MEMBERS), **waits}
    found = decided(*rises(MEMBERS), told=told)
    assert [Reply] * 7 == [type(each) for each in found]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        pytest.param(ALERT, Reason.CORRECTED, id="another reason"),
        pytest.param(WORSE, Reason.FIRST, id="another severity"),
        pytest.param(of(2), Reason.FIRST, id="another episode"),
        pytest.param(
            replace(ALERT, limit=making.limit(WARNING, 40)), Reason.FIRST, id="another limit"
        ),
    ],
)
def test_another_thing_is_said_under_another_key(other: Alert, reason: Reason) -> None:
    key = policy.dedupe_key(FINOPS, ALERT, Reason.FIRST)
    assert key != policy.dedupe_key(FINOPS, other, reason)
    assert key != policy.dedupe_key(PAGER, ALERT, Reason.FIRST)


def test_the_same_thing_is_said_under_one_key_whatever_it_comes_to() -> None:
    moved = making.limit(WARNING, 50)
    later = replace(ALERT, value=usd(90), limit=replace(moved, value=usd(55)))
    key = policy.dedupe_key(FINOPS, ALERT, Reason.FIRST)
    episode = f"{ALERT.id}|{ALERT.since.isoformat()}"
    assert f"finops>slack:#neo-spend|{episode}|first|warning|50 USD|" == key
    assert key == policy.dedupe_key(FINOPS, replace(later, peak=CRITICAL), Reason.FIRST)


AGAIN = step(ALERT, replace(ALERT, repeats=1), Reason.REPEAT)


def test_what_is_repeated_for_time_alone_is_told_aloud_each_time() -> None:
    (reply,) = decided(AGAIN, told=heard(ALERT))
    assert isinstance(reply, Reply)
    assert reply.broadcast


@pytest.mark.parametrize("what", ["waiting", "gathered"])
def test_nothing_is_repeated_while_something_about_it_is_undelivered(what: str) -> None:
    waits = {key: replace(known, **{what: True}) for key, known in heard(ALERT).items()}  # type: ignore[arg-type] # a table of changes
    assert [] == decided(AGAIN, told=waits)
    assert [] != decided(step(ALERT, WORSE, Reason.ESCALATED), told=waits)


def test_what_ended_is_told_under_its_peak() -> None:
    assert "|corrected|warning|" in policy.dedupe_key(FINOPS, CORRECTED, Reason.CORRECTED)


def test_what_was_decided_at_another_time_is_another_thing() -> None:
    keys = {
        policy.dedupe_key(FINOPS, replace(WORSE, spoken=spoken), Reason.ESCALATED)
        for spoken in (NOON, NOON + timedelta(minutes=1), NOON)
    }
    assert 2 == len(keys)


def test_a_message_about_an_earlier_life_of_an_alert_is_edited_to_what_is_so_now() -> None:
    (edit,) = decided(step(None, ALERT), told=heard(ALERT))
    assert isinstance(edit, Edit)


def test_a_program_is_told_of_each_return_but_of_none_that_is_held_back() -> None:
    returns, known = step(CORRECTED, ALERT, to=(PAGER,)), heard(ALERT, at=PAGER)
    assert [] == decided(replace(returns, muted=True), told=known)
    now, later = (
        policy.decide([returns], known, NOON + timedelta(minutes=minutes)) for minutes in (0, 1)
    )
    keys = [policy.dedupe_keys(PAGER, each.steps) for each in (*now, *later)]
    assert keys[0] != keys[1]


def test_an_identity_hangs_on_every_part() -> None:
    assert policy.identity("a", "b") == policy.identity("a", "b")
    assert 24 == len(policy.identity("a"))
    assert 3 == len({policy.identity("a", "b"), policy.identity("b", "a"), policy.identity("a")})
