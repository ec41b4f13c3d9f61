"""Acting from Slack: who may, who reads the answer, and what is kept of it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.answers.who import Asker
from bot.demo.workbench import commands
from bot.demo.workbench.bench import Bench
from bot.notify.acted import SilenceAnswer
from bot.slack.command import Request
from bot.slack.people import Person
from bot.slack.silencing import Asked as Silencing
from bot.store import silences
from bot.store.database import Database
from bot.web import deeds
from bot.web.replies import Asked
from tests.web import office
from tests.web.office import ANA, BEN, CHLOE, NOW

WHERE = "#neo-spend"
ID = office.alert(ANA).id


@pytest.fixture(autouse=True)
async def fired(bot: str, database: Database) -> None:
    await database.write(office.fire, office.alert(ANA), office.alert(BEN))


async def say(bench: Bench, who: str, typed: str, *, everyone: bool) -> str:
    """What is answered, and whether it is for everyone's eyes."""
    outcome = await commands.run(bench, who, WHERE, f"/neo-budget {typed}")
    assert outcome.shown is not None, outcome.error
    assert everyone == (outcome.shown.only_for is None)
    assert everyone == bool(bench.workspace.messages(WHERE))
    return f"{outcome.shown.text}\n{json.dumps(outcome.shown.blocks, ensure_ascii=False)}"


DONE = {
    "an admin acknowledges": ("ada", f"ack {ID[:5]}", ["acknowledged", ANA], "ack"),
    "so does whom it is about": ("ana", f"ack {ID}", ["ana@acme.test", "acknowledged"], "ack"),
    "a rule": ("ada", "silence user-* 2h x", ["rule=user-*", "Tue 17 Feb 2026 15:00"], "silence"),
    "by the clock of whoever asks": (
        "chloe",
        f"silence {ID} until 15:30",
        ["Tue 17 Feb 2026 15:30, Europe/Paris", CHLOE],
        "silence",
    ),
    "somebody by mention": ("ada", "silence @ben 2h", [f"user={BEN}", "It mutes 1"], "silence"),
    "oneself": ("chloe", "silence me 1d", [f"user={CHLOE}", "No alert that fires"], "silence"),
}


@pytest.mark.parametrize("case", DONE.values(), ids=DONE.keys())
async def test_what_was_done_is_read_by_everyone_and_kept_once(
    bench: Bench, database: Database, case: tuple[str, str, list[str], str]
) -> None:
    who, typed, words, action = case
    answer = await say(bench, who, typed, everyone=True)
    assert [] == [word for word in words if word not in answer]
    [(actor, done, _)] = await database.read(office.audited)
    assert (bench.workspace.person(who).id, action) == (actor, done)


REFUSED = {
    "somebody else's alert": ("ben", f"ack {ID}", "There is no alert"),
    "a silence of their own": ("ana", "silence me 2h", "Only admins silence"),
    "a silence of somebody else": ("ana", "silence @ben 2h", "Only admins silence"),
    "the end of a silence": ("ana", "unsilence S1", "Only admins silence"),
    "anything to a guest": ("gus", f"ack {ID}", "only members of the workspace"),
}


@pytest.mark.parametrize(("who", "typed", "words"), REFUSED.values(), ids=REFUSED.keys())
async def test_a_refusal_is_for_the_asker_alone_and_is_kept(
    bench: Bench, database: Database, who: str, typed: str, words: str
) -> None:
    assert words in await say(bench, who, typed, everyone=False)
    [(actor, action, detail)] = await database.read(office.audited)
    assert (bench.workspace.person(who).id, "refused") == (actor, action)
    assert typed.split(maxsplit=1)[0] in detail


MISTAKEN = {
    "the whole team": ("silence team 2h", "is no person"),
    "a rule in place of the reason": (
        "silence ben@acme.test 2h team-monthly-budget",
        '"team-monthly-budget" is a rule',
    ),
    "a person whom Slack does not know": ("silence @gus 2h", "Slack knows no such person"),
    "nothing": ("silence", "Say what to silence"),
    "no such silence": ("unsilence S4", "There is no silence S4"),
}


@pytest.mark.parametrize(("typed", "words"), MISTAKEN.values(), ids=MISTAKEN.keys())
async def test_an_admins_mistake_changes_nothing(
    bench: Bench, database: Database, typed: str, words: str
) -> None:
    assert words in await say(bench, "ada", typed, everyone=False)
    assert [] == await database.read(office.audited)
    assert [] == await database.read(silences.active, NOW)


async def test_who_has_no_email_is_not_silenced_as_oneself(bench: Bench) -> None:
    app = bench.workspace.app
    bench.workspace.app = replace(app, scopes=app.scopes - {"users:read.email"})
    assert "do not know your email" in await say(bench, "ada", "silence me 2h", everyone=False)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus"], ids=["none", "one that is not known"])
async def test_where_slack_tells_no_zone_clock_words_are_meant_in_that_of_the_bot(
    database: Database, zone: str
) -> None:
    said = Silencing("*", until="until 15:30")
    asked = Asked(
        Request("silence", silence=said),
        Asker("ada@acme.test", admin=True, zone=office.BERLIN),
        NOW,
    )
    nowhere = Person("U0ADA", "ada@acme.test", zone)
    done = await database.write(deeds.deed(asked, nowhere, office.in_force()), NOW)
    assert isinstance(done, SilenceAnswer)
    assert ("Europe/Berlin", NOW + timedelta(hours=2, minutes=30)) == (done.zone, done.silence.ends)


async def test_a_rule_that_is_called_team_can_be_silenced(database: Database) -> None:
    [rule, *_] = office.rules()
    in_force = office.in_force(rules=[rule.model_copy(update={"name": "team"})])
    said = Silencing(who="team", until="1h")
    asked = Asked(
        Request("silence", who="team", silence=said),
        Asker("ada@acme.test", admin=True, zone=office.BERLIN),
        NOW,
        "team",
    )
    ada = Person("U0ADA", "ada@acme.test", "Europe/Berlin")
    done = await database.write(deeds.deed(asked, ada, in_force), NOW)
    assert isinstance(done, SilenceAnswer)
    assert "rule=team" == done.silence.target


async def test_an_open_alert_is_told_with_what_was_done(bench: Bench) -> None:
    await say(bench, "ada", "silence user-* 2h the scan", everyone=True)
    outcome = await commands.run(bench, "ada", WHERE, "/neo-budget alerts")
    assert outcome.shown is not None
    shown = json.dumps(outcome.shown.blocks)
    assert 3 == shown.count("the scan")
    assert 3 == shown.count('"S1"')
    own = await commands.run(bench, "ana", WHERE, "/neo-budget alerts")
    assert own.shown is not None
    assert 1 == json.dumps(own.shown.blocks).count("the scan")
    status = await commands.run(bench, "ada", WHERE, "/neo-budget status")
    assert status.shown is not None
    assert "2, 1 silence" in json.dumps(status.shown.blocks)
