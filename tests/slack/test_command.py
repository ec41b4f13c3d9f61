import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import periods
from bot.notify.answer import HelpAnswer
from bot.slack import command, verbs
from bot.slack.command import Request

PERSON = "A person is me, team, @user or an email."
RANKINGS = "A ranking is one of users, models, tasks, tools, agents."
WINDOW = "A window is today, yesterday, week, last-week, month, last-month, or a length such as 24h or 7d."


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
        pytest.param("spend team 7 days", Request("spend", "team", window="7d"), id="days"),
        pytest.param("top last 24 Hours", Request("top", window="24h"), id="the last hours"),
        pytest.param("spend last–1–day", Request("spend", window="1d"), id="the last day"),
        pytest.param("errors 6hrs", Request("errors", window="6h"), id="a length in a word"),
        pytest.param("spend, today?", Request("spend", window="today"), id="a question"),
        pytest.param("STATUS!", Request("status"), id="an exclamation"),
        pytest.param("spend this week", Request("spend", window="week"), id="this week"),
        pytest.param("spend \u00a0 24H", Request("spend", window="24h"), id="odd spaces"),
        pytest.param("spend 3x", Request("spend", window="3x"), id="a length is not judged here"),
        pytest.param(
            "spend Last Month", Request("spend", window="last-month"), id="two words in capitals"
        ),
        pytest.param("spend LAST-Week", Request("spend", window="last-week"), id="in capitals"),
        pytest.param("spend This  Month", Request("spend", window="month"), id="this month"),
        pytest.param("spend “last week”.", Request("spend", window="last-week"), id="a sentence"),
        pytest.param(
            "spend o'neil@acme.test", Request("spend", who="o'neil@acme.test"), id="an apostrophe"
        ),
        pytest.param(
            "spend \u2018o’neil@acme.test’",
            Request("spend", who="o'neil@acme.test"),
            id="an apostrophe that a phone made curly, in quotes",
        ),
        pytest.param(
            "spend <mailto:o'neil@acme.test|o'neil@acme.test>",
            Request("spend", who="o'neil@acme.test"),
            id="an apostrophe in a link",
        ),
        pytest.param(
            "spend ana--b–c@acme.test", Request("spend", who="ana--b–c@acme.test"), id="its dashes"
        ),
        pytest.param(
            "spend this-week@acme.test",
            Request("spend", who="this-week@acme.test"),
            id="an email that begins as a window",
        ),
        pytest.param("task a--b—c'd", Request("task", task="a--b—c'd"), id="an id as it is"),
        pytest.param('task "a--b"', Request("task", task="a--b"), id="an id in quotes"),
        pytest.param("spend ana@acme.test.", Request("spend", who="ana@acme.test"), id="a dot"),
        pytest.param("spend (ana@acme.test)", Request("spend", who="ana@acme.test"), id="brackets"),
        pytest.param(
            "spend <mailto:ana@acme.test|ana@acme.test>, today;",
            Request("spend", who="ana@acme.test", window="today"),
            id="a comma behind a link",
        ),
        pytest.param("spend <@U0ANA>,", Request("spend", mention="U0ANA"), id="behind a mention"),
        pytest.param("spend “ ”", Request("spend"), id="quotes around nothing"),
        pytest.param("top", Request("top"), id="top alone"),
        pytest.param("top users", Request("top", by="users"), id="top users"),
        pytest.param("top Task week", Request("top", by="tasks", window="week"), id="one ranking"),
        pytest.param("top today", Request("top", window="today"), id="top with a window only"),
        pytest.param("byok team", Request("byok", who="team"), id="byok"),
        pytest.param("task Ab_9-x.Y", Request("task", task="Ab_9-x.Y"), id="an id keeps its case"),
        pytest.param("budgets me", Request("budgets", who="me"), id="budgets"),
        pytest.param("alerts", Request("alerts"), id="alerts"),
        pytest.param("why A1b2c3", Request("why", alert="a1b2c3"), id="an alert's id"),
        pytest.param("rules", Request("rules"), id="rules"),
        pytest.param("digest Daily", Request("digest", name="daily"), id="digest"),
        pytest.param("forecast Team-Month", Request("forecast", name="team-month"), id="forecast"),
        pytest.param("status", Request("status"), id="status"),
        pytest.param("/neo-budget spend", Request("spend"), id="the command typed twice"),
        pytest.param(
            "“/neo-budget /neo-budget” SPEND team", Request("spend", "team"), id="pasted twice"
        ),
        pytest.param("/spend team", Request("spend", "team"), id="a verb as a command"),
        pytest.param("/neo-budget", HelpAnswer(), id="the command alone"),
        pytest.param(
            "/neo-budget task /a", Request("task", task="/a"), id="what follows stays as it is"
        ),
        pytest.param("", HelpAnswer(), id="nothing is help"),
        pytest.param("help", HelpAnswer(), id="help"),
        pytest.param("help TOP", HelpAnswer("top"), id="help for a verb"),
        pytest.param("silence help", HelpAnswer("silence"), id="the other way round"),
    ],
)
def test_what_is_typed_is_understood(typed: str, expected: Request | HelpAnswer) -> None:
    assert expected == command.parse(typed)


@pytest.mark.parametrize(
    ("typed", "verb", "note"),
    [
        pytest.param("spnd", "", 'I do not know "spnd"; did you mean "spend"?', id="near a verb"),
        pytest.param(
            "mute", "", 'I do not know "mute"; did you mean "silence"?', id="another word"
        ),
        pytest.param("xyzzy", "", 'I do not know "xyzzy".', id="near nothing"),
        pytest.param(
            "help tpo", "", 'I do not know "tpo"; did you mean "top"?', id="help for none"
        ),
        pytest.param("task", "task", "`task` needs the id of a task.", id="a task without its id"),
        pytest.param(
            "status n`o`w",
            "status",
            '"now" is one word too many: `status` takes nothing else.',
            id="marks of what can be typed",
        ),
        pytest.param(
            "status now",
            "status",
            '"now" is one word too many: `status` takes nothing else.',
            id="a word too many for a verb that takes none",
        ),
        pytest.param(
            "task 7 days",
            "task",
            '"days" is one word too many: expected `task <id>`.',
            id="a length where none is asked for",
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
            "top modles",
            "top",
            f'"modles" is not a ranking or a window; did you mean "models"? {RANKINGS} {WINDOW}',
            id="near a ranking",
        ),
        pytest.param(
            "top users modles",
            "top",
            f'"modles" is not a window. {WINDOW}',
            id="a ranking where there is one",
        ),
        pytest.param(
            "top byok",
            "top",
            f'"byok" is not a ranking or a window. {RANKINGS} {WINDOW}',
            id="near no ranking",
        ),
        pytest.param(
            "spend Ana",
            "spend",
            f'"Ana" is not a person or a window. {PERSON} {WINDOW}',
            id="a name alone",
        ),
        pytest.param(
            "spend <@U0ANA> mont",
            "spend",
            f'"mont" is not a window; did you mean "month"? {WINDOW}',
            id="near a window, behind a mention",
        ),
        pytest.param(
            "spend last",
            "spend",
            f'"last" is not a person or a window; did you mean "last-week"? {PERSON} {WINDOW}',
            id="half a window",
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


def test_windows_are_those_that_answers_know() -> None:
    assert periods.WORDS == verbs.WINDOWS
    assert periods.EXPECTED == verbs.WINDOW


@given(st.text())
def test_anything_can_be_typed(typed: str) -> None:
    read = command.parse(typed)
    if isinstance(read, HelpAnswer):
        assert len(read.note) < 300
