"""Pressing buttons: the same acts as by commands, each once, for who may, and told where the button is."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.demo.workbench import acme, commands, interactions
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.message import Draft, Json, Message
from bot.notify.answer import AlertsAnswer
from bot.slack import blocks, buttons, render
from bot.slack.press import Press
from bot.store import ledger, silences
from bot.store.database import Database
from bot.web import keys, shelf, signed, site
from bot.web.desk import Desk
from bot.web.door import SlackDoor
from bot.web.shelf import Kept
from rules.alert import State
from tests.slack import hostile, samples
from tests.web import office, requests
from tests.web.office import ANA, BEN, NOW, Clock

WHERE = "C0SPEND"
ID = office.alert(ANA).id
RULE = "rule=user-monthly-budget 4h"
PRESSED = "/slack/interactions"


@dataclass
class Played:
    """A bot behind its public port, and a message about Ana's alert that has every button."""

    bench: Bench
    public: web.Application
    message: Message

    async def press(
        self, who: str, action: str, *, choice: str | None = None, on: Message | None = None
    ) -> list[Message]:
        """All that was said or changed because of it."""
        changes: list[Any] = []
        forget = self.bench.workspace.subscribe(changes.append)
        message = on or self.message
        outcome = await interactions.press(self.bench, who, message, action, choice=choice)
        assert (200, "") == (outcome.status, outcome.body)
        await self.done()
        forget()
        return [change.message for change in changes]

    async def done(self) -> None:
        await self.public[keys.RECEPTION].later.close(60)

    async def ask(self, who: str, typed: str) -> Message:
        outcome = await commands.run(self.bench, who, WHERE, f"/neo-budget {typed}")
        assert outcome.shown is not None
        return outcome.shown


def read(said: Message) -> str:
    return f"{said.text}\n{json.dumps(said.blocks, ensure_ascii=False)}"


def unnamed(said: Message) -> list[Json]:
    """The blocks without the ids that Slack gives them."""
    return [{key: block[key] for key in block if key != "block_id"} for block in said.blocks]


def post(bench: Bench, value: str = ID) -> Message:
    row = blocks.actions(
        blocks.button("Acknowledge", buttons.ACK, value),
        blocks.button("Undo", buttons.UNACK, value),
        blocks.menu("Silence", buttons.SILENCE, {"1 hour": f"{value} 1h", "rule": RULE}),
        blocks.button("End silence S1", buttons.UNSILENCE, "S1"),
        blocks.button("Details", buttons.WHY, value),
        blocks.button("Share", buttons.SHARE, f"{'0' * 32} 0"),
    )
    assert row is not None
    return bench.workspace.post(Draft(WHERE, acme.APP.user_id, "over budget", blocks=[row]))


@pytest.fixture
async def played(
    door: SlackDoor, bench: Bench, clock: Clock, database: Database
) -> AsyncIterator[Played]:
    await database.write(office.fire, office.alert(ANA), office.alert(BEN))
    public = site.public_app(door, clock)
    async with site.serving(public, "127.0.0.1", 0) as port:
        bench.bot_url, bench.patience = f"http://127.0.0.1:{port}", 60
        yield Played(bench, public, post(bench))


DONE = {
    "an admin takes it on": ("ada", "ack", None, ["ada@acme.test", "acknowledged", ANA], "ack"),
    "so does whom it is about": ("ana", "ack", None, ["ana@acme.test", "acknowledged"], "ack"),
    "an admin silences it": ("ada", "silence", f"{ID} 1h", [f"alert={ID}", "14:00"], "silence"),
    "an admin silences rules": ("ada", "silence", RULE, ["mutes 2"], "silence"),
}


@pytest.mark.parametrize("case", DONE.values(), ids=DONE.keys())
async def test_what_was_done_is_told_in_the_thread_and_kept_once(
    played: Played, database: Database, case: tuple[str, str, str | None, list[str], str]
) -> None:
    who, action, choice, words, audited = case
    [said] = await played.press(who, action, choice=choice)

    assert (None, played.message.ts) == (said.only_for, said.thread_ts)
    assert [] == [word for word in words if word not in read(said)]
    [(actor, done, _)] = await database.read(office.audited)
    assert (played.bench.workspace.person(who).id, audited) == (actor, done)


async def test_a_second_one_is_told_who_was_first(played: Played, database: Database) -> None:
    await played.press("ana", "ack")
    [said] = await played.press("ada", "ack")
    assert "U0ADA" == said.only_for
    assert f"ana@acme.test acknowledged alert {ID} already, Tue 17 Feb 2026 13:00" in read(said)

    [said] = await played.press("ana", "unack")
    assert "took back the acknowledgement" in read(said)
    assert ["ack", "undo ack"] == [action for _, action, _ in await database.read(office.audited)]


