"""chat.*, by slack-sdk's own client."""

import dataclasses

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench.bench import Bench
from bot.demo.workbench.directory import Kind
from bot.demo.workbench.message import Draft
from tests.demo.workbench.stand_ins import LEADS, SPEND, Clock, refusal

HEADER = {"type": "header", "text": {"type": "plain_text", "text": "Over budget"}}
METADATA = {"event_type": "neo_budget", "event_payload": {"key": "n1"}}


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        pytest.param(SPEND, SPEND, id="by id"),
        pytest.param("#neo-spend", SPEND, id="by name"),
        pytest.param("neo-spend", SPEND, id="by bare name"),
        pytest.param("U0ANA", "D0ANA", id="to a person"),
    ],
)
async def test_a_message_goes_where_it_is_addressed(
    slack: AsyncWebClient, channel: str, expected: str
) -> None:
    answer = await slack.chat_postMessage(channel=channel, text="hello", blocks=[HEADER])

    assert expected == answer["channel"]
    assert ("hello", "B0NEOBOT") == (answer["message"]["text"], answer["message"]["bot_id"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param({"channel": "C404"}, "channel_not_found", id="no such channel"),
        pytest.param(
            {"channel": "G0BOARD"}, "channel_not_found", id="a private channel without the bot"
        ),
        pytest.param(
            {"channel": "C0GENERAL"}, "not_in_channel", id="a public channel without the bot"
        ),
        pytest.param({"channel": "C0OLD"}, "is_archived", id="an archived channel"),
        pytest.param({"channel": "U0ERIN"}, "user_disabled", id="a person who has left"),
        pytest.param({"text": ""}, "no_text", id="nothing said"),
        pytest.param({"channel": ""}, "invalid_arguments", id="nowhere"),
        pytest.param(
            {"thread_ts": "1.000000"}, "thread_not_found", id="a thread that is not there"
        ),
        pytest.param({"blocks": [{"type": "header"}]}, "invalid_blocks", id="faulty blocks"),
        pytest.param({"blocks": "[{"}, "invalid_blocks_format", id="blocks that are no JSON"),
        pytest.param(
            {"metadata": {"event_type": "x"}}, "invalid_metadata_format", id="faulty metadata"
        ),
        pytest.param(
            {"metadata": {"event_type": "x", "event_payload": {"key": "x" * 8_000}}},
            "metadata_too_large",
            id="more metadata than an id needs",
        ),
        pytest.param(
            {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}] * 4},
            "msg_blocks_too_long",
            id="blocks too long",
        ),
    ],
)
async def test_a_message_is_refused(
    bench: Bench, slack: AsyncWebClient, arguments: dict[str, object], expected: str
) -> None:
    call = slack.api_call("chat.postMessage", json={"channel": SPEND, "text": "hello", **arguments})

    assert expected == await refusal(call)
    assert [] == bench.workspace.messages(SPEND)


