from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.acts import silencing
from bot.acts.target import Wanted
from bot.notify.acted import SilenceAnswer, UnsilenceAnswer
from bot.notify.silence import Silence
from bot.store import ledger, silences
from bot.store.connection import Connection
from rules.alert import State
from rules.labels import Label
from tests.acts import ground
from tests.acts.ground import ADA, ANA, BEN, HOUR, NOW
from tests.store import usage

FIRING = ground.alert()
OTHER = ground.alert(BEN)
ERRORS = ground.alert(rule="user-errors")
HOURLY = ground.alert(rule="team-hour")


@pytest.fixture
def db(db: Connection) -> Connection:
    """Ana has used something, Ben has not; Dev's alert does not fire yet."""
    pending = ground.alert("dev@acme.test", state=State.PENDING)
    ground.keep(db, FIRING, OTHER, ERRORS, HOURLY, pending)
    ledger.add(db, [usage.record(user=ANA)], seen=NOW, live=True)
    return db


def silenced(db: Connection, wanted: Wanted, who: str = ADA) -> SilenceAnswer:
    done = silencing.silence(db, ground.acting(who), wanted)
    assert isinstance(done, SilenceAnswer), done
    return done


USER = {Label.USER: ANA}


@pytest.mark.parametrize(
    ("wanted", "target", "mutes"),
    [
        pytest.param(Wanted("User-Spend"), "rule=user-spend", 2, id="a rule"),
        pytest.param(Wanted("user-*"), "rule=user-*", 3, id="a glob of rules"),
        pytest.param(Wanted("*"), "everything", 4, id="all rules"),
        pytest.param(Wanted(rule="team-*"), "rule=team-*", 1, id="a rule by its label"),
        pytest.param(Wanted(FIRING.id[:5]), f"alert={FIRING.id}", 1, id="an alert"),
        pytest.param(Wanted(labels=USER), f"user={ANA}", 2, id="a person"),
        pytest.param(
            Wanted("user-spend", labels={Label.USER: "*@acme.test"}),
            "rule=user-spend user=*@acme.test",
            2,
            id="a rule and people",
        ),
        pytest.param(
            Wanted(labels={**USER, Label.MODEL: "gpt-*"}),
            f"user={ANA} model=gpt-*",
            1,
            id="several labels, which all must fit",
        ),
    ],
)
def test_what_is_silenced(db: Connection, wanted: Wanted, target: str, mutes: int) -> None:
    said = {"until": "2h", "reason": "a scan"}
    done = silenced(db, Wanted(wanted.what, wanted.rule, wanted.labels, **said))
    found = done.silence
    assert sorted(target.split()) == sorted(found.target.split())
    assert (mutes, "Europe/Berlin", None, "") == (done.mutes, done.zone, done.before, done.note)
    assert (NOW, NOW + 2 * HOUR, ADA, "a scan") == (
        found.starts,
        found.ends,
        found.author,
        found.reason,
    )
    assert [found] == silences.active(db, NOW)
    assert (f"user-spend{{user={ANA}}}" if found.alert else "") == done.series
    detail = f"S1 {found.target} until 2026-11-22T13:00:00+00:00 (a scan)"
    assert [("U0ADA", "silence", detail)] == ground.audit(db)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        pytest.param(
            Wanted(f"{FIRING.id[:8]}zz", until="2h"),
            f'did you mean "{FIRING.id}"?',
            id="no such id",
        ),
        pytest.param(Wanted(until="2h"), "Say what to silence", id="nothing is named"),
        pytest.param(
            Wanted("user-spent", until="2h"), 'did you mean "user-spend"?', id="no such rule"
        ),
        pytest.param(
            Wanted("zzzz", until="2h"), "neither a rule nor an alert.", id="no such thing"
        ),
        pytest.param(
            Wanted("tame-*", until="2h"), '"tame-*" fits no rule.', id="a glob of nothing"
        ),
        pytest.param(
            Wanted(rule=FIRING.id, until="2h"), "neither a rule nor", id="an alert for a rule"
        ),
        pytest.param(
            Wanted(labels={Label.TOOL: "x"}, until="2h"), "No rule groups by tool", id="a label"
        ),
        pytest.param(
            Wanted("team-hour", labels=USER, until="2h"),
            'No rule that fits "team-hour" groups by user',
            id="a label that this rule does not know",
        ),
        pytest.param(Wanted("user-spend"), "such as `2h`", id="no end"),
        pytest.param(Wanted("user-spend", until="91d"), "at most 90 days", id="too long"),
        pytest.param(
            Wanted("*", until="until period ends"),
            "There is no one period",
            id="no one period ends",
        ),
        pytest.param(
            Wanted(HOURLY.id, until="until period ends"),
            "There is no one period",
            id="a rolling window",
        ),
        pytest.param(
            Wanted(FIRING.id, labels={Label.MODEL: "gpt-4"}, until="2h"),
            "alone: leave out model=gpt-4",
            id="an alert and a label",
        ),
        pytest.param(
            Wanted(labels={Label.USER: f"{ANA},{BEN}"}, until="2h"), "is a list, but", id="a list"
        ),
        pytest.param(Wanted("S7", until="2h"), "There is no silence S7. Nothing is", id="no S7"),
    ],
)
def test_what_is_refused_says_why(db: Connection, wanted: Wanted, words: str) -> None:
    assert words in ground.said(silencing.silence(db, ground.acting(), wanted))
    assert ([], []) == (silences.active(db, NOW), ground.audit(db))


