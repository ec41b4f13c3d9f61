"""The door of the Web API, by slack-sdk's own client: who is let in, and what goes wrong on purpose."""

import asyncio
import dataclasses

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench import mischief
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.limits import BURST, Limits
from tests.demo.workbench.stand_ins import SPEND, Clock, refusal


async def test_the_bot_learns_who_it_is(slack: AsyncWebClient) -> None:
    answer = await slack.auth_test()

    assert ("T0ACME", "U0NEOBOT", "B0NEOBOT") == (
        answer["team_id"],
        answer["user_id"],
        answer["bot_id"],
    )
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(
    ("token", "expected"), [("xoxb-wrong", "invalid_auth"), ("", "not_authed")]
)
async def test_a_wrong_or_missing_token_is_refused(
    slack: AsyncWebClient, token: str, expected: str
) -> None:
    slack.token = token

    assert expected == await refusal(slack.auth_test())


async def test_a_token_may_come_as_an_argument(
    bench: Bench, session: aiohttp.ClientSession
) -> None:
    form = {"token": bench.workspace.app.token}
    async with session.post(f"{bench.api_url}auth.test", data=form) as response:
        assert (await response.json())["ok"]


async def test_a_scope_that_is_missing_is_named(bench: Bench, slack: AsyncWebClient) -> None:
    app = bench.workspace.app
    bench.workspace.app = dataclasses.replace(app, scopes=app.scopes - {"users:read.email"})

    with pytest.raises(SlackApiError) as caught:
        await slack.users_lookupByEmail(email="ana@acme.test")
    assert ("missing_scope", "users:read.email") == (
        caught.value.response["error"],
        caught.value.response["needed"],
    )


async def test_an_unknown_method_is_refused(slack: AsyncWebClient) -> None:
    assert "unknown_method" == await refusal(slack.api_call("chat.postMassage"))


@pytest.mark.parametrize(("body", "expected"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_body_that_is_no_json_object_is_refused(
    bench: Bench, session: aiohttp.ClientSession, body: str, expected: str
) -> None:
    headers = {"Content-Type": "application/json"}
    async with session.post(
        f"{bench.api_url}chat.postMessage", data=body, headers=headers
    ) as response:
        assert expected == (await response.json())["error"]


async def test_every_call_is_kept_with_its_arguments_and_its_answer(
    bench: Bench, slack: AsyncWebClient
) -> None:
    await slack.chat_postMessage(channel=SPEND, text="hello")
    await refusal(slack.chat_postMessage(channel="C404", text="hello"))

    assert [("chat.postMessage", "ok"), ("chat.postMessage", "channel_not_found")] == [
        (call.method, call.answer) for call in bench.calls
    ]
    assert "hello" == bench.calls_of("chat.postMessage")[0]["text"]


async def test_more_posts_than_the_pace_allows_are_told_when_to_come_back(
    bench: Bench, slack: AsyncWebClient, clock: Clock
) -> None:
    bench.limits = Limits()
    for _ in range(BURST):
        await slack.chat_postMessage(channel=SPEND, text="hello")

    with pytest.raises(SlackApiError) as caught:
        await slack.chat_postMessage(channel=SPEND, text="one too many")
    response = caught.value.response
    assert (429, "1", "ratelimited") == (
        response.status_code,
        response.headers["Retry-After"],
        response["error"],
    )

    clock.forward(seconds=1)
    await slack.chat_postMessage(channel=SPEND, text="in time")
    assert BURST + 1 == len(bench.workspace.messages(SPEND))


async def test_a_planned_refusal_does_nothing_and_is_used_up(
    bench: Bench, slack: AsyncWebClient
) -> None:
    bench.mischief.add("chat.postMessage", mischief.Refuse("fatal_error"))

    assert "fatal_error" == await refusal(slack.chat_postMessage(channel=SPEND, text="lost"))
    await slack.chat_postMessage(channel=SPEND, text="kept")
    assert ["kept"] == [message.text for message in bench.workspace.messages(SPEND)]


async def test_a_plan_can_be_for_some_arguments_and_several_times(
    bench: Bench, slack: AsyncWebClient
) -> None:
    wrong = mischief.Refuse("internal_error")
    bench.mischief.add("*", wrong, times=2, when=lambda sent: sent.get("channel") == SPEND)

    await slack.auth_test()
    for _ in range(2):
        assert "internal_error" == await refusal(slack.chat_postMessage(channel=SPEND, text="x"))
    await slack.chat_postMessage(channel=SPEND, text="x")


async def test_a_planned_429_names_any_retry_after(bench: Bench, slack: AsyncWebClient) -> None:
    bench.mischief.add("auth.test", mischief.RateLimited("3.5"))

    with pytest.raises(SlackApiError) as caught:
        await slack.auth_test()
    assert "3.5" == caught.value.response.headers["Retry-After"]


async def test_a_broken_server_answers_without_json(
    bench: Bench, session: aiohttp.ClientSession
) -> None:
    bench.mischief.add("auth.test", mischief.Broken(502))

    async with session.post(f"{bench.api_url}auth.test") as response:
        assert (502, "text/html") == (response.status, response.content_type)


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        pytest.param(mischief.DropCall(), [], id="before the call: nothing is there"),
        pytest.param(mischief.DropReply(), ["hello"], id="after the call: the message is there"),
    ],
)
async def test_a_connection_breaks(
    bench: Bench, slack: AsyncWebClient, effect: mischief.Effect, expected: list[str]
) -> None:
    bench.mischief.add("chat.postMessage", effect)

    with pytest.raises(aiohttp.ClientConnectionError):
        await slack.chat_postMessage(channel=SPEND, text="hello")
    assert expected == [message.text for message in bench.workspace.messages(SPEND)]


async def test_a_held_call_goes_on_when_it_is_released(bench: Bench, slack: AsyncWebClient) -> None:
    hold = mischief.Hold()
    bench.mischief.add("chat.postMessage", mischief.Slow(0.0), hold)
    call = asyncio.create_task(slack.chat_postMessage(channel=SPEND, text="hello"))
    while not bench.calls:
        await asyncio.sleep(0)

    assert [] == bench.workspace.messages(SPEND)
    hold.release.set()
    await call
    assert 1 == len(bench.workspace.messages(SPEND))
