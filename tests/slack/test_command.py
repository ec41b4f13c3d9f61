import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.answer import HelpAnswer
from bot.slack import command, verbs
from bot.slack.command import Request


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("spend", Request("spend"), id="a verb alone"),
        pytest.param("  SPEND  Team ", Request("spend", who="team"), id="any case, any space"),
        pytest.param(
            "spend me last-month", Request("spend", who="me", window="last-month"), id="who, window"
        ),
        pytest.param(
            "spend 7d Ana@Acme.test",
            Request("spend", who="ana@acme.test", window="7d"),
            id="in either order",
        ),
        pytest.param(
            "spend <@U0ANA|ana> today",
            Request("spend", mention="U0ANA", window="today"),
            id="a mention",
        ),
        pytest.param("spend <@U0ANA>", Request("spend", mention="U0ANA"), id="a bare mention"),
        pytest.param(
            "errors <mailto:ben@acme.test|ben@acme.test>",
            Request("errors", who="ben@acme.test"),
            id="an email that Slack made a link",
        ),
        pytest.param(
            "spend “last–month”", Request("spend", window="last-month"), id="quotes and dashes"
        ),
        pytest.param("spend last month", Request("spend", window="last-month"), id="two words"),
        pytest.param("spend this week", Request("spend", window="week"), id="this week"),
        pytest.param("spend \u00a0 24H", Request("spend", window="24h"), id="odd spaces"),
        pytest.param(
            "spend soon", Request("spend", window="soon"), id="a window is not judged here"
        ),
        pytest.param("top", Request("top"), id="top alone"),
        pytest.param("top users", Request("top", by="users"), id="top users"),
        pytest.param("top Task week", Request("top", by="tasks", window="week"), id="one ranking"),
        pytest.param("top today", Request("top", window="today"), id="top with a window only"),
        pytest.param("byok team", Request("byok", who="team"), id="byok"),
        pytest.param("task Ab_9-x.Y", Request("task", task="Ab_9-x.Y"), id="an id keeps its case"),
        pytest.param("budgets me", Request("budgets", who="me"), id="budgets"),
        pytest.param("alerts", Request("alerts"), id="alerts"),
        pytest.param("rules", Request("rules"), id="rules"),
        pytest.param("digest Daily", Request("digest", name="daily"), id="digest"),
        pytest.param("status", Request("status"), id="status"),
        pytest.param("", HelpAnswer(), id="nothing is help"),
        pytest.param("help", HelpAnswer(), id="help"),
        pytest.param("help TOP", HelpAnswer("top"), id="help for a verb"),
    ],
)
def test_what_is_typed_is_understood(typed: str, expected: Request | HelpAnswer) -> None:
    assert expected == command.parse(typed)


@pytest.mark.parametrize(
    ("typed", "verb", "note"),
    [
        pytest.param("spnd", "", 'I do not know "spnd"; did you mean "spend"?', id="near a verb"),
        pytest.param("xyzzy", "", 'I do not know "xyzzy".', id="near nothing"),
        pytest.param(
            "help tpo", "", 'I do not know "tpo"; did you mean "top"?', id="help for none"
        ),
        pytest.param("task", "task", "`task` needs the id of a task.", id="a task without its id"),
        pytest.param(
            "status now",
            "status",
            '"now" is one word too many: `status` takes nothing else.',
            id="a word too many for a verb that takes none",
        ),
        pytest.param(
            "spend me week today",
            "spend",
            '"today" is one word too many: expected `spend [who] [window]`.',
            id="a word too many",
        ),
        pytest.param(
            "spend me team",
            "spend",
            '"team" is one word too many: expected `spend [who] [window]`.',
            id="two people",
        ),
        pytest.param(
            "spend @ana",
            "spend",
            'I cannot tell who "@ana" is: pick the name from Slack\'s list, or write the email.',
            id="a name that Slack did not resolve",
        ),
        pytest.param(
            "task <@U0ANA|ana>",
            "task",
            '"<@U0ANA|ana>" is one word too many: expected `task <id>`.',
            id="a person where none belongs",
        ),
    ],
)
def test_what_is_not_understood_is_said(typed: str, verb: str, note: str) -> None:
    assert HelpAnswer(verb, note) == command.parse(typed)


@pytest.mark.parametrize("verb", verbs.VERBS.values(), ids=lambda verb: verb.name)
def test_the_example_of_every_verb_is_understood(verb: verbs.Verb) -> None:
    read = command.parse(verb.example)
    assert not (isinstance(read, HelpAnswer) and read.note)


@given(st.text())
def test_anything_can_be_typed(typed: str) -> None:
    read = command.parse(typed)
    if isinstance(read, HelpAnswer):
        assert len(read.note) < 200
