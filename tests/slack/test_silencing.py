import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.answer import HelpAnswer
from bot.slack import command
from bot.slack.command import Request
from bot.slack.silencing import Asked
from rules.labels import Label

RULE = Asked("user-spend", until="2h")


def asked(typed: str) -> Asked:
    read = command.parse(typed)
    assert isinstance(read, Request), read
    assert read.silence is not None
    assert (read.who, read.mention) == (read.silence.who, read.silence.mention)
    return read.silence


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("user-spend 2h", RULE, id="a rule"),
        pytest.param("2H user-spend", RULE, id="in the other order"),
        pytest.param("“user–spend” for 2h.", RULE, id="as phones and sentences write it"),
        pytest.param(
            "rule=user-* 1h 30m", Asked(rule="user-*", until="1h 30m"), id="a long length"
        ),
        pytest.param(
            "a1b2 until 14:00", Asked("a1b2", until="until 14:00"), id="until a clock time"
        ),
        pytest.param(
            "7d3kq until the period ends",
            Asked("7d3kq", until="until period ends"),
            id="an id that begins like a length",
        ),
        pytest.param(
            "user-spend until period ends we know",
            Asked("user-spend", until="until period ends", reason="we know"),
            id="a period and a reason",
        ),
        pytest.param(
            "S3 until 18:00 it's 2h (late), see `x`",
            Asked("S3", until="until 18:00", reason="it's 2h (late), see x"),
            id="the reason stays as it was typed",
        ),
        pytest.param("me 2h", Asked(who="me", until="2h"), id="oneself"),
        pytest.param(
            "<@U0ANA|ana> 2h on <@U0BEN|ben>'s call",
            Asked(mention="U0ANA", until="2h", reason="on <@U0BEN|ben>'s call"),
            id="a mention, and one in the reason",
        ),
        pytest.param(
            "user-spend <mailto:Ana@acme.test|Ana@acme.test> 2h",
            Asked("user-spend", who="ana@acme.test", until="2h"),
            id="a rule and a person",
        ),
        pytest.param(
            "*@<http://acme.com|acme.com> 2h",
            Asked(who="*@acme.com", until="2h"),
            id="a glob of emails of which Slack made a link",
        ),
        pytest.param(
            "2h user=*@acme.test model=gpt–* a=b",
            Asked(who="*@acme.test", labels=((Label.MODEL, "gpt-*"),), until="2h", reason="a=b"),
            id="labels, also after how long",
        ),
        pytest.param(
            "User=<@U0ANA> byok=true 2h",
            Asked(mention="U0ANA", labels=((Label.BYOK, "true"),), until="2h"),
            id="a label with a mention",
        ),
        pytest.param(
            "user=unknown 2h", Asked(who="unknown", until="2h"), id="a user without email"
        ),
        pytest.param("alert=a1b2 2h", Asked("a1b2", until="2h"), id="an alert by its label"),
        pytest.param(
            "user-spend 2h see <https://wiki.test/x>",
            Asked("user-spend", until="2h", reason="see https://wiki.test/x"),
            id="an address in the reason",
        ),
        pytest.param("* 2h", Asked("*", until="2h"), id="every rule"),
        pytest.param("x 2 h", Asked("x", until="2h"), id="a number and a unit"),
        pytest.param("x for 2 hours ok", Asked("x", until="2h", reason="ok"), id="a long unit"),
        pytest.param("x 2h – the scan", Asked("x", until="2h", reason="the scan"), id="a dash"),
        pytest.param("x 1 hour 30 mins", Asked("x", until="1h 30m"), id="two of them"),
        pytest.param(
            "x until 2:00 pm lunch", Asked("x", until="until 14:00", reason="lunch"), id="pm"
        ),
        pytest.param("x until 12am", Asked("x", until="until 00:00"), id="am"),
        pytest.param(
            "x until the end of the period", Asked("x", until="until period ends"), id="its end"
        ),
        pytest.param(
            "a1b2 2h the model=gpt-4 is broken",
            Asked("a1b2", until="2h", reason="the model=gpt-4 is broken"),
            id="a label inside of the reason",
        ),
    ],
)
def test_what_is_typed_is_understood(typed: str, expected: Asked) -> None:
    assert expected == asked(f"Silence {typed}")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("", "Say what to silence", id="nothing"),
        pytest.param("2h", "Say what to silence", id="nobody"),
        pytest.param("user-spend", "Say how long: `2h`, `until 14:00`", id="no end"),
        pytest.param(
            "user-spend 3x", '"3x" is not how long a silence lasts. Say how', id="no length"
        ),
        pytest.param(
            "user-spend for a while", '"for" is one too many', id="a reason without an end"
        ),
        pytest.param("user-spend deploy 2h", '"deploy" is one too many', id="a reason too early"),
        pytest.param("a@b.test c@d.test 2h", '"c@d.test" is one too many', id="two people"),
        pytest.param("rule=a b 2h", '"b" is one too many', id="two rules"),
        pytest.param("usr=x 2h", '"usr" is not a label; did you mean "user"?', id="no such label"),
        pytest.param(
            "a1b2 2h model=gpt-4 is broken", '"model=gpt-4" stands after how', id="a label too late"
        ),
        *(
            pytest.param(
                f"x {end} {more}",
                f'"{more.split()[0]}" after "{end}" is no reason',
                id=f"{end} {more}",
            )
            for end, more in (
                ("until 14:00", "tomorrow because"),
                ("until 14:00", "pm lunch"),
                ("2h", "until 18:00"),
                ("2h", "5 days left"),
                ("until 14:00", "Mon"),
            )
        ),
        pytest.param("x -2h", '"-2h" is not how long a silence lasts. Say how', id="minus"),
        pytest.param("byok=maybe 2h", "`byok` is true or false.", id="no such value"),
        pytest.param("@nobody 2h", 'I cannot tell who "@nobody" is', id="nobody whom Slack knows"),
    ],
)
def test_what_is_not_understood_says_what_was_expected(typed: str, words: str) -> None:
    read = command.parse(f"silence {typed}")
    assert isinstance(read, HelpAnswer)
    assert read.verb == "silence"
    assert words in read.note