def test_an_alert_that_is_over_is_not_silenced(db: Connection) -> None:
    over = ground.alert("cid@acme.test", state=State.RESOLVED)
    ground.keep(db, over)
    said = ground.said(silencing.silence(db, ground.acting(), Wanted(over.id, until="2h")))
    assert f"Alert {over.id} is resolved: there is nothing to silence." in said


def test_an_id_that_is_not_clear_is_refused(db: Connection) -> None:
    many = [ground.alert(f"u{number}@acme.test") for number in range(40)]
    ground.keep(db, *many)
    first = {alert.id[0] for alert in many}
    begin = next(each for each in first if sum(alert.id[0] == each for alert in many) > 1)
    one = next(each for each in many if sum(each.id[:3] == alert.id[:3] for alert in many) == 1)
    short = ground.said(silencing.silence(db, ground.acting(), Wanted(one.id[:3], until="2h")))
    assert "write at least 4 characters" in short
    said = ground.said(silencing.silence(db, ground.acting(), Wanted(begin, until="2h")))
    assert "Write more of it." in said


@pytest.mark.parametrize("user", ["anna@acme.test", "*@other.test"])
def test_who_is_not_known_is_silenced_with_a_warning(db: Connection, user: str) -> None:
    done = silenced(db, Wanted(labels={Label.USER: user}, until="2h"))
    near = f'; did you mean "{ANA}"?' if "*" not in user else "."
    assert f'No usage of "{user}" is on record{near}' == done.note
    assert 0 == done.mutes


@pytest.mark.parametrize(
    "wanted",
    [Wanted(FIRING.id), Wanted("user-*"), Wanted("ana-only"), Wanted(labels=USER)],
    ids=[
        "an alert",
        "rules",
        "a rule",
        "a person, whom rules of rolling windows do not tell apart",
    ],
)
def test_until_its_period_ends(db: Connection, wanted: Wanted) -> None:
    done = silenced(db, replace(wanted, until="until period ends"))
    assert NOW + 12 * HOUR == done.silence.ends


KEY = "xoxb-1234567890-abcdef"


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(Wanted("user-spend", reason=f"use {KEY}"), id="in a reason"),
        pytest.param(Wanted(labels={Label.USER: KEY}), id="as a person"),
    ],
)
def test_a_key_is_masked(db: Connection, wanted: Wanted) -> None:
    done = silenced(db, replace(wanted, until="2h"))
    assert "1234567890" not in str((done, ground.audit(db), silences.active(db, NOW)))


