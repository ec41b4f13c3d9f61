"""conversations.*, by slack-sdk's own client."""

import dataclasses

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench.bench import Bench
from tests.demo.workbench.stand_ins import LEADS, SPEND, Clock, refusal

METADATA = {"event_type": "neo_budget", "event_payload": {"key": "n1"}}


async def say(slack: AsyncWebClient, *texts: str, **more: object) -> list[str]:
    sent = [{"channel": SPEND, "text": text, **more} for text in texts]
    return [(await slack.api_call("chat.postMessage", json=each))["ts"] for each in sent]


async def history(slack: AsyncWebClient, **arguments: object) -> list[str]:
    answer = await slack.api_call(
        "conversations.history", http_verb="GET", params={"channel": SPEND, **arguments}
    )
    return [message["text"] for message in answer["messages"]]


async def test_channels_are_listed_that_the_bot_may_know(slack: AsyncWebClient) -> None:
    kinds = "public_channel,private_channel"
    everything = await slack.conversations_list(types=kinds)
    alive = await slack.conversations_list(types=kinds, exclude_archived=True)

    assert ["general", "neo-spend", "sec-leads", "neo-pilot"] == [
        each["name"] for each in everything["channels"]
    ]
    assert "neo-pilot" not in [each["name"] for each in alive["channels"]]


async def test_lists_come_in_pages(slack: AsyncWebClient) -> None:
    pages = [page["channels"] async for page in await slack.conversations_list(limit=2)]

    assert [["general", "neo-spend"], ["neo-pilot"]] == [
        [each["name"] for each in page] for page in pages
    ]


async def test_a_kind_without_its_scope_is_refused(slack: AsyncWebClient) -> None:
    assert "missing_scope" == await refusal(slack.conversations_list(types="im"))
    assert "invalid_types" == await refusal(slack.conversations_list(types="channels"))
    assert "invalid_cursor" == await refusal(slack.conversations_list(cursor="!"))


async def test_a_page_holds_less_than_a_thousand(slack: AsyncWebClient) -> None:
    assert (await slack.conversations_list(limit=999))["channels"]
    assert "invalid_limit" == await refusal(slack.conversations_list(limit=1000))


async def test_a_channel_tells_its_members_and_whether_the_bot_is_one(
    slack: AsyncWebClient,
) -> None:
    shown = (await slack.conversations_info(channel=LEADS))["channel"]
    members = (await slack.conversations_members(channel=LEADS))["members"]

    assert ("sec-leads", True, True) == (shown["name"], shown["is_private"], shown["is_member"])
    assert ["U0ADA", "U0CHLOE", "U0NEOBOT"] == members


async def test_the_bot_joins_public_channels_with_the_scope_for_it(
    bench: Bench, slack: AsyncWebClient
) -> None:
    assert "missing_scope" == await refusal(slack.conversations_join(channel="C0GENERAL"))
    app = bench.workspace.app
    bench.workspace.app = dataclasses.replace(app, scopes=app.scopes | {"channels:join"})

    assert (await slack.conversations_join(channel="C0GENERAL"))["channel"]["is_member"]
    assert "is_archived" == await refusal(slack.conversations_join(channel="C0OLD"))


async def test_a_conversation_is_opened_with_one_person(slack: AsyncWebClient) -> None:
    assert "D0ANA" == (await slack.conversations_open(users="U0ANA"))["channel"]["id"]
    assert "user_not_found" == await refusal(slack.conversations_open(users="U404"))
    assert "user_disabled" == await refusal(slack.conversations_open(users="U0ERIN"))


async def test_history_is_newest_first_and_leaves_replies_out_but_broadcast_ones(
    slack: AsyncWebClient,
) -> None:
    [root, _] = await say(slack, "root", "other")
    await say(slack, "quiet", thread_ts=root)
    await say(slack, "loud", thread_ts=root, reply_broadcast=True)

    assert ["loud", "other", "root"] == await history(slack)


@pytest.mark.parametrize(
    ("inclusive", "expected"),
    [
        pytest.param(False, ["two"], id="without the ends"),
        pytest.param(True, ["three", "two", "one"], id="with both"),
    ],
)
async def test_history_keeps_to_its_span(
    slack: AsyncWebClient, inclusive: bool, expected: list[str]
) -> None:
    [first, _, third] = await say(slack, "one", "two", "three")
    answer = await slack.conversations_history(
        channel=SPEND, oldest=first, latest=third, inclusive=inclusive
    )

    assert expected == [message["text"] for message in answer["messages"]]


async def test_history_takes_whole_seconds_and_refuses_what_is_no_time(
    slack: AsyncWebClient, clock: Clock
) -> None:
    await say(slack, "early")
    clock.forward(minutes=1)
    await say(slack, "late")

    assert ["late"] == await history(slack, oldest="1770120030")
    call = slack.conversations_history(channel=SPEND, oldest="yesterday")
    assert "invalid_arguments" == await refusal(call)


async def test_history_comes_in_pages(slack: AsyncWebClient) -> None:
    await say(slack, "one", "two", "three")
    first = await slack.conversations_history(channel=SPEND, limit=2)
    pages = [[message["text"] for message in page["messages"]] async for page in first]

    assert [["three", "two"], ["one"]] == pages


async def test_metadata_is_shown_where_it_is_asked_for(slack: AsyncWebClient) -> None:
    await say(slack, "hello", metadata=METADATA)
    plain = await slack.conversations_history(channel=SPEND)
    full = await slack.conversations_history(channel=SPEND, include_all_metadata=True)

    assert "metadata" not in plain["messages"][0]
    assert METADATA == full["messages"][0]["metadata"]


async def test_history_may_lag(bench: Bench, slack: AsyncWebClient) -> None:
    bench.mischief.lag = 2
    await say(slack, "hello")

    assert [[], [], ["hello"]] == [await history(slack) for _ in range(3)]


async def test_a_thread_is_told_oldest_first_with_its_root(slack: AsyncWebClient) -> None:
    [root] = await say(slack, "root")
    [_, last] = await say(slack, "one", "two", thread_ts=root)
    answer = await slack.conversations_replies(channel=SPEND, ts=root)

    assert ["root", "one", "two"] == [message["text"] for message in answer["messages"]]
    head = answer["messages"][0]
    assert (2, last, ["U0NEOBOT"]) == (
        head["reply_count"],
        head["latest_reply"],
        head["reply_users"],
    )
    assert "thread_not_found" == await refusal(slack.conversations_replies(channel=SPEND, ts="1.0"))


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("C0GENERAL", "not_in_channel"),
        ("G0BOARD", "channel_not_found"),
        ("#neo-spend", "channel_not_found"),
    ],
)
async def test_history_is_for_members_and_by_id(
    slack: AsyncWebClient, channel: str, expected: str
) -> None:
    assert expected == await refusal(slack.conversations_history(channel=channel))


async def test_the_bot_reads_what_it_said_to_a_person(slack: AsyncWebClient) -> None:
    channel = (await slack.chat_postMessage(channel="U0ANA", text="hello"))["channel"]
    answer = await slack.conversations_history(channel=channel)

    assert ["hello"] == [message["text"] for message in answer["messages"]]