@given(
    st.lists(st.sampled_from(["2h", "until", "user=", "a@b", "S3", "x=y", "for", "the", "1", "@"]))
)
def test_anything_can_be_typed_in_any_order(typed: list[str]) -> None:
    read = command.parse(f"silence {' '.join(typed)}")
    assert isinstance(read, HelpAnswer) or (read.silence is not None and read.silence.until)


@given(st.text())
def test_no_note_is_long(typed: str) -> None:
    read = command.parse(f"silence {typed}")
    assert isinstance(read, Request) or len(read.note) < 300


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("ack A1B2", Request("ack", alert="a1b2"), id="an alert"),
        pytest.param("ACK a1b2 Undo", Request("ack", alert="a1b2", undo="undo"), id="undone"),
        pytest.param("ack undo a1b2", Request("ack", alert="a1b2", undo="undo"), id="either way"),
        pytest.param("unsilence S3", Request("unsilence", silence=Asked("S3")), id="a silence"),
        pytest.param(
            "unsilence user-* ben@acme.test model=x",
            Request(
                "unsilence",
                who="ben@acme.test",
                silence=Asked("user-*", who="ben@acme.test", labels=((Label.MODEL, "x"),)),
            ),
            id="what was silenced",
        ),
    ],
)
def test_the_other_acts_take_an_id(typed: str, expected: Request) -> None:
    assert expected == command.parse(typed)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("ack", "`ack` needs the id of an alert.", id="no alert"),
        pytest.param("ack undo", "`ack` needs the id of an alert.", id="undo of nothing"),
        pytest.param("ack a b", '"b" is one word too many: expected `ack <id> [undo]`', id="two"),
        pytest.param("unsilence", "`unsilence` needs a silence, such as S3.", id="no silence"),
        pytest.param("unsilence S3 2h", '"2h" is not how long', id="how long"),
    ],
)
def test_the_other_acts_say_what_was_expected(typed: str, words: str) -> None:
    read = command.parse(typed)
    assert isinstance(read, HelpAnswer)
    assert words in read.note