async def test_a_silence_is_ended_from_its_message(played: Played, database: Database) -> None:
    await played.press("ada", "silence", choice=f"{ID} 1h")
    [said] = await played.press("chloe", "unsilence")
    assert "chloe@acme.test ended silence S1" in said.text
    assert [] == await database.read(silences.active, NOW)
    [said] = await played.press("ada", "unsilence")
    assert "U0ADA" == said.only_for
    assert "Silence S1 ended already" in read(said)


REFUSED = {
    "somebody else's alert": ("ben", "ack", None, "There is no alert"),
    "a silence": ("ana", "silence", f"{ID} 1h", "Only admins silence"),
    "the end of one": ("ana", "unsilence", None, "Only admins silence"),
    "what is behind another's alert": ("ben", "why", None, "There is no alert"),
    "anything to a guest": ("gus", "ack", None, "only members of the workspace"),
    "an answer to a guest": ("gus", "share", None, "only members of the workspace"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
async def test_a_refusal_is_for_the_presser_alone_and_is_kept(
    played: Played, database: Database, case: tuple[str, str, str | None, str]
) -> None:
    who, action, choice, words = case
    user = played.bench.workspace.person(who).id
    [said] = await played.press(who, action, choice=choice)

    assert (user, None) == (said.only_for, said.thread_ts)
    assert words in read(said)
    [(actor, done, detail)] = await database.read(office.audited)
    assert (user, "refused") == (actor, done)
    assert detail.startswith("button ")
    assert [] == await database.read(silences.active, NOW)


def at_home_elsewhere(bench: Bench, *teams: str) -> None:
    """Ana belongs to the partner's workspace, and to others of its Enterprise Grid organisation."""
    ana = bench.workspace.people["U0ANA"]
    bench.workspace.people["U0ANA"] = replace(ana, team_id="T0PARTNER", teams=teams)


async def test_a_member_who_is_at_home_in_another_workspace_of_the_organisation_is_one(
    played: Played,
) -> None:
    at_home_elsewhere(played.bench, "T0PARTNER", "T0ACME")
    assert "$33.00" in read(await played.ask("ana", "spend"))
    [said] = await played.press("ana", "ack")
    assert "ana@acme.test acknowledged" in said.text


async def test_a_press_in_our_workspace_by_who_is_no_member_of_it_is_refused(
    played: Played, database: Database
) -> None:
    at_home_elsewhere(played.bench, "T0PARTNER")
    body = told("ack", user={"id": "U0ANA", "team_id": "T0PARTNER"})
    await requests.send(played.bench.bot_url, PRESSED, body, requests.sealed(body))
    await played.done()
    assert ["refused"] == [done for _, done, _ in await database.read(office.audited)]


MEANWHILE = {
    "ack": (None, "does not fire: it is resolved"),
    "silence": (f"{ID} 1h", "is resolved: there is nothing to silence"),
}


@pytest.mark.parametrize(("action", "case"), MEANWHILE.items(), ids=MEANWHILE.keys())
async def test_an_alert_that_is_over_meanwhile_is_told_as_such(
    played: Played, database: Database, action: str, case: tuple[str | None, str]
) -> None:
    over = replace(office.alert(ANA), state=State.RESOLVED, severity=None, ended=NOW)
    await database.write(office.fire, over)
    [said] = await played.press("ada", action, choice=case[0])

    assert "U0ADA" == said.only_for
    assert case[1] in read(said)
    assert [] == await database.read(office.audited)


async def test_an_alert_that_nobody_knows_is_told_as_such(played: Played) -> None:
    [said] = await played.press("ada", "ack", on=post(played.bench, "zzzzzzzzzz"))
    assert "U0ADA" == said.only_for
    assert 'There is no alert \\"zzzzzzzzzz\\"' in read(said)


async def test_details_are_for_all_who_read_the_thread(played: Played) -> None:
    [said] = await played.press("ana", "why")
    assert (None, played.message.ts) == (said.only_for, said.thread_ts)
    assert "$33.00" in read(said)
    assert "Asked for by <@U0ANA>" in read(said)
    assert "actions" not in {block["type"] for block in said.blocks}


def told(action: str, **facts: Any) -> bytes:
    """A press as Slack would send it."""
    payload = {
        "type": "block_actions",
        "api_app_id": acme.APP.id,
        "trigger_id": "trigger.1",
        "user": {"id": "U0ADA", "team_id": "T0ACME"},
        "team": {"id": "T0ACME"},
        "container": {"message_ts": "1.1"},
        "actions": [{"action_id": action, "value": ID}],
        **facts,
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


async def test_a_press_that_comes_twice_counts_once(played: Played, database: Database) -> None:
    hour = [{"action_id": "silence", "selected_option": {"value": f"{ID} 1h"}}]
    for body in (told("silence", actions=hour, state={"of": each}) for each in ("once", "again")):
        sent = await requests.send(played.bench.bot_url, PRESSED, body, requests.sealed(body))
        assert (200, b"") == sent
        await played.done()
    assert ["silence"] == [action for _, action, _ in await database.read(office.audited)]

    again = told("silence", actions=hour, trigger_id="trigger.2")
    await requests.send(played.bench.bot_url, PRESSED, again, requests.sealed(again))
    await played.done()
    assert 2 == len(await database.read(office.audited))


async def test_who_presses_too_often_is_told_when_to_try_again(
    played: Played, database: Database
) -> None:
    taken = played.public[keys.RECEPTION].door.allowance
    while not taken.wait("U0ADA", NOW):
        pass
    [said] = await played.press("ada", "ack")
    assert ("U0ADA", "You ask more often than I answer. Try again in 2 s.") == (
        said.only_for,
        said.text,
    )
    assert [] == await database.read(office.audited)


async def test_a_press_of_the_largest_message_is_taken(played: Played, database: Database) -> None:
    flooded = hostile.flooded(samples.POSTS["table-of-tasks"], lambda: "🔴" * 3000, 30)
    table = replace(flooded, table=replace(flooded.table, rule="user-monthly-budget"))
    shown = render.post(table, "/neo-budget")
    assert "actions" in {block["type"] for block in shown.blocks}
    body = told("ack", message={"text": shown.text, "blocks": shown.blocks})
    sent = await requests.send(played.bench.bot_url, PRESSED, body, requests.sealed(body))
    await played.done()
    assert (200, ["ack"]) == (sent[0], [done for _, done, _ in await database.read(office.audited)])
    assert 2 * len(body) < signed.LARGEST


STRANGERS = {
    "of another workspace": {"user": {"id": "U0ADA", "team_id": "T0PARTNER"}},
    "where the app is not": {"team": {"id": "T0PARTNER"}, "user": {"id": "U0ADA"}},
    "whom Slack does not know": {"user": {"id": "U0NOBODY", "team_id": "T0ACME"}},
}


@pytest.mark.parametrize("facts", STRANGERS.values(), ids=STRANGERS.keys())
async def test_strangers_do_nothing(
    played: Played, database: Database, facts: dict[str, Any]
) -> None:
    body = told("ack", **facts)
    await requests.send(played.bench.bot_url, PRESSED, body, requests.sealed(body))
    await played.done()
    assert ["refused"] == [action for _, action, _ in await database.read(office.audited)]


async def test_what_comes_of_it_goes_to_no_other_host(
    played: Played, caplog: pytest.LogCaptureFixture
) -> None:
    body = told("ack", response_url="https://evil.test/hook")
    await requests.send(played.bench.bot_url, PRESSED, body, requests.sealed(body))
    await played.done()
    assert "answer not delivered" in caplog.text


async def test_what_is_no_button_of_ours_is_only_acknowledged(
    played: Played, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.web.reception")
    for body in (told("runbook"), told("ack", type="view_submission"), told("ack", user="ada")):
        sent = await requests.send(played.bench.bot_url, PRESSED, body, requests.sealed(body))
        assert (200, b"") == sent
    await played.done()
    assert [] == await database.read(office.audited)
    assert 3 == caplog.text.count("no button of ours")


async def test_while_the_store_is_out_of_order_the_presser_is_told(
    played: Played, database: Database
) -> None:
    await database.write(lambda db: db.execute("ALTER TABLE alert RENAME TO elsewhere"))
    [said] = await played.press("ada", "ack")
    assert "U0ADA" == said.only_for
    assert "I cannot read my records just now" in read(said)


# --- answers ------------------------------------------------------------------------------------


async def test_a_shared_answer_is_the_one_that_was_given(
    played: Played, database: Database
) -> None:
    answer = await played.ask("ana", "spend")
    later = [office.record("a9", ANA, 50)]
    await database.write(lambda db: ledger.add(db, later, seen=NOW, live=True))
    assert answer.text != (await played.ask("ana", "spend")).text
    [said] = await played.press("ana", "share", on=answer)

    assert (None, None) == (said.only_for, said.thread_ts)
    assert answer.text == said.text
    assert unnamed(answer)[:-1] == unnamed(said)[:-1]
    assert "Shared by <@U0ANA>" in json.dumps(said.blocks[-1])

    [again] = await played.press("ana", "share", on=answer)
    assert "U0ANA" == again.only_for
    assert "was shared already" in read(again)


async def share_to(played: Played, answer: Message, url: str) -> None:
    """Ana shares an answer; what comes of it goes to that address."""
    share = next(each for each in answer.blocks[-1]["elements"] if each["action_id"] == "share")
    press = {
        "user": {"id": "U0ANA", "team_id": "T0ACME"},
        "actions": [{"action_id": "share", "value": share["value"]}],
    }
    body = told("share", **press, response_url=url)
    await requests.send(played.bench.bot_url, PRESSED, body, requests.sealed(body))
    await played.done()


async def test_an_answer_whose_sharing_surely_failed_can_be_shared_again(played: Played) -> None:
    answer = await played.ask("ana", "spend")
    await share_to(played, answer, "https://evil.test/hook")
    [said] = await played.press("ana", "share", on=answer)
    assert (None, answer.text) == (said.only_for, said.text)


async def test_of_an_answer_that_may_have_been_shared_nobody_says_that_it_was(
    played: Played,
) -> None:
    async def stumble(_: web.Request) -> web.Response:
        return web.Response(status=503)

    app = web.Application()
    app.router.add_post("/", stumble)
    answer = await played.ask("ana", "spend")
    async with TestServer(app) as slack:
        await share_to(played, answer, str(slack.make_url("/")))
    [said] = await played.press("ana", "share", on=answer)
    assert "U0ANA" == said.only_for
    assert "may have been shared already" in read(said)
    assert "Look into the channel" in read(said)


GONE = "no longer there"


async def test_an_answer_is_kept_for_as_long_as_slack_takes_what_follows(
    played: Played, clock: Clock
) -> None:
    early, late = await played.ask("ana", "spend"), await played.ask("ana", "top")
    clock.time += shelf.LIFE - timedelta(seconds=1)
    [said] = await played.press("ana", "share", on=early)
    assert said.only_for is None
    clock.time += timedelta(seconds=1)
    [said] = await played.press("ana", "share", on=late)
    assert "U0ANA" == said.only_for
    assert GONE in read(said)


async def test_what_another_was_answered_cannot_be_shared(played: Played) -> None:
    answer = await played.ask("ada", "spend team")
    [button] = answer.blocks[-1]["elements"]
    body = told(
        "share",
        user={"id": "U0ANA", "team_id": "T0ACME"},
        actions=[{"action_id": "share", "value": button["value"]}],
    )
    await requests.send(played.bench.bot_url, PRESSED, body, requests.sealed(body))
    await played.done()
    assert [played.message] == played.bench.workspace.messages(WHERE)


async def test_a_page_that_there_is_not_is_not_made_up(desk: Desk) -> None:
    key = desk.shelf.put(Kept("U0ANA", AlertsAnswer((), 0, None)), NOW)
    pressed = Press("1", "U0ANA", "T0ACME", "T0ACME", buttons.NEXT, f"{key} 1", "", "")
    assert GONE in (await desk.press(pressed, NOW)).text


@pytest.mark.parametrize("page", ["0", "1", "9999"])
async def test_an_answer_of_before_a_restart_is_asked_for_again(played: Played, page: str) -> None:
    row = blocks.actions(blocks.button("Next", buttons.NEXT, f"{'0' * 32} {page}"))
    assert row is not None
    old = played.bench.workspace.post(
        Draft(WHERE, acme.APP.user_id, "old", blocks=[row], only_for="U0ANA")
    )
    [said] = await played.press("ana", "next", on=old)
    assert ("U0ANA", True) == (said.only_for, GONE in read(said))


async def test_a_long_answer_is_paged_through_in_place_and_stays_as_it_was(
    played: Played, database: Database
) -> None:
    more = [office.alert(f"u{number:02}@acme.test") for number in range(30)]
    await database.write(office.fire, *more)
    first = await played.ask("ada", "alerts")
    await database.write(
        office.fire, *(replace(each, state=State.RESOLVED, ended=NOW) for each in more)
    )
    [second] = await played.press("ada", "next", on=first)
    assert (first.ts, "U0ADA", "32 open alerts") == (second.ts, second.only_for, second.text)
    assert "Page 2 of 3" in read(second)
    [third] = await played.press("ada", "next", on=second)
    assert "Page 3 of 3" in read(third)
    [back] = await played.press("ada", "previous", on=third)
    assert unnamed(second) == unnamed(back)
    [shared] = await played.press("ada", "share", on=back)
    assert (None, "Page 2 of 3" in read(shared)) == (shared.only_for, True)


@pytest.mark.parametrize("typed", ["help", "", "tpo", "spend @nobody"])
async def test_what_is_no_answer_cannot_be_shared(played: Played, typed: str) -> None:
    said = await played.ask("ana", typed)
    assert "actions" not in {block["type"] for block in said.blocks}
