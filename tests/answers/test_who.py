"""Who may see whose usage."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import who
from bot.answers.who import Asker, Subject
from bot.notify.answer import Refusal
from bot.store.connection import Connection
from rules.labels import EVERYTHING, Label, Pattern, Selector

UTC = ZoneInfo("UTC")
ADMIN = Asker("eve@acme.test", admin=True, zone=UTC)
ANA = Asker(" Ana@Acme.test", admin=False, zone=UTC)
STRANGER = Asker(None, admin=False, zone=UTC)


def person(email: str) -> Subject:
    return Subject(email, Selector.of({Label.USER: Pattern(include=(email,))}))


@pytest.mark.parametrize(
    ("asker", "word", "expected"),
    [
        pytest.param(ADMIN, "", Subject("the team", EVERYTHING), id="an admin asks for the team"),
        pytest.param(ADMIN, "TEAM", Subject("the team", EVERYTHING), id="in any case"),
        pytest.param(ADMIN, "me", person("eve@acme.test"), id="an admin is a person too"),
        pytest.param(ADMIN, "Ana@acme.test", person("ana@acme.test"), id="an admin sees others"),
        pytest.param(ADMIN, "*@acme.test", person("*@acme.test"), id="an admin may use patterns"),
        pytest.param(ADMIN, "unknown", person("unknown"), id="usage without an email"),
        pytest.param(ANA, "", person("ana@acme.test"), id="people ask for themselves"),
        pytest.param(ANA, "me", person("ana@acme.test"), id="by me"),
        pytest.param(ANA, "ANA@acme.test ", person("ana@acme.test"), id="or by their email"),
    ],
)
def test_what_may_be_seen(asker: Asker, word: str, expected: Subject) -> None:
    assert expected == who.subject(word, asker)


@pytest.mark.parametrize(
    ("asker", "word", "says"),
    [
        pytest.param(ANA, "team", "Only admins", id="the team"),
        pytest.param(ANA, "ben@acme.test", "Only admins", id="somebody else"),
        pytest.param(ANA, "*@acme.test", "Only admins", id="a pattern that one fits"),
        pytest.param(ANA, "unknown", "Only admins", id="usage without an email"),
        pytest.param(STRANGER, "", "do not know your email", id="nothing, for who has no email"),
        pytest.param(STRANGER, "me", "do not know your email", id="me, for who has no email"),
        pytest.param(ADMIN, "ana", '"ana" is not a person', id="half an email"),
    ],
)
def test_what_is_refused(asker: Asker, word: str, says: str) -> None:
    found = who.subject(word, asker)
    assert isinstance(found, Refusal)
    assert says in found.text


@given(st.text(max_size=12), st.one_of(st.none(), st.text(max_size=12), st.just("*@acme.test")))
def test_nobody_but_an_admin_is_ever_given_more_than_one_user(word: str, email: str | None) -> None:
    asker = Asker(email, admin=False, zone=UTC)
    found = who.subject(word, asker)
    if isinstance(found, Subject):
        assert found.user is not None
        assert (email or "").strip().lower() == found.user
        assert found == person(found.user)


def test_only_an_admin_sees_what_is_about_many() -> None:
    assert (True, False, False) == (ADMIN.sees(None), ANA.sees(None), STRANGER.sees(None))
    assert (True, True, False) == tuple(
        asker.sees("ana@acme.test") for asker in (ADMIN, ANA, STRANGER)
    )


def test_only_one_person_has_a_user_label() -> None:
    users = [
        found.user
        for word in ("team", "*@acme.test", "ana@acme.test")
        if isinstance(found := who.subject(word, ADMIN), Subject)
    ]
    assert [None, None, "ana@acme.test"] == users


@pytest.mark.parametrize(
    ("asker", "word", "unseen"),
    [
        pytest.param(ADMIN, "ana@acme.test", False, id="somebody of the ledger"),
        pytest.param(ADMIN, " Ana@ACME.test", False, id="in any case"),
        pytest.param(ADMIN, "anna@acme.test", True, id="nobody of the ledger"),
        pytest.param(ADMIN, "eve@acme.test", False, id="the asker, who may have used nothing"),
        pytest.param(ADMIN, "*@elsewhere.test", False, id="a pattern"),
        pytest.param(ADMIN, "team", False, id="the team"),
        pytest.param(ADMIN, "", False, id="nobody named"),
        pytest.param(ANA, "anna@acme.test", False, id="who may not see others learns nothing"),
    ],
)
def test_who_was_never_seen_is_told_to_admins_alone(
    db: Connection, asker: Asker, word: str, unseen: bool
) -> None:
    assert unseen == (who.unseen(db, word, asker) is not None)
