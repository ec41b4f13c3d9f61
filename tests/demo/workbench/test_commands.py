"""A typed line: signed and sent as Slack does, its answer shown to the right people."""

import dataclasses
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier

from bot.demo.workbench import commands
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.workspace import Workspace
from tests.demo.workbench.stand_ins import SPEND, Bot, Clock

BLOCKS = [{"type": "divider"}]


class Frozen(SignatureClock):
    """slack-sdk's clock, at the workbench's time."""

    def __init__(self, clock: Clock):
        self.clock = clock

    def now(self) -> float:
        return self.clock.now().timestamp()


async def test_slack_sdk_verifies_what_is_sent(bench: Bench, bot: Bot, clock: Clock) -> None:
    await commands.run(bench, "ana", SPEND, "/neo-budget top users")

    [(path, headers, body)] = bot.requests
    verifier = SignatureVerifier(bench.workspace.app.signing_secret, Frozen(clock))
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b"x", headers)
    assert "/slack/commands" == path


async def test_the_form_has_all_that_slack_sends(bench: Bench, bot: Bot) -> None:
    outcome = await commands.run(bench, "gus", "#neo-spend", "/neo-budget   spend  ana ")

    form = {key: value for key, [value] in parse_qs(bot.requests[0][2].decode()).items()}
    assert outcome.sent == form
    assert ("T0PARTNER", "partner", "U0GUEST", "gus") == (
        form["team_id"],
        form["team_domain"],
        form["user_id"],
        form["user_name"],
    )
    assert ("C0SPEND", "neo-spend", "/neo-budget", "spend  ana") == (
        form["channel_id"],
        form["channel_name"],
        form["command"],
        form["text"],
    )
    assert form["response_url"].startswith(f"{bench.url}/response/")
    assert {"token", "trigger_id", "api_app_id", "is_enterprise_install"} < form.keys()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("spend @ana month", "spend <@U0ANA|ana> month"),
        ("spend @nobody", "spend @nobody"),
        ("in #neo-spend", "in <#C0SPEND|neo-spend>"),
        ("spend ana@acme.test", "spend <mailto:ana@acme.test|ana@acme.test>"),
        ("see https://acme.test/?a=1&b=2 now", "see <https://acme.test/?a=1&amp;b=2> now"),
        ("<@U0ANA> & <!channel>", "&lt;@U0ANA&gt; &amp; &lt;!channel&gt;"),
    ],
)
def test_text_is_escaped_as_slack_does(workspace: Workspace, typed: str, expected: str) -> None:
    assert expected == commands.escape(workspace, typed)


async def test_an_app_that_wants_no_escaping_gets_the_text_as_typed(bench: Bench, bot: Bot) -> None:
    bench.workspace.app = dataclasses.replace(bench.workspace.app, should_escape=False)
    outcome = await commands.run(bench, "ana", SPEND, "/neo-budget spend @ana")

    assert "spend @ana" == outcome.sent["text"]


ANSWERS = {
    "nothing": (web.Response(), None),
    "plain text": (web.Response(text="42"), "42"),
    "JSON": (web.json_response({"text": "42", "blocks": BLOCKS}), "42"),
}


@pytest.mark.parametrize(("answer", "expected"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_the_immediate_answer_is_shown_to_the_person_alone(
    bench: Bench, bot: Bot, answer: web.Response, expected: str | None
) -> None:
    bot.answer = answer
    outcome = await commands.run(bench, "ana", SPEND, "/neo-budget")

    assert outcome.ok
    assert ([expected] if expected else []) == [
        message.text for message in bench.workspace.ephemerals("ana")
    ]
    assert [] == bench.workspace.messages(SPEND)


async def test_an_answer_in_the_channel_is_shown_to_all(bench: Bench, bot: Bot) -> None:
    bot.answer = web.json_response({"response_type": "in_channel", "text": "42"})
    await commands.run(bench, "ana", SPEND, "/neo-budget")

    assert ["42"] == [message.text for message in bench.workspace.messages(SPEND)]


FAILURES = {
    "an HTTP error": (web.Response(status=500), "dispatch_failed"),
    "a redirect": (
        web.Response(status=307, headers={"Location": "/slack/elsewhere"}),
        "dispatch_failed",
    ),
    "faulty blocks": (
        web.json_response({"blocks": [{"type": "header"}]}),
        "invalid_command_response",
    ),
    "broken JSON": (web.Response(text="{"), "invalid_command_response"),
}


@pytest.mark.parametrize(("answer", "expected"), FAILURES.values(), ids=FAILURES.keys())
async def test_a_failure_is_told_to_the_person(
    bench: Bench, bot: Bot, answer: web.Response, expected: str
) -> None:
    bot.answer = answer
    outcome = await commands.run(bench, "ana", SPEND, "/neo-budget")

    assert expected == outcome.error
    [told] = bench.workspace.ephemerals("ana")
    assert f'/neo-budget failed with the error "{expected}"' == told.text
    assert 1 == len(bot.requests)


@pytest.mark.parametrize("path", ["/nothing-here", ""])
async def test_a_bot_that_is_not_there_is_told(
    bench: Bench, unused_tcp_port: int, path: str
) -> None:
    bench.bot_url = f"{bench.url}{path}" if path else f"http://127.0.0.1:{unused_tcp_port}"

    assert "dispatch_failed" == (await commands.run(bench, "ana", SPEND, "/neo-budget")).error


async def test_a_bot_that_says_nothing_in_time_is_told(bench: Bench, bot: Bot) -> None:
    bot.go.clear()
    bench.patience = 0.05

    assert "operation_timeout" == (await commands.run(bench, "ana", SPEND, "/neo-budget")).error


async def test_a_command_of_no_app_goes_nowhere(bench: Bench, bot: Bot) -> None:
    outcome = await commands.run(bench, "ana", SPEND, "/neo-bugdet")

    assert "/neo-bugdet is not a valid command." == outcome.error
    assert [] == bot.requests