def test_who_is_left_out_of_a_silence_is_no_slip(db: Connection) -> None:
    assert "" == silenced(db, Wanted(labels={Label.USER: f"!{BEN}"}, until="2h")).note


def test_a_rule_that_is_named_like_a_silence_is_that_rule(db: Connection) -> None:
    silenced(db, Wanted("user-spend", until="2h"))
    [rule, *others] = ground.rules()
    acting = replace(ground.acting(), rules=(rule.model_copy(update={"name": "s1"}), *others))
    done = silencing.silence(db, acting, Wanted("S1", until="2h"))
    assert isinstance(done, SilenceAnswer)
    assert ("rule=s1", "S2") == (done.silence.target, done.silence.name)
    ended = silencing.unsilence(db, acting, Wanted("s1"))
    assert isinstance(ended, UnsilenceAnswer)
    assert "S2" == ended.silence.name


def test_a_silence_is_ended_by_what_it_is_about(db: Connection) -> None:
    silenced(db, Wanted(labels=USER, until="2h"))
    refused = ground.said(
        silencing.unsilence(db, ground.acting(), Wanted(labels={Label.USER: BEN}))
    )
    assert refused == f"No silence is about just user={BEN}. There is S1 (user={ANA})."
    done = silencing.unsilence(db, ground.acting(), Wanted(labels=USER))
    assert isinstance(done, UnsilenceAnswer)
    assert "Say what to silence" in ground.said(silencing.unsilence(db, ground.acting(), Wanted()))


@pytest.mark.parametrize("what", ["S1", "s1", "user-spend"], ids=["name", "small", "the same"])
@pytest.mark.parametrize(("reason", "kept"), [("", "a scan"), ("again", "again")])
def test_a_silence_gets_another_end_and_reason(
    db: Connection, what: str, reason: str, kept: str
) -> None:
    first = silenced(db, Wanted("user-spend", until="2h", reason="a scan")).silence
    done = silenced(db, Wanted(what, until="until 18:00", reason=reason))
    assert (first, kept, ADA) == (done.before, done.silence.reason, done.silence.author)
    assert NOW + 6 * HOUR == done.silence.ends
    assert [done.silence] == silences.active(db, NOW)
    _, (_, action, detail) = ground.audit(db)
    was, now = "2026-11-22T13:00:00+00:00 (a scan)", f"2026-11-22T17:00:00+00:00 ({kept})"
    assert action == "change silence"
    assert detail == f"S1 rule=user-spend until {was} is now S1 rule=user-spend until {now}"


def test_what_a_silence_is_about_does_not_change(db: Connection) -> None:
    silenced(db, Wanted("user-spend", until="2h"))
    asked = Wanted("S1", labels=USER, until="3h")
    said = ground.said(silencing.silence(db, ground.acting(), asked))
    assert said.startswith("S1 goes on being about rule=user-spend")


@pytest.mark.parametrize(
    ("wanted", "what"),
    [
        pytest.param(Wanted("user-spend"), "S1", id="by its name"),
        pytest.param(Wanted("user-spend"), "User-Spend", id="by its rule"),
        pytest.param(Wanted(FIRING.id), FIRING.id[:6], id="by its alert"),
    ],
)
def test_a_silence_is_ended(db: Connection, wanted: Wanted, what: str) -> None:
    found = silenced(db, Wanted(wanted.what, until="2h")).silence
    later = NOW + HOUR
    done = silencing.unsilence(db, ground.acting(now=later), Wanted(what))
    assert isinstance(done, UnsilenceAnswer)
    assert (ADA, found) == (done.actor, done.silence)
    assert bool(found.alert) == bool(done.series)
    assert (2 if wanted.what == "user-spend" else 1) == done.mutes
    assert [] == silences.active(db, later)
    *_, (_, action, detail) = ground.audit(db)
    assert ("unsilence", f"S1 {found.target} until 2026-11-22T13:00:00+00:00 is over now") == (
        action,
        detail,
    )
    over = ground.said(silencing.unsilence(db, ground.acting(now=later), Wanted("S1")))
    assert over == "Silence S1 ended already, Sun 22 Nov 2026 13:00, Europe/Berlin."