async def test_the_faults_of_blocks_are_told_as_slack_tells_them(slack: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await slack.chat_postMessage(channel=SPEND, text="hello", blocks=[{"type": "header"}])

    assert [
        "[ERROR] missing required field: text [json-pointer:/blocks/0]"
    ] == caught.value.response["response_metadata"]["messages"]


async def test_a_public_channel_needs_no_member_with_chat_write_public(
    bench: Bench, slack: AsyncWebClient
) -> None:
    app = bench.workspace.app
    bench.workspace.app = dataclasses.replace(app, scopes=app.scopes | {"chat:write.public"})

    assert (await slack.chat_postMessage(channel="C0GENERAL", text="hello"))["ok"]


async def test_text_is_cut_at_forty_thousand_characters(slack: AsyncWebClient) -> None:
    answer = await slack.chat_postMessage(channel=SPEND, text="x" * 40_001)

    assert 40_000 == len(answer["message"]["text"])


async def test_an_update_of_text_drops_the_blocks_and_keeps_the_metadata(
    bench: Bench, slack: AsyncWebClient
) -> None:
    first = await slack.chat_postMessage(
        channel=SPEND, text="old", blocks=[HEADER], metadata=METADATA
    )
    await slack.chat_update(channel=SPEND, ts=first["ts"], text="new")

    [message] = bench.workspace.messages(SPEND)
    assert ("new", [], METADATA) == (message.text, message.blocks, message.metadata)
    assert message.edited is not None


async def test_an_update_changes_metadata_that_it_brings(
    bench: Bench, slack: AsyncWebClient
) -> None:
    first = await slack.chat_postMessage(channel=SPEND, text="old", metadata=METADATA)
    changed = {"event_type": "neo_budget", "event_payload": {"key": "n2"}}
    await slack.chat_update(channel=SPEND, ts=first["ts"], text="new", metadata=changed)

    assert changed == bench.workspace.messages(SPEND)[0].metadata


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param({"channel": "#neo-spend"}, "channel_not_found", id="the channel by name"),
        pytest.param({"ts": "1.000000"}, "message_not_found", id="no such message"),
        pytest.param({"text": "x" * 4001}, "msg_too_long", id="more than 4,000 characters"),
        pytest.param({"text": ""}, "no_text", id="nothing"),
    ],
)
async def test_an_update_is_refused(
    slack: AsyncWebClient, arguments: dict[str, str], expected: str
) -> None:
    first = await slack.chat_postMessage(channel=SPEND, text="old")
    call = slack.api_call(
        "chat.update", json={"channel": SPEND, "ts": first["ts"], "text": "new", **arguments}
    )

    assert expected == await refusal(call)


async def test_only_own_messages_are_changed_or_deleted(
    bench: Bench, slack: AsyncWebClient
) -> None:
    ts = bench.workspace.post(Draft(SPEND, "U0ANA", "mine")).ts

    assert "cant_update_message" == await refusal(
        slack.chat_update(channel=SPEND, ts=ts, text="yours")
    )
    assert "cant_delete_message" == await refusal(slack.chat_delete(channel=SPEND, ts=ts))


async def test_a_deleted_message_cannot_be_changed(slack: AsyncWebClient) -> None:
    ts = (await slack.chat_postMessage(channel=SPEND, text="old"))["ts"]
    await slack.chat_delete(channel=SPEND, ts=ts)

    assert "message_not_found" == await refusal(slack.chat_update(channel=SPEND, ts=ts, text="new"))


async def test_a_message_of_a_channel_archived_since_stays_as_it_is(
    bench: Bench, slack: AsyncWebClient
) -> None:
    ts = (await slack.chat_postMessage(channel=SPEND, text="old"))["ts"]
    bench.workspace.set_channel(
        dataclasses.replace(bench.workspace.channel(SPEND), is_archived=True)
    )

    assert "is_archived" == await refusal(slack.chat_update(channel=SPEND, ts=ts, text="new"))


async def test_an_ephemeral_message_reaches_a_member_alone(
    bench: Bench, slack: AsyncWebClient
) -> None:
    await slack.chat_postEphemeral(channel=LEADS, user="U0ADA", text="psst")

    assert ["psst"] == [message.text for message in bench.workspace.ephemerals("ada", LEADS)]
    assert "user_not_in_channel" == await refusal(
        slack.chat_postEphemeral(channel=LEADS, user="U0BEN", text="psst")
    )


async def test_a_permalink_names_channel_message_and_thread(
    bench: Bench, slack: AsyncWebClient, clock: Clock
) -> None:
    root = (await slack.chat_postMessage(channel=SPEND, text="root"))["ts"]
    reply = (await slack.chat_postMessage(channel=SPEND, text="reply", thread_ts=root))["ts"]

    answer = await slack.chat_getPermalink(channel=SPEND, message_ts=reply)
    expected = f"{bench.url}/archives/C0SPEND/p1770120000000001?thread_ts={root}&cid=C0SPEND"
    assert expected == answer["permalink"]


async def test_a_private_channel_of_the_bot_is_written_to(
    bench: Bench, slack: AsyncWebClient
) -> None:
    assert Kind.PRIVATE is bench.workspace.channel(LEADS).kind
    assert (await slack.chat_postMessage(channel="#sec-leads", text="hello"))["channel"] == LEADS