def test_what_another_silence_mutes_stays_muted(db: Connection) -> None:
    silenced(db, Wanted("user-spend", until="2h"))
    silenced(db, Wanted(labels=USER, until="1h"))
    done = silencing.unsilence(db, ground.acting(), Wanted("S1"))
    assert isinstance(done, UnsilenceAnswer)
    assert 1 == done.mutes


@pytest.mark.parametrize(
    "rule", ["ana-only", "runaway"], ids=["whom it selects by name", "who began the task"]
)
def test_a_person_whom_only_such_rules_know_can_be_silenced(db: Connection, rule: str) -> None:
    wanted = Wanted(rule, labels=USER, until="2h")
    assert f"rule={rule} user={ANA}" == silenced(db, wanted).silence.target


def test_what_a_silence_of_its_one_person_mutes_stays_muted(db: Connection) -> None:
    ground.keep(db, ground.alert(rule="ana-only"))
    silenced(db, Wanted("ana-only", until="2h"))
    silenced(db, Wanted(labels=USER, until="1h"))
    done = silencing.unsilence(db, ground.acting(), Wanted("S1"))
    assert isinstance(done, UnsilenceAnswer)
    assert 0 == done.mutes


@pytest.mark.parametrize(
    ("what", "words"),
    [
        pytest.param("S9", "There is no silence S9. There is S1 (rule=user-spend).", id="no S9"),
        pytest.param("zzzz", '"zzzz" is neither a silence nor an alert. There is S1', id="nothing"),
        pytest.param(ERRORS.id, f"Alert {ERRORS.id} is not silenced.", id="not silenced"),
        pytest.param(
            FIRING.id, "by S1, which is about rule=user-spend: `unsilence S1`", id="wider"
        ),
    ],
)
def test_what_cannot_be_ended_says_why(db: Connection, what: str, words: str) -> None:
    silenced(db, Wanted("user-spend", until="2h"))
    assert words in ground.said(silencing.unsilence(db, ground.acting(), Wanted(what)))
    assert 1 == len(silences.active(db, NOW)) == len(ground.audit(db))


def test_many_silences_are_named_up_to_a_point(db: Connection) -> None:
    for number in range(10):
        silences.add(db, Silence(0, NOW, NOW + timedelta(hours=number + 1), ADA, "", f"r{number}"))
    said = ground.said(silencing.unsilence(db, ground.acting(), Wanted("S99")))
    assert said.endswith("S10 (rule=r9).")
    for number in range(40):
        silences.add(db, Silence(0, NOW, NOW + HOUR, ADA, "", "long-" * 50, alert=str(number)))
    said = ground.said(silencing.unsilence(db, ground.acting(), Wanted("S99")))
    listed, _, more = said.partition(", +")
    assert (f"{50 - listed.count('(')} more.", True) == (more, len(said) < 600)


@pytest.mark.parametrize("labels", [USER, {}], ids=["even oneself", "or a rule"])
def test_only_admins_silence(db: Connection, labels: Mapping[Label, str]) -> None:
    silenced(db, Wanted("user-spend", until="2h"))
    for done in (
        silencing.silence(db, ground.acting(ANA), Wanted("user-errors", "", labels, "2h")),
        silencing.unsilence(db, ground.acting(ANA), Wanted("S1")),
    ):
        assert "Only admins silence" in ground.said(done)
    assert 1 == len(silences.active(db, NOW)) == len(ground.audit(db))
